"""What upper apps hand down: why nothing of an entry may be destroyed now (an open appeal, say), and which files they keep.

Registered in `AppConfig.ready()`, so that custody need not know who disputes or what else a team sends files for.
"""

from collections.abc import Callable, Iterable

from portal.consortia.models import Consortium, Entry

HoldSource = Callable[[Entry], Iterable[str]]
KeptSource = Callable[[Consortium], Iterable[str]]

_sources: dict[str, HoldSource] = {}
_kept: dict[str, KeptSource] = {}


def register_hold(source: HoldSource) -> HoldSource:
    """`source` names, in the reader's language, what is open about the entry; nothing when nothing is."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source
    return source


def disputes_about(entry: Entry) -> list[str]:
    return [text for source in _sources.values() for text in source(entry)]


def register_kept(source: KeptSource) -> KeptSource:
    """`source` names the digests of bundles that this consortium sent for a record of its own, which no period ends."""
    _kept[f"{source.__module__}.{source.__qualname__}"] = source
    return source


def kept_for(consortium: Consortium) -> set[str]:
    return {digest for source in _kept.values() for digest in source(consortium)}
