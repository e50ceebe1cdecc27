"""The support ledger: grants, outages, corrections that supersede, and totals that single nobody out."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from portal.audit.models import Event
from portal.consortia import actions
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import GrantVersion
from portal.consortia.selectors.support import history_of, public_totals, support_rows
from tests.factories.consortia import make_consortium
from tests.factories.programmes import make_programme
from tests.factories.rules import acting, grant_facts, make_grant

pytestmark = pytest.mark.django_db
FACTS = grant_facts()
AFTER = FACTS.ends + timedelta(days=1)


@pytest.fixture
def programme():
    return make_programme()


@pytest.fixture
def consortium():
    return make_consortium()


@pytest.fixture
def officer():
    return acting("officer")


@pytest.fixture
def grant(programme, consortium, officer):
    return make_grant(programme, consortium, actor=officer)


def outage(grant, officer, *, day=1, hours=5, cards=2):
    starts = FACTS.starts + timedelta(days=day)
    facts = actions.OutageFacts(starts, starts + timedelta(hours=hours), cards, "냉각 장치 고장")
    return actions.record_outage(grant, facts=facts, actor=officer)


def only_row(programme):
    (row,) = support_rows(programme, moment=AFTER)
    return row


def test_hours_granted_and_lost(programme, grant, officer):
    outage(grant, officer)
    outage(grant, officer, day=2, hours=1, cards=8)
    row = only_row(programme)
    assert (row.granted_hours, row.lost_hours, row.used_hours) == (Decimal(1920), Decimal(18), Decimal(1902))
    assert len(row.outages) == 2


def test_a_correction_supersedes_and_both_stay(programme, grant, officer):
    actions.correct_grant(grant, facts=grant_facts(cards=16), reason="대수가 틀렸다.", actor=officer, seen=1)
    assert [(row.number, row.cards) for row in history_of(grant)] == [(1, 8), (2, 16)]
    assert only_row(programme).granted_hours == Decimal(3840)
    event = Event.objects.latest("seq")
    assert (event.action, event.before["cards"], event.after["cards"], event.reason) == (
        "support.corrected", 8, 16, "대수가 틀렸다.",
    )  # fmt: skip


def test_a_row_is_never_edited(grant):
    with pytest.raises(DatabaseError), transaction.atomic():
        GrantVersion.objects.filter(grant=grant).update(cards=16)


def test_two_people_do_not_correct_the_same_row(grant, officer):
    actions.correct_grant(grant, facts=grant_facts(cards=16), reason="대수가 틀렸다.", actor=officer, seen=1)
    with pytest.raises(ConsortiumError):
        actions.correct_grant(grant, facts=grant_facts(cards=4), reason="대수가 틀렸다.", actor=officer, seen=1)


def test_a_grant_taken_back_counts_no_more(programme, grant, officer):
    actions.correct_grant(grant, facts=None, reason="다른 사업의 것이다.", actor=officer, seen=1)
    assert support_rows(programme) == []
    with pytest.raises(ConsortiumError):
        actions.correct_grant(grant, facts=grant_facts(), reason="다시", actor=officer, seen=2)


def test_an_outage_is_corrected_and_taken_back(programme, grant, officer):
    broken = outage(grant, officer)
    longer = actions.OutageFacts(FACTS.starts, FACTS.starts + timedelta(hours=10), 2, "정전")
    actions.correct_outage(broken, facts=longer, reason="길었다.", actor=officer, seen=1)
    assert only_row(programme).lost_hours == Decimal(20)
    actions.correct_outage(broken, facts=None, reason="다른 장비였다.", actor=officer, seen=2)
    assert only_row(programme).lost_hours == 0


def test_a_grant_still_covers_its_outages(grant, officer):
    outage(grant, officer)
    with pytest.raises(ConsortiumError):
        actions.correct_grant(grant, facts=grant_facts(cards=1), reason="줄인다.", actor=officer, seen=1)


@pytest.mark.parametrize(
    "change",
    [{"cards": 0}, {"cards": -1}, {"card_type": " "}, {"ends": FACTS.starts}, {"data_budget": -1}],
)
def test_an_impossible_grant_is_refused(programme, consortium, change):
    with pytest.raises(ConsortiumError):
        make_grant(programme, consortium, **change)
    assert not GrantVersion.objects.exists()


def test_data_alone_is_a_grant(programme, consortium):
    make_grant(programme, consortium, cards=0, card_type="", data_budget=1_000_000_000)
    assert public_totals(programme)[0].data_budget == 1_000_000_000


@pytest.mark.parametrize(("day", "hours", "cards"), [(-1, 5, 2), (9, 48, 2), (1, 0, 2), (1, 5, 0), (1, 5, 9)])
def test_an_impossible_outage_is_refused(grant, officer, day, hours, cards):
    with pytest.raises(ConsortiumError):
        outage(grant, officer, day=day, hours=hours, cards=cards)


@pytest.mark.parametrize("role", ["team", "decider", "auditor", "reviewer"])
def test_only_officers_write(programme, consortium, role):
    with pytest.raises(PermissionDenied):
        make_grant(programme, consortium, actor=acting(role))


def test_a_row_over_few_consortia_is_not_published(programme, officer):
    for number in range(3):
        make_grant(programme, make_consortium(), actor=officer)
        if number < 2:
            make_grant(programme, make_consortium(), actor=officer, card_type="H200")
    assert [(total.label, total.consortia) for total in public_totals(programme)] == [("", 5), ("B200", 3)]


def test_own_rows_alone(programme, grant, consortium, officer):
    make_grant(programme, make_consortium(), actor=officer)
    assert [row.version.grant for row in support_rows(programme, consortium)] == [grant]


def test_nothing_granted_has_no_totals(programme):
    assert public_totals(programme) == []
