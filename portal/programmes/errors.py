from portal.common.refusals import CHANGED_MEANWHILE, Refusal


class ProgrammeError(Refusal):
    """An act on a programme that cannot be done: what, why, and what to do instead. `field` is the input it is about."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ChangedMeanwhile(ProgrammeError):
    """Somebody else wrote first; what was typed is kept and nothing is overwritten."""

    code = CHANGED_MEANWHILE
