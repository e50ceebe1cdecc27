"""What an upper layer adds to the check of an upload: a watcher of the bytes, and a worker for checks too long for a request.

Registered in `AppConfig.ready()`; without a registration files are checked all the same, in the process that asks.
"""

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from portal.artifacts.models import Upload


class Findings(NamedTuple):
    """`document` is kept as a blob, `facts` on its row: the few that lists show."""

    document: bytes
    facts: dict[str, Any]


class Watch(Protocol):
    """Sees the bytes of one file once, in order, while they are hashed."""

    def feed(self, chunk: memoryview, /) -> None:
        """The memory is used again after the call: what is kept must be copied."""
        ...

    def findings(self) -> Findings | None:
        """What was found out, after the last byte; None when there is nothing to keep."""
        ...


class Intake(Protocol):
    """`kind` names the form of the documents that the watchers leave."""

    kind: str

    def watch(self, name: str, *, size: int) -> Watch | None: ...

    def request_check(self, upload: "Upload", *, actor: str) -> None:
        """Have the check done elsewhere; called in the transaction that begins it, so it must not be lost or doubled."""
        ...


_registered: list[Intake] = []


def register(intake: Intake) -> None:
    """One intake per process; registering it again replaces it."""
    _registered[:] = [intake]


def current() -> Intake | None:
    return _registered[0] if _registered else None
