"""The closed vocabularies of the blind console. No Django."""

from enum import StrEnum


class RoundState(StrEnum):
    DRAFTED = "drafted"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class TrialState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    SET_ASIDE = "set_aside"
    FINISHED = "finished"


class Failure(StrEnum):
    """Why there is no answer. An evaluator reads "no answer" for all of them: the kind of fault would tell models apart."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"
    STATUS = "status"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    EMPTY = "empty"
    ADDRESS = "address"  # no longer among those that the installation allows
    KEY = "key"  # sealed under another secret of the installation
    BUSY = "busy"  # as many questions under way as this process carries
    LOST = "lost"  # the process that asked ended before the answer came


class AuditAction(StrEnum):
    ROUND_DRAFTED = "console.round_drafted"
    ROUND_CHANGED = "console.round_changed"
    ROUND_MOVED = "console.round_moved"
    EVALUATORS_ENROLLED = "console.evaluators_enrolled"
    ENDPOINT_ENTERED = "console.endpoint_entered"
    ENDPOINT_CHECKED = "console.endpoint_checked"
    TRIAL_MOVED = "console.trial_moved"
    QUESTION_PUT = "console.question_put"
    ANSWER_KEPT = "console.answer_kept"
