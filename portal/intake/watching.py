"""Ingest pass A: the exact histogram of every tensor, made while the file is hashed (docs/uploads.md)."""

from typing import TYPE_CHECKING

from portal.artifacts.hooks import Findings, Watch
from portal.intake.jobs import request_check

if TYPE_CHECKING:
    from originality.core.filesummary import Summariser
    from portal.artifacts.models import Upload

LARGE = 64 << 20  # bytes from which compiled loops pay for the memory of their compiler
KIND = "file-summary/1"


class PassA:
    kind = KIND

    def watch(self, name: str, *, size: int) -> Watch | None:
        if not name.endswith(".safetensors"):
            return None
        from originality.core.filesummary import Summariser

        return WeightsWatch(Summariser(size=size, compiled=size > LARGE))

    def request_check(self, upload: "Upload", *, actor: str) -> None:
        request_check(upload, actor=actor)


class WeightsWatch:
    """The engine's summariser as the check of uploads wants it."""

    def __init__(self, summariser: "Summariser") -> None:
        self.summariser = summariser
        self.feed = summariser.feed

    def findings(self) -> Findings | None:
        document = self.summariser.document()
        return Findings(document, self.summariser.facts()) if document else None
