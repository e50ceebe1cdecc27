"""Refusals of the store and the upload protocol."""

from typing import Any


class ArtifactError(Exception):
    """`code` is for programs; `detail`, `where` and `hint` are for people; `extra` goes into the API's answer."""

    def __init__(self, code: str, detail: str, *, where: str = "", hint: str = "", **extra: Any) -> None:
        super().__init__(f"{where}: {detail}" if where else detail)
        self.code = code
        self.detail = detail
        self.where = where
        self.hint = hint
        self.extra = extra

    def document(self) -> dict[str, str]:
        return {"error": self.code, "detail": self.detail, "where": self.where, "hint": self.hint}
