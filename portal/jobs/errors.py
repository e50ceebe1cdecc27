from typing import NamedTuple

from portal.jobs.enums import Cause


class JobError(Exception):
    """An expected failure; its text is shown to the team, so it says what is wrong, where and what to do."""

    cause = Cause.UNEXPECTED
    transient = True


class InputError(JobError):
    """The job's input cannot be used, now or later: the job fails without another attempt."""

    cause = Cause.INPUT
    transient = False


class TransientError(JobError):
    """Something that may pass (a full disk, a source that does not answer): tried again within the bound."""

    def __init__(self, message: str, *, cause: Cause = Cause.EXIT) -> None:
        super().__init__(message)
        self.cause = cause


class NoSandbox(JobError):
    """The child must run behind walls and this worker can put up none; another one may."""

    cause = Cause.SANDBOX


class LeaseLost(Exception):
    """Another worker may own the job now: whatever this one has must not be written."""


class KeyReused(ValueError):
    """One idempotency key was used for two different pieces of work."""


class Failure(NamedTuple):
    cause: Cause
    message: str
    transient: bool
