"""What an evaluator sees of a trial. These rows carry no entry, no team and no address, so that no page can show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from portal.console.enums import TrialState
from portal.console.models import Question, Round, Trial
from portal.console.names import MASK
from portal.review.enums import SheetState

GRACE_SECONDS = 15  # beyond the longest wait: afterwards the question counts as lost
SIGNED = (SheetState.SIGNED, SheetState.SEALED)


@dataclass(frozen=True)
class Turn:
    number: int
    question: str
    pieces: tuple[str, ...]  # of the answer; between two of them a name is masked
    state: str  # answered, failed or pending

    @property
    def masked(self) -> int:
        return max(len(self.pieces) - 1, 0)

    @property
    def may_be_repeated(self) -> bool:
        return self.state == "failed" or self.masked > 0


@dataclass(frozen=True)
class Card:
    """One line of the evaluator's list."""

    key: str
    code_name: str
    position: int
    state: str
    state_label: str
    signed: bool
    void: bool


def trials_of(user_id: int, evaluation: Round) -> "QuerySet[Trial]":
    rows = Trial.objects.filter(round=evaluation, assignment__seat__user_id=user_id)
    return rows.select_related(
        "round__panel__phase__ruleset",
        "assignment__seat__panel__phase__ruleset",
        "assignment__seat__declaration",
        "assignment__entry__phase",
        "assignment__sheet__signed",
    ).order_by("position")


def cards_of(user_id: int, evaluation: Round) -> list[Card]:
    return [card_of(trial) for trial in trials_of(user_id, evaluation)]


def card_of(trial: Trial) -> Card:
    sheet = trial.assignment.sheet
    return Card(
        key=trial.key,
        code_name=trial.code_name,
        position=trial.position,
        state=trial.state,
        state_label=str(trial.get_state_display()),
        signed=sheet.state in SIGNED,
        void=sheet.state == SheetState.VOID,
    )


def turns_of(trial: Trial) -> list[Turn]:
    return [_turn(question, trial.round) for question in _questions(trial)]


def _questions(trial: Trial) -> "QuerySet[Question]":
    return trial.questions.select_related("answer")


def _turn(question: Question, evaluation: Round) -> Turn:
    answer = getattr(question, "answer", None)
    if answer is None:
        state = "failed" if is_lost(question, evaluation) else "pending"
        return Turn(question.number, question.text, (), state)
    if answer.failure:
        return Turn(question.number, question.text, (), "failed")
    return Turn(question.number, question.text, tuple(answer.shown.split(MASK)), "answered")


def is_lost(question: Question, evaluation: Round, *, now: datetime | None = None) -> bool:
    """Nobody waits for it any more: the process that asked must have ended."""
    longest = evaluation.answer_seconds + int(evaluation.pace_seconds) + GRACE_SECONDS
    return (now or timezone.now()) - question.asked_at > timedelta(seconds=longest)


def seconds_with(trial: Trial, *, now: datetime | None = None, questions: Iterable[Question] | None = None) -> int:
    """Time spent with a model that answered: sittings so far and the one under way, less the waits that came to nothing."""
    now = now or timezone.now()
    sitting = int((now - trial.opened_at).total_seconds()) if trial.opened_at else 0
    asked = _questions(trial) if questions is None else questions
    failed = [row for row in asked if hasattr(row, "answer") and row.answer.failure]
    waited = sum((row.answer.answered_at - row.asked_at).total_seconds() for row in failed)
    return max(trial.seconds + sitting - int(waited), 0)


def seconds_left(trial: Trial) -> int:
    return max(trial.round.minimum_seconds - seconds_with(trial), 0)


def answered(trial: Trial) -> int:
    return trial.questions.filter(answer__failure="").count()


def rounds_of(user_id: int) -> "QuerySet[Round]":
    """Rounds in which the person holds trials, the latest first."""
    mine = Round.objects.filter(trials__assignment__seat__user_id=user_id).distinct()
    return mine.select_related("panel__phase__programme").order_by("-pk")


def open_trial(user_id: int, evaluation: Round) -> Trial | None:
    return trials_of(user_id, evaluation).filter(state=TrialState.OPEN).first()
