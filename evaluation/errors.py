"""What callers of this app may meet; inputs of a run itself are told by the run (evaluation.core.errors)."""

from portal.jobs.enums import Cause
from portal.jobs.errors import JobError


class UnknownSuiteError(LookupError):
    """A rule set names a suite that was never loaded."""

    def __init__(self, reference: str, known: list[str]) -> None:
        super().__init__(
            f"No suite is called {reference!r}; loaded are {', '.join(known) or 'none'}. "
            "Write it as NAME/VERSION, or load it with manage.py load_suites."
        )


class SuiteChangedError(ValueError):
    """A version of a suite never changes its meaning."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"The suite {reference} is already loaded with other contents. Give the changed document the next version."
        )


class KeyReusedError(ValueError):
    """One key was used for two different runs."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The key {key!r} already stands for a run of another checkpoint, suite or limit.")


class DataMissingError(JobError):
    """The questions of a task are not there, or are others than the suite pins: nothing that a team can put right."""

    cause = Cause.TASK_DATA
    transient = False
