"""What the parts of a dossier need: they are drawn from documents of plain values, on the page and in a public record alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from originality.curve import Curve, curve_of
from originality.evidence.findings import pairs, tone, verdict
from originality.tracewords import LEVELS
from originality.wording import said
from portal.common.templatetags.portal import badge, kst
from portal.dossiers import labels
from portal.dossiers.enums import AttendeeKind, Part, PieceKind, SessionState
from portal.dossiers.selectors.missing import Gap

register = template.Library()

OUTCOMES = {
    "no trace": "neutral",
    "not comparable": "neutral",
    "anomaly": "info",
    "common origin": "warning",
    "identical": "danger",
    "own lineage": "success",
}
SESSION_TONES = {"planned": "info", "held": "warning", "published": "success", "cancelled": "neutral"}


@register.simple_tag
def moment(text: str | None) -> str | SafeString:
    """A moment that a document holds as ISO text, in Korean standard time."""
    return kst(datetime.fromisoformat(text) if text else None)


@register.filter
def named(names: Mapping[str, str] | None) -> str:
    """The name in the language of the page."""
    return (names or {}).get("en" if get_language() == "en" else "ko", "")


@register.filter
def word(key: object, kind: str) -> str:
    return labels.label_of(kind, key)


@register.filter
def part_title(part: str) -> str:
    return str(Part(part).label)


@register.filter
def part_template(part: str) -> str:
    return f"dossiers/parts/{Part(part).value}.html"


@register.filter
def body_label(kind: str) -> str:
    return str(AttendeeKind(kind).label)


@register.filter
def piece_label(kind: str) -> str:
    return str(PieceKind(kind).label)


@register.filter
def gap_text(gap: str) -> str:
    return str(labels.GAPS[Gap(gap)])


@register.simple_tag
def outcome_badge(outcome: str) -> SafeString:
    """What a comparison comes to; a reused part that was declared is not painted as a danger."""
    return badge(said(outcome), OUTCOMES.get(outcome, "neutral"))


@register.simple_tag
def finding_badge(finding: Mapping[str, Any]) -> SafeString:
    """How a check weighs, in the words and tones of the page of findings."""
    return badge(verdict(finding), tone(finding))


@register.filter
def level_name(level: int) -> str:
    return str(LEVELS[level])


@register.simple_tag
def session_badge(state: str) -> SafeString:
    return badge(SessionState(state).label, SESSION_TONES[state])


@register.simple_tag
def consent_badge(agreed: bool | None) -> SafeString:  # noqa: FBT001 - the three words of a team
    if agreed is None:
        return badge(_("No answer yet"), "warning")
    return badge(_("To be published"), "success") if agreed else badge(_("Not to be published"), "neutral")


@register.filter
def figures(values: Mapping[str, Any]) -> str:
    """Named figures on one line, in the words of the page of findings."""
    return "; ".join(f"{term} {text}" for term, text in pairs(values))


@register.filter
def told(declared: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A training declaration as pairs of term and value; objects and lists of it on one line each."""
    return [(labels.label_of("fact", key), _in_words(value)) for key, value in declared.items() if key != "schema"]


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(
            f"{key.replace('_', ' ')} {_in_words(one)}" for key, one in value.items() if one not in (None, [], "")
        )
    return "; ".join(_in_words(one) for one in value) if isinstance(value, list) else str(value)


@register.simple_tag
def small_curve(points: list[list[Any]]) -> Curve | None:
    return curve_of([[float(step), float(value)] for step, value in points])
