"""What staff see of a running evaluation: counts, and whether the models answer. No rating is read here."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q

from portal.console.enums import TrialState
from portal.console.models import Answer, Round, Trial
from portal.console.selectors.trials import SIGNED, seconds_with
from portal.review.enums import SheetState


@dataclass(frozen=True)
class SeatLine:
    code: str
    given: int
    finished: int
    set_aside: int
    signed: int


@dataclass(frozen=True)
class ServiceLine:
    """How one entry's model served the round so far."""

    entry: str
    answers: int
    failures: int
    flagged: int


@dataclass(frozen=True)
class TimeLine:
    seat: str
    position: int
    code_name: str
    entry: str
    seconds: int
    questions: int
    failures: int
    flagged: int


def seat_lines(evaluation: Round) -> list[SeatLine]:
    rows = Trial.objects.filter(round=evaluation).exclude(assignment__sheet__state=SheetState.VOID)
    seen = rows.values_list("assignment__seat__code", "state", "assignment__sheet__state")
    given, states, signed = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    for code, state, sheet in seen:
        given[code] += 1
        states[code, state] += 1
        signed[code] += sheet in SIGNED
    return [
        SeatLine(code, given[code], states[code, TrialState.FINISHED], states[code, TrialState.SET_ASIDE], signed[code])
        for code in sorted(given)
    ]


def service_lines(evaluation: Round) -> list[ServiceLine]:
    rows = Answer.objects.filter(question__trial__round=evaluation)
    counted = rows.values("question__trial__assignment__entry__code").annotate(
        answers=Count("pk", filter=Q(failure="")),
        failures=Count("pk", filter=~Q(failure="")),
        flagged=Count("pk", filter=Q(masked__gt=0)),
    )
    return [
        ServiceLine(row["question__trial__assignment__entry__code"], row["answers"], row["failures"], row["flagged"])
        for row in counted.order_by("question__trial__assignment__entry__code")
    ]


def time_lines(evaluation: Round) -> list[TimeLine]:
    """One line a trial, for the record after the seal."""
    rows = Trial.objects.filter(round=evaluation).select_related("assignment__seat", "assignment__entry", "round")
    return [_time_line(row) for row in rows.prefetch_related("questions__answer")]


def _time_line(row: Trial) -> TimeLine:
    questions = list(row.questions.all())
    answers = [question.answer for question in questions if hasattr(question, "answer")]
    return TimeLine(
        seat=row.assignment.seat.code,
        position=row.position,
        code_name=row.code_name,
        entry=row.assignment.entry.code,
        seconds=seconds_with(row, questions=questions),
        questions=len(questions),
        failures=sum(bool(answer.failure) for answer in answers),
        flagged=sum(answer.masked > 0 for answer in answers),
    )
