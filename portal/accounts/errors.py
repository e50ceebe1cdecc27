from portal.common.refusals import Refusal


class AccountError(ValueError):
    """What was asked is not possible; the message is for the person who asked."""


class DeviceRefused(Refusal):
    """The sign-in of a program does not go on. `code` is one of RFC 8628, section 3.5, or RFC 6749, section 5.2."""

    def __init__(self, code: str, detail: str, *, hint: str = "", interval: int = 0) -> None:
        super().__init__(detail)
        self.code = code
        self.hint = hint
        self.interval = interval  # seconds between questions, where that is what the answer is about
