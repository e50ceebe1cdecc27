"""After a refused POST the language link opens a page: none of our addresses sends a reader to "405"."""

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.views.decorators.http import require_POST

from portal.common.access import access, anyone
from portal.common.methods import methods_of, opens, page_path
from portal.common.navigation import MENU, menu_for
from portal.common.viewer import Viewer


def test_the_method_is_read_through_our_guards():
    @access(anyone)
    @require_POST
    def act(request):
        return None

    @access(anyone)
    def page(request):
        return None

    assert methods_of(act) == ("POST",)
    assert methods_of(page) is None


def test_a_page_opened_by_get_links_to_itself():
    request = RequestFactory().get("/rounds/?page=2")
    assert page_path(request) == "/rounds/?page=2"


@pytest.mark.parametrize(
    ("name", "kwargs", "expected"),
    [
        ("review:save", {"sheet_id": 7}, "/review/sheets/7/"),
        ("ops:move", {"phase_id": 3}, "/ops/phases/3/"),
        ("review:withdraw", {"sheet_id": 7}, "/review/sheets/7/"),
        ("review:question", {"question_id": 5}, "/review/questions/5/"),
    ],
)
def test_a_refused_post_links_to_the_nearest_page_above(name, kwargs, expected):
    path = page_path(RequestFactory().post(reverse(name, kwargs=kwargs)))
    assert path == expected
    assert opens(path)


def test_pages_put_to_a_team_are_marked_as_the_teams_own():
    viewer = Viewer("user:1", 1, frozenset({"team", "reviewer"}))
    home = reverse("submissions:home")
    for page in next(entry.pages for entry in MENU if entry.url_name == "submissions:home"):
        name = page.partition(":")[2]
        marked = [link.url for link in menu_for(viewer, path="/review/entries/1/", page=page) if link.current]
        assert marked == [home], name
    assert resolve("/review/entries/1/").view_name in next(e.pages for e in MENU if e.url_name == "submissions:home")
