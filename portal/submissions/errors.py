"""What the hand-in refuses."""

from portal.common.refusals import Refusal


class SubmissionRefused(Refusal):
    """A step that the rules do not allow: what, where, and what to do."""

    def __init__(self, code: str, detail: str, *, where: str = "", hint: str = "", field: str = "") -> None:
        super().__init__(f"{detail} {hint}".strip())
        self.code, self.detail, self.where, self.hint, self.field = code, detail, where, hint, field
