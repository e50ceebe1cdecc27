from portal.common.refusals import Refusal


class MeasurementError(Refusal):
    """An act on measurements that cannot be done: what, why, and what to do instead."""

    def __init__(self, message: str, *, field: str = "", code: str = "refused") -> None:
        super().__init__(message)
        self.field = field
        self.code = code
