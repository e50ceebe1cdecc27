"""What is open about an entry and keeps its bytes from being destroyed; custody asks for it (portal.custody.registry)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from portal.consortia.models import Entry
from portal.review.enums import AppealState, DecisionState, VerificationState
from portal.review.models import Appeal, Decision, Verification


def open_disputes(entry: Entry) -> Iterator[str]:
    appeals = Appeal.objects.filter(decision__entry=entry, state__in=(AppealState.LODGED, AppealState.ADMITTED))
    if appeals.exists():
        yield _("An objection is open.")
    if Verification.objects.filter(entry=entry, state=VerificationState.OPEN).exists():
        yield _("An additional verification is open.")
    if Decision.objects.filter(entry=entry, state=DecisionState.STAYED).exists():
        yield _("The decision is stayed.")
