"""What upper apps hand down: which uploads a team sent for them, so that its page does not call those forgotten, and
which digests of an entry were deposited with them.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from portal.artifacts.models import Bundle
from portal.consortia.models import Consortium, Entry

UseSource = Callable[[QuerySet[Consortium]], Iterable[str]]


class DepositRow(NamedTuple):
    """A checkpoint whose digest the ledger knows since `at`; `bundle` is there where its bytes were called and came."""

    digest: str
    step: int
    tokens: int | None
    at: datetime
    log_digest: str = ""
    log_bytes: int | None = None
    bundle: Bundle | None = None


DepositSource = Callable[[Entry], Iterable[DepositRow]]

_sources: dict[str, UseSource] = {}
_deposits: dict[str, DepositSource] = {}


def register_use(source: UseSource) -> UseSource:
    """Add a source of bundle digests that these consortia sent for something other than a hand-in."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source
    return source


def used_elsewhere(consortia: QuerySet[Consortium]) -> set[str]:
    """Return the digests of what was sent for other purposes."""
    return {digest for source in _sources.values() for digest in source(consortia)}


def register_deposits(source: DepositSource) -> DepositSource:
    """Add a source that knows which checkpoints of an entry were deposited, and when."""
    _deposits[f"{source.__module__}.{source.__qualname__}"] = source
    return source


def deposits_of(entry: Entry) -> list[DepositRow]:
    """Return the entry's deposits in the order of their steps."""
    found = [row for source in _deposits.values() for row in source(entry)]
    return sorted(found, key=lambda row: (row.step, row.at, row.digest))


def earliest_deposit(entry: Entry) -> datetime | None:
    """Return the first moment at which the entry had committed itself to a checkpoint, or None."""
    return min((row.at for row in deposits_of(entry)), default=None)
