import pytest
from django.db import IntegrityError, transaction

from portal.accounts.models import RoleGrant, User
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


def test_address_in_capitals_cannot_be_stored():
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="A@example.org")


def test_roles_are_read_once_per_person(django_assert_num_queries):
    user = User.objects.get(pk=make_user("reviewer", "team").pk)

    with django_assert_num_queries(1):
        assert user.role_names() == frozenset({"reviewer", "team"})
        assert user.role_names() == frozenset({"reviewer", "team"})


def test_role_is_granted_once():
    user = make_user("team")

    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role="team", granted_by="system")
