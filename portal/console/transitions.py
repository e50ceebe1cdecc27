"""A round of blind evaluation, and one evaluator's trial of one model. No Django."""

from portal.common.transitions import Transition
from portal.console.enums import RoundState, TrialState

OFFICER = frozenset({"officer"})
EVALUATOR = frozenset({"reviewer"})

ROUND = (
    Transition("open", RoundState.DRAFTED, RoundState.OPEN, OFFICER),
    Transition("pause", RoundState.OPEN, RoundState.PAUSED, OFFICER, needs_reason=True),
    Transition("resume", RoundState.PAUSED, RoundState.OPEN, OFFICER),
    Transition("close", RoundState.OPEN, RoundState.CLOSED, OFFICER),
    Transition("close", RoundState.PAUSED, RoundState.CLOSED, OFFICER),
    Transition("reopen", RoundState.CLOSED, RoundState.OPEN, OFFICER, needs_reason=True),
)

TRIAL = (
    Transition("begin", TrialState.WAITING, TrialState.OPEN, EVALUATOR),
    Transition("set_aside", TrialState.OPEN, TrialState.SET_ASIDE, EVALUATOR),  # no answers: never a low score
    Transition("resume", TrialState.SET_ASIDE, TrialState.OPEN, EVALUATOR),
    Transition("finish", TrialState.OPEN, TrialState.FINISHED, EVALUATOR),
    Transition("reopen", TrialState.FINISHED, TrialState.OPEN, EVALUATOR),
)

MACHINES: dict[str, tuple[Transition, ...]] = {"round": ROUND, "trial": TRIAL}
