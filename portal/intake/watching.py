"""Ingest pass A: the exact histogram of every tensor, made while the file is hashed (docs/uploads.md)."""

from typing import TYPE_CHECKING

from portal.artifacts.hooks import Watch
from portal.intake.jobs import request_check

if TYPE_CHECKING:
    from portal.artifacts.models import Upload

LARGE = 64 << 20  # bytes from which compiled loops pay for the memory of their compiler


class PassA:
    kind = "file-summary/1"

    def watch(self, name: str, *, size: int) -> Watch | None:
        if not name.endswith(".safetensors"):
            return None
        from originality.core.filesummary import Summariser

        return Summariser(size=size, compiled=size > LARGE)

    def request_check(self, upload: "Upload", *, actor: str) -> None:
        request_check(upload, actor=actor)
