"""What upper apps hand down: which uploads a team sent for them, so that its page does not call those forgotten, and
when a digest of an entry was first deposited with them.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import QuerySet

from portal.consortia.models import Consortium, Entry

UseSource = Callable[[QuerySet[Consortium]], Iterable[str]]
DepositSource = Callable[[Entry], datetime | None]

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
    """Add a source that knows when the first digest of an entry's checkpoints was deposited."""
    _deposits[f"{source.__module__}.{source.__qualname__}"] = source
    return source


def earliest_deposit(entry: Entry) -> datetime | None:
    """Return the first moment at which the entry had committed itself to a checkpoint, or None."""
    found = [at for source in _deposits.values() if (at := source(entry)) is not None]
    return min(found, default=None)
