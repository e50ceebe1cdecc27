"""Every address of the portal, read from the resolver."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver


class Address(NamedTuple):
    name: str  # with its namespace: "accounts:me"
    route: str
    view: Callable[..., Any]


def addresses() -> Iterator[Address]:
    yield from _below(get_resolver().url_patterns, namespaces=(), prefix="")


def _below(patterns: list[URLPattern | URLResolver], *, namespaces: tuple[str, ...], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _below(pattern.url_patterns, namespaces=inner, prefix=route)
        else:
            yield Address(":".join([*namespaces, pattern.name or "(unnamed)"]), route, pattern.callback)
