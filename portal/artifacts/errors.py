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


class StoreKeyError(ArtifactError):
    """The keys of a sealed store are not usable. The reason is for the operator: it stays in the message and out of answers."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "store_key",
            "The store cannot seal or open files at present.",
            hint="Nothing stored is lost. Tell the operator of the portal, then try again.",
        )
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"The store's keys are not usable: {self.reason}. Look at STORE_KEY_FILE or STORE_KMS_KEY; "
            "`manage.py store_keys list` names the keys that are needed."
        )
