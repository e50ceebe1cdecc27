"""What upper apps hand down: which uploads a team sent for them, so that its page does not call those forgotten."""

from collections.abc import Callable, Iterable

from django.db.models import QuerySet

from portal.consortia.models import Consortium

UseSource = Callable[[QuerySet[Consortium]], Iterable[str]]

_sources: dict[str, UseSource] = {}


def register_use(source: UseSource) -> UseSource:
    """Add a source of bundle digests that these consortia sent for something other than a hand-in."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source
    return source


def used_elsewhere(consortia: QuerySet[Consortium]) -> set[str]:
    """Return the digests of what was sent for other purposes."""
    return {digest for source in _sources.values() for digest in source(consortia)}
