"""What the console refuses. Reviewing's errors are shared, so that one kind of page answers both."""

from portal.console.enums import Failure
from portal.review.errors import NotPossible


class AddressNotAllowed(NotPossible):
    """An address outside of what the installation allows; the text says what is allowed."""


class NoAnswer(Exception):
    """The served model gave no usable answer. Carries the kind alone: never an address, header or text of the other side."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure
