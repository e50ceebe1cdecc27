"""Nothing is reachable that no rule speaks about."""

from portal.common.access import Verdict
from portal.common.viewer import Viewer
from tests.access.third_party import THIRD_PARTY
from tests.access.urls import addresses


def test_every_view_carries_a_rule():
    bare = {
        f"{address.name} ({address.route})"
        for address in addresses()
        if not hasattr(address.view, "access_rule") and address.name not in THIRD_PARTY
    }

    assert bare == set()


def test_the_table_of_third_party_views_names_only_what_is_served():
    assert set(THIRD_PARTY) - {address.name for address in addresses()} == set()


def test_no_third_party_row_hides_a_view_of_ours():
    ours = {address.name for address in addresses() if hasattr(address.view, "access_rule")}

    assert ours & set(THIRD_PARTY) == set()


def test_every_address_has_a_name_of_its_own():
    names = [address.name for address in addresses()]

    assert [name for name in names if "(unnamed)" in name] == []
    assert sorted(names) == sorted(set(names))


def test_rules_answer_with_a_verdict():
    nobody = Viewer(actor="anonymous", user_id=None, roles=frozenset())
    plain = [a for a in addresses() if hasattr(a.view, "access_rule") and "<" not in a.route and "(?P" not in a.route]

    assert all(isinstance(address.view.access_rule(nobody), Verdict) for address in plain)
