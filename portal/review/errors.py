"""What can be refused, each with what is wrong, where, and what to do. Views show the text; nothing is swallowed."""

from typing import Any

from portal.common.refusals import CHANGED_MEANWHILE, Refusal


class ReviewError(Refusal):
    """Base of every refusal of this app; `str()` is fit for people."""


class NotPossible(ReviewError):
    """The act is not possible now, in this state or for this person."""


class Conflict(ReviewError):
    """Somebody saved in between. `current` holds what stands now, so that neither text is lost."""

    code = CHANGED_MEANWHILE

    def __init__(self, message: str, *, current: dict[str, Any]) -> None:
        super().__init__(message)
        self.current = current


class Incomplete(ReviewError):
    """Something is missing or out of range; `holes` names each place."""

    def __init__(self, message: str, *, holes: list[str]) -> None:
        super().__init__(message + " " + "; ".join(holes))
        self.holes = holes
