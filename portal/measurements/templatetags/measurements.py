"""What the templates of this app need beside their rows. `{% load measurements %}`."""

from django import template
from django.utils.translation import get_language

from portal.consortia.models import Entry
from portal.measurements.models import Report
from portal.measurements.selectors.reported import places_of
from portal.measurements.selectors.showing import ReportedEvidence, reported_evidence

register = template.Library()


@register.simple_tag
def place_title(report: Report) -> str:
    """Part and item of a report; the keys where the rules changed since."""
    language = get_language() or "ko"
    for place in places_of(report.entry.phase):
        if (place.part.key, place.item.key) == (report.part, report.item):
            return f"{place.part.title.in_language(language)} / {place.item.title.in_language(language)}"
    return f"{report.part} / {report.item}"


@register.simple_tag
def reported_on(entry: Entry) -> ReportedEvidence:
    """What the evidence on an entry says of its own scores; the page that shows it has asked who reads evidence."""
    return reported_evidence(entry)
