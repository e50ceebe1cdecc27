"""The main menu: one row per entry, with the roles that see it. Addresses are URL names, so no app is imported."""

from collections.abc import Iterator
from typing import NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from portal.common.viewer import Viewer, viewer_of

EVERYBODY: frozenset[str] = frozenset()


class Entry(NamedTuple):
    label: str | Promise
    url_name: str
    roles: frozenset[str] = EVERYBODY


class Link(NamedTuple):
    label: str | Promise
    url: str
    current: bool


MENU = [
    Entry(pgettext_lazy("menu", "Results"), "results:rounds"),
    Entry(pgettext_lazy("menu", "Rules"), "programmes:list"),
    Entry(pgettext_lazy("menu", "Verify"), "results:verify"),
    Entry(pgettext_lazy("menu", "My team"), "submissions:home", frozenset({"team"})),
    Entry(pgettext_lazy("menu", "My consortia"), "consortia:list", frozenset({"team"})),
    Entry(pgettext_lazy("menu", "Review"), "review:home", frozenset({"reviewer"})),
    Entry(pgettext_lazy("menu", "Operations"), "ops:home", frozenset({"officer", "decider", "auditor", "operator"})),
]

POLICIES = [
    Entry(pgettext_lazy("menu", "Privacy policy"), "results:privacy"),
    Entry(pgettext_lazy("menu", "Copyright and open source"), "results:copyright"),
    Entry(pgettext_lazy("menu", "Accessibility"), "results:accessibility"),
    Entry(pgettext_lazy("menu", "Sitemap"), "results:sitemap"),
    Entry(pgettext_lazy("menu", "Contact"), "results:contact"),
]


class PolicyLink(NamedTuple):
    label: str | Promise
    url: str
    strong: bool


def policy_links() -> list[PolicyLink]:
    """The footer's links; the privacy policy comes first and stands out, as the law on personal data asks."""
    links = [(entry.label, _address(entry.url_name)) for entry in POLICIES]
    return [PolicyLink(label, url, strong=number == 0) for number, (label, url) in enumerate(links) if url]


def menu_for(viewer: Viewer, *, path: str) -> Iterator[Link]:
    """The entries that the viewer may open; the one whose address starts the path, and is the longest, is the current one."""
    open_to = [entry for entry in MENU if not entry.roles or viewer.has_role(*entry.roles)]
    links = [(entry.label, url) for entry in open_to if (url := _address(entry.url_name))]
    current = max((url for _label, url in links if path.startswith(url)), key=len, default="")
    for label, url in links:
        yield Link(label, url, current=url == current)


def _address(url_name: str) -> str:
    """Empty where this installation serves no such page (a public mirror has no team pages)."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def menu_of(request: HttpRequest) -> list[Link]:
    return list(menu_for(viewer_of(request), path=request.path))
