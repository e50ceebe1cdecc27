"""The pages of the support ledger: entering, correcting, own rows alone, totals in public."""

import pytest
from django.urls import reverse

from portal.consortia.models import GrantVersion, OutageVersion, SupportGrant
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_consortium
from tests.factories.programmes import make_programme
from tests.factories.rules import make_grant, make_outage

pytestmark = pytest.mark.django_db
GRANT = {
    "card_type": "B200",
    "cards": "8",
    "starts": "2026-01-01T00:00",
    "ends": "2026-01-11T00:00",
    "provider": "클라우드 1",
    "data_budget": "0",
}


@pytest.fixture
def programme():
    return make_programme()


@pytest.fixture
def as_officer(client):
    return sign_in(client, make_user("officer"))


def url(name, **kwargs):
    return reverse(name, kwargs=kwargs)


def test_a_grant_an_outage_and_their_corrections(as_officer, programme):
    consortium = make_consortium()
    as_officer.post(url("ops_consortia:new-grant", slug=programme.slug), {**GRANT, "consortium": consortium.pk})
    grant = SupportGrant.objects.get()
    outage = {"starts": "2026-01-02T00:00", "ends": "2026-01-02T05:00", "cards": "2", "cause": "정전"}
    as_officer.post(url("ops_consortia:new-outage", grant_id=grant.pk), outage)
    page = url("ops_consortia:support", slug=programme.slug)
    assert "1,920.0" in as_officer.get(page).content.decode()
    correct = url("ops_consortia:correct-grant", grant_id=grant.pk)
    as_officer.post(correct, {**GRANT, "cards": "16", "seen": "1", "reason": "대수가 틀렸다."})
    assert "3,840.0" in as_officer.get(page).content.decode()
    number = OutageVersion.objects.get().outage_id
    as_officer.post(
        url("ops_consortia:correct-outage", outage_id=number), {**outage, "void": "on", "seen": "1", "reason": "오기"}
    )
    assert OutageVersion.objects.get(number=2).void
    history = as_officer.get(url("ops_consortia:grant", grant_id=grant.pk)).content.decode()
    assert "대수가 틀렸다." in history


@pytest.mark.parametrize("change", [{"cards": "0"}, {"ends": "2025-01-01T00:00"}, {"cards": "-1"}, {"provider": ""}])
def test_a_refused_grant_stays_on_the_form(as_officer, programme, change):
    data = {**GRANT, "consortium": make_consortium().pk, **change}
    answer = as_officer.post(url("ops_consortia:new-grant", slug=programme.slug), data)
    assert answer.status_code == 422
    assert 'value="B200"' in answer.content.decode()
    assert not SupportGrant.objects.exists()


def test_the_second_of_two_corrections_is_told(as_officer, programme):
    grant = make_grant(programme, make_consortium())
    page = url("ops_consortia:correct-grant", grant_id=grant.pk)
    as_officer.post(page, {**GRANT, "cards": "16", "seen": "1", "reason": "대수가 틀렸다."})
    answer = as_officer.post(page, {**GRANT, "cards": "4", "seen": "1", "reason": "대수가 다르다."})
    assert answer.status_code == 422
    assert "대수가 다르다." in answer.content.decode()
    assert GrantVersion.objects.count() == 2


def test_a_team_sees_its_own_rows_and_the_public_none(client, programme):
    mine, other = make_consortium(), make_consortium()
    make_grant(programme, mine, card_type="H200")
    make_outage(make_grant(programme, other, card_type="B300", provider="클라우드 2"))
    sign_in(client, mine.memberships.get().user)
    own = client.get(url("consortia:support", slug=mine.slug)).content.decode()
    assert ("H200" in own, "B300" in own, "클라우드 2" in own) == (True, False, False)
    client.logout()
    public = client.get(url("records:support", slug=programme.slug)).content.decode()
    named = (mine.name_ko, other.name_ko, "H200", "B300", "클라우드")
    assert [word for word in named if word in public] == []
    assert "3,840.0" in public


@pytest.mark.parametrize("count", [1, 3])
def test_the_ledger_takes_the_same_queries(as_officer, programme, django_assert_max_num_queries, count):
    for _ in range(count):
        make_outage(make_grant(programme, make_consortium()))
    with django_assert_max_num_queries(12):
        as_officer.get(url("ops_consortia:support", slug=programme.slug))
