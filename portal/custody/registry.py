"""What upper apps hand down: reasons why nothing of an entry may be destroyed now (an open appeal, say).

Registered in `AppConfig.ready()`, so that custody need not know who disputes.
"""

from collections.abc import Callable, Iterable

from portal.consortia.models import Entry

HoldSource = Callable[[Entry], Iterable[str]]

_sources: dict[str, HoldSource] = {}


def register_hold(source: HoldSource) -> HoldSource:
    """`source` names, in the reader's language, what is open about the entry; nothing when nothing is."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source
    return source


def disputes_about(entry: Entry) -> list[str]:
    return [text for source in _sources.values() for text in source(entry)]
