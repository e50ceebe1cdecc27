"""Gates: the standing ruling, boxes ticked on signed sheets, and what a team has to answer."""

from collections import Counter

from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.enums import DisqualificationState, SheetState, VerificationState
from portal.review.models import Disqualification, GateRuling, ScoreSheet, Verification

RULING_STAGES = ("closed", "scoring", "sealed", "tallied")
OPEN_STATES = (
    DisqualificationState.RAISED,
    DisqualificationState.NOTIFIED,
    DisqualificationState.REPLIED,
    DisqualificationState.LAPSED,
)


def verdict_on(entry: Entry, gate: str) -> GateRuling | None:
    """The latest ruling, or None while the gate is undecided. Nothing passes by itself."""
    return GateRuling.objects.filter(entry=entry, gate=gate).order_by("-number").first()


def open_verification(entry: Entry) -> Verification | None:
    """The additional round that holds the entry's verdict now, if any."""
    return Verification.objects.filter(entry=entry, state=VerificationState.OPEN).first()


def open_disqualifications(phase: Phase) -> list[Disqualification]:
    rows = Disqualification.objects.filter(entry__phase=phase, state__in=OPEN_STATES)
    return list(rows.select_related("entry__consortium"))


def ticks_on(entry: Entry) -> Counter[str]:
    """How many sealed sheets carry each box "does not meet"; before the seal there is none to count."""
    rows = ScoreSheet.objects.filter(assignment__entry=entry, state=SheetState.SEALED).select_related("signed")
    return Counter(box for row in rows if row.signed for box in row.signed.content["ticks"])
