"""What belongs to a viewer, and what does not."""

import pytest

from portal.common.viewer import ANONYMOUS, viewer_of_user
from portal.consortia import selectors
from tests.factories.accounts import make_user
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase

pytestmark = pytest.mark.django_db


def test_entries_belong_to_the_members_of_their_consortium():
    phase = make_phase("receiving")
    mine, other = make_entry(phase), make_entry(phase)
    member = viewer_of_user(mine.consortium.memberships.get().user)
    assert list(selectors.entries_of(member)) == [mine]
    assert list(selectors.consortia_of(member)) == [mine.consortium]
    assert other not in selectors.entries_of(member)


@pytest.mark.parametrize("role", ["officer", "reviewer", "team"])
def test_a_role_alone_owns_nothing(role):
    make_entry(make_phase("receiving"))
    assert not selectors.entries_of(viewer_of_user(make_user(role))).exists()


def test_visitors_own_nothing_even_where_nobody_is_a_member():
    consortium = make_consortium()
    consortium.memberships.all().delete()
    assert not selectors.consortia_of(ANONYMOUS).exists()
    assert selectors.invitations_for(ANONYMOUS) == []
    assert not selectors.is_member(ANONYMOUS, consortium)


def test_a_consortium_is_found_by_its_account_key():
    consortium = make_consortium()
    assert selectors.consortium_for_account(consortium.account_key) == consortium
    for key in ("consortium:0", "consortium:", "consortium:x", "user:1", ""):
        assert selectors.consortium_for_account(key) is None


def test_phases_to_enter_are_those_that_take_entries():
    frozen, receiving = make_phase("rules_frozen"), make_phase("receiving")
    make_phase("drafted")
    entered = make_entry(make_phase("receiving"))
    assert set(selectors.phases_to_enter(entered.consortium)) == {frozen, receiving}
