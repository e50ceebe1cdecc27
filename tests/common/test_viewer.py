from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from portal.common.viewer import ANONYMOUS, Viewer, viewer_of


class Person:
    is_authenticated = True
    pk = 12

    def role_names(self):
        return frozenset({"reviewer"})


def test_request_without_a_sign_in_is_anonymous():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    assert viewer_of(request) == ANONYMOUS


def test_person_becomes_an_opaque_actor_with_roles():
    request = RequestFactory().get("/")
    request.user = Person()

    assert viewer_of(request) == Viewer(actor="user:12", user_id=12, roles=frozenset({"reviewer"}))
    assert viewer_of(request).has_role("officer", "reviewer")
