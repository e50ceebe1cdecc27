"""The decision log: what was decided in a programme, one line each, in the order of time, without ids and hours."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.functional import Promise

from portal.common.time import KST
from portal.consortia.models import Amendment
from portal.programmes.models import Call, DeadlineChange, Phase, Programme
from portal.review.enums import (
    AppealGround,
    AppealState,
    Basis,
    DecisionState,
    DisqualificationState,
    GateVerdict,
    NoticeKind,
    Outcome,
    VerificationState,
)
from portal.review.labels import LABELS
from portal.review.models import Appeal, Decision, GateRuling, Verification

TAKEN = (
    DecisionState.APPROVED,
    DecisionState.NOTIFIED,
    DecisionState.FINAL,
    DecisionState.STAYED,
    DecisionState.ANNULLED,
    DecisionState.SUPERSEDED,
)


class LogLine(NamedTuple):
    """`str()` is the line of the command; `words` and `standing` say the same in the language of the page."""

    moment: datetime
    phase: Phase
    subject: str  # code of the entry, "call-1", "seats=2", "-" for the whole phase
    act: str
    text: str
    state: str
    words: tuple[Promise | str, ...] = ()
    standing: Promise | str = ""
    kind: str = ""  # with `number`, where a page links to
    number: int = 0

    @property
    def on(self) -> date:
        return self.moment.astimezone(KST).date()

    def __str__(self) -> str:
        told = f": {self.text}" if self.text else ""
        return f"{self.on.isoformat()} {self.phase.slug} {self.subject} {self.act}{told} [{self.state}]"


def decision_log(programme: Programme) -> list[LogLine]:
    """Decisions, rulings after a procedure, rounds of verification, objections, changes of a deadline and amendments."""
    lines = [
        *_decisions(programme),
        *_rulings(programme),
        *_verifications(programme),
        *_appeals(programme),
        *_deadlines(programme),
        *_amendments(programme),
    ]
    return sorted(lines, key=lambda line: (line.moment, line.phase.number, line.subject, line.act))


def _folded(text: str) -> str:
    return " ".join(text.split())


def _decisions(programme: Programme) -> Iterator[LogLine]:
    calls = _call_numbers(programme)
    rows = Decision.objects.filter(phase__programme=programme, state__in=TAKEN)
    for row in rows.select_related("phase", "entry", "call"):
        yield LogLine(
            moment=row.notified_at or row.approved_at or row.drafted_at,
            phase=row.phase,
            subject=_subject_of(row, calls),
            act=f"{row.outcome} {row.basis}",
            text=_folded(row.public_rationale),
            state=row.state,
            words=(LABELS[Outcome][row.outcome], LABELS[Basis][row.basis]),
            standing=LABELS[DecisionState][row.state],
            kind="decision",
            number=row.pk,
        )


def _subject_of(row: Decision, calls: dict[int, int]) -> str:
    if row.entry is not None:
        return row.entry.code
    if row.call_id is not None and row.outcome != Outcome.VACATE_SEAT:
        return f"call-{calls.get(row.call_id, 1)}"
    return f"seats={row.seats}"


def _call_numbers(programme: Programme) -> dict[int, int]:
    """Calls counted within the programme: a number of the record, not of the database."""
    rows = Call.objects.filter(phase__programme=programme).order_by("pk").values_list("pk", flat=True)
    return {pk: number for number, pk in enumerate(rows, start=1)}


def _rulings(programme: Programme) -> Iterator[LogLine]:
    """Gates ruled after a procedure with its right of reply; what passed without a doubt makes no line."""
    rows = GateRuling.objects.filter(entry__phase__programme=programme, disqualification__isnull=False)
    for row in rows.select_related("entry__phase", "disqualification"):
        case = row.disqualification
        replied = case is not None and case.replied_at is not None
        state = DisqualificationState.REPLIED if replied else DisqualificationState.LAPSED
        yield LogLine(
            moment=row.ruled_at,
            phase=row.entry.phase,
            subject=row.entry.code,
            act=f"gate {row.gate} {row.verdict}",
            text=_folded(row.reason),
            state=state,
            words=(LABELS[Basis]["gate"], LABELS[GateVerdict][row.verdict]),
            standing=LABELS[DisqualificationState][state],
            kind="case",
            number=row.disqualification_id or 0,
        )


def _verifications(programme: Programme) -> Iterator[LogLine]:
    """Held verdicts; a round that a decision opened stands in the line of that decision."""
    rows = Verification.objects.filter(entry__phase__programme=programme, reopened_by=None)
    for row in rows.select_related("entry__phase"):
        opened = LogLine(
            moment=row.opened_at,
            phase=row.entry.phase,
            subject=row.entry.code,
            act="hold",
            text=_folded(row.reason),
            state=row.state,
            words=(LABELS[NoticeKind]["verification"],),
            standing=LABELS[VerificationState][row.state],
            kind="verification",
            number=row.pk,
        )
        yield opened
        if row.state == VerificationState.RELEASED and row.closed_at is not None:
            yield opened._replace(moment=row.closed_at, act="release", text=_folded(row.closing_reason))


def _appeals(programme: Programme) -> Iterator[LogLine]:
    """One line per objection: at its ruling, or at its lodging while there is none."""
    rows: QuerySet[Appeal] = Appeal.objects.filter(decision__phase__programme=programme)
    for row in rows.select_related("decision__phase", "decision__entry"):
        yield LogLine(
            moment=row.ruled_at or row.lodged_at,
            phase=row.decision.phase,
            subject=row.decision.entry.code if row.decision.entry else "-",
            act=f"objection {row.ground}",
            text=_folded(row.ruling_reason or row.admission_reason),
            state=row.state,
            words=(LABELS[Basis]["appeal"], LABELS[AppealGround][row.ground]),
            standing=LABELS[AppealState][row.state],
            kind="appeal",
            number=row.pk,
        )


def _deadlines(programme: Programme) -> Iterable[LogLine]:
    rows = DeadlineChange.objects.filter(phase__programme=programme)
    for row in rows.select_related("phase"):
        before = row.before.astimezone(KST).date().isoformat() if row.before else "-"
        yield LogLine(
            moment=row.decided_at,
            phase=row.phase,
            subject="-",
            act=f"deadline {before} → {row.after.astimezone(KST).date().isoformat()}",
            text=_folded(row.reason),
            state="all",
        )


def _amendments(programme: Programme) -> Iterator[LogLine]:
    """Changes of frozen rules that were ruled on, adopted or dropped; what every team said stands on their own page."""
    rows = Amendment.objects.filter(phase__programme=programme, ruled_at__isnull=False)
    for row in rows.select_related("phase"):
        if row.ruled_at is not None:
            yield LogLine(
                moment=row.ruled_at,
                phase=row.phase,
                subject="-",
                act=f"amendment {row.number}",
                text=_folded(row.ruling_reason or row.reason),
                state=row.state,
                standing=row.get_state_display(),
                kind="amendment",
                number=row.number,
            )
