"""The main menu: one row per entry, with the roles that see it. Addresses are URL names, so no app is imported."""

from collections.abc import Iterator
from typing import NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from portal.common.viewer import Viewer, viewer_of

EVERYBODY: frozenset[str] = frozenset()


# Pages of a team that stand at addresses of the reviewers: their entry of the menu is the team's.
TEAM_PAGES = frozenset(
    f"review:{name}"
    for name in ("matters", "result", "question", "reply", "verification", "objection", "notice", "party_panels")
)


class Entry(NamedTuple):
    """`pages` are names of addresses that belong to this entry although its own address does not start theirs."""

    label: str | Promise
    url_name: str
    roles: frozenset[str] = EVERYBODY
    pages: frozenset[str] = frozenset()


class Link(NamedTuple):
    label: str | Promise
    url: str
    current: bool


MENU = [
    Entry(pgettext_lazy("menu", "Results"), "results:rounds"),
    Entry(pgettext_lazy("menu", "Rules"), "programmes:list"),
    Entry(pgettext_lazy("menu", "Calls"), "calls:list"),
    Entry(pgettext_lazy("menu", "Verify"), "results:verify"),
    Entry(pgettext_lazy("menu", "My team"), "submissions:home", frozenset({"team"}), TEAM_PAGES),
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


def menu_for(viewer: Viewer, *, path: str, page: str = "") -> Iterator[Link]:
    """The entries that the viewer may open. Current is the one that claims the page (the name of its address), else the
    one whose address starts the path and is the longest.
    """
    open_to = [entry for entry in MENU if not entry.roles or viewer.has_role(*entry.roles)]
    links = [(entry, url) for entry in open_to if (url := _address(entry.url_name))]
    claimed = next((url for entry, url in links if page in entry.pages), "")
    current = claimed or max((url for _entry, url in links if path.startswith(url)), key=len, default="")
    for entry, url in links:
        yield Link(entry.label, url, current=url == current)


def _address(url_name: str) -> str:
    """Empty where this installation serves no such page (a public mirror has no team pages)."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def menu_of(request: HttpRequest) -> list[Link]:
    found = request.resolver_match
    return list(menu_for(viewer_of(request), path=request.path, page=found.view_name if found else ""))
