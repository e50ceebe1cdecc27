import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from portal.common.access import UNKNOWN, Verdict, access, anyone, role, signed_in
from portal.common.viewer import ANONYMOUS, Viewer

REVIEWER = Viewer(actor="user:1", user_id=1, roles=frozenset({"reviewer"}))


def opened(rule, user=None):
    @access(rule)
    def view(request, **kwargs):
        return HttpResponse(request.viewer.actor)

    request = RequestFactory().get("/review/7/")
    request.user = user or AnonymousUser()
    return view(request, sheet=7)


def test_rule_sees_the_arguments_of_the_address():
    seen = []

    def rule(viewer, **kwargs):
        seen.append((viewer, kwargs))
        return Verdict(allowed=True)

    assert opened(rule).content == b"anonymous"
    assert seen == [(ANONYMOUS, {"sheet": 7})]


def test_stranger_is_sent_to_the_sign_in():
    response = opened(signed_in)

    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/review/7/")


def test_what_does_not_exist_answers_404_even_to_strangers():
    with pytest.raises(Http404):
        opened(lambda viewer, **kwargs: UNKNOWN)


def test_rule_stays_on_the_view():
    @access(anyone)
    def view(request):
        return HttpResponse()

    assert view.access_rule is anyone
    assert view.step_up is False


def test_role_asks_for_one_of_its_names():
    assert role("officer", "reviewer")(REVIEWER).allowed
    assert not role("officer")(REVIEWER).allowed
    assert not signed_in(ANONYMOUS).allowed
