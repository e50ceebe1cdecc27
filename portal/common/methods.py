"""Which addresses can be opened: a page drawn in answer to a POST must not link to an address that only takes POST."""

from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve


def page_path(request: HttpRequest) -> str:
    """The address of the page at hand for a link: its own, or after a POST the nearest one above it that GET opens."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    path = request.path
    while path.count("/") > 1 and not opens(path):
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return path


def opens(path: str) -> bool:
    """Whether GET on this path reaches a view."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    methods = methods_of(view)
    return methods is None or "GET" in methods


def methods_of(view: Any) -> tuple[str, ...] | None:
    """What `require_http_methods` allows on the view; None where nothing is restricted.

    Django keeps the list in the closure of its decorator and nowhere else.
    """
    while view is not None:
        closure = (
            dict(zip(view.__code__.co_freevars, view.__closure__ or (), strict=True)) if _is_function(view) else {}
        )
        if "request_method_list" in closure:
            return tuple(closure["request_method_list"].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return None


def _is_function(view: Any) -> bool:
    return hasattr(view, "__code__")
