"""Menus lead somewhere, and everybody sees the own entries only."""

import pytest
from django.urls import reverse

from portal.common.navigation import MENU, POLICIES, menu_for, policy_links
from portal.common.viewer import ANONYMOUS, Viewer


def urls(*roles, path="/"):
    return [link.url for link in menu_for(Viewer("user:1", 1, frozenset(roles)), path=path)]


@pytest.mark.parametrize("entry", [*MENU, *POLICIES], ids=lambda entry: entry.url_name)
def test_every_entry_leads_to_a_page(entry):
    assert reverse(entry.url_name)


def test_the_public_sees_results_only():
    public = [link.url for link in menu_for(ANONYMOUS, path="/")]

    assert public == urls()
    assert set(urls("reviewer")) - set(public) == {reverse("review:home")}


def test_the_entry_of_the_open_page_is_marked():
    marked = [link.url for link in menu_for(ANONYMOUS, path=reverse("results:rounds")) if link.current]

    assert marked == [reverse("results:rounds")]


def test_the_privacy_policy_comes_first_and_stands_out():
    links = policy_links()

    assert [link.strong for link in links] == [True, *[False] * (len(links) - 1)]
    assert links[0].url == reverse("results:privacy")
