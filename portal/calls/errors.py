"""What can be refused, each with what is wrong, where, and what to do."""

from typing import Any

from portal.common.refusals import CHANGED_MEANWHILE, Refusal


class CallError(Refusal):
    """Base of every refusal of this app; `str()` is fit for people."""


class CallClosed(CallError):
    """The call does not receive now: it has not opened, or its deadline has passed."""


class Incomplete(CallError):
    """Something is missing; `holes` names each place."""

    def __init__(self, message: str, *, holes: list[str]) -> None:
        super().__init__(message + " " + "; ".join(holes))
        self.holes = holes


class Conflict(CallError):
    """Somebody saved in between. `current` holds what stands now, so that neither text is lost."""

    code = CHANGED_MEANWHILE

    def __init__(self, message: str, *, current: dict[str, Any]) -> None:
        super().__init__(message)
        self.current = current
