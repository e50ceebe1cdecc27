"""Programmes and phases from the browser: created, corrected as long as the table allows, and by one person at a time."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from portal.audit.models import Event
from portal.common.viewer import Viewer
from portal.programmes import actions, selectors
from portal.programmes.errors import ChangedMeanwhile, ProgrammeError
from portal.programmes.models import Phase, Programme
from portal.programmes.transitions import EDITABLE, PLAN
from tests.factories.accounts import make_user, sign_in
from tests.factories.programmes import make_phase, make_programme

pytestmark = pytest.mark.django_db

OFFICER = Viewer(actor="user:1", user_id=1, roles=frozenset({"officer"}))
DECIDER = Viewer(actor="user:2", user_id=2, roles=frozenset({"decider"}))
NEW = {
    "number": 1, "name_ko": "1차 단계평가", "name_en": "Phase 1", "slug": "p-2027-1", "seats": "", "objection_days": 10,
    "opens_at": "2027-02-01T09:00", "closes_at": "2027-03-02T16:00", "embargo_until": "",
}  # fmt: skip


@pytest.fixture
def officer(client):
    return sign_in(client, make_user("officer"))


def edited(phase, **changes):
    return actions.edit_phase(phase, changes, seen=selectors.fingerprint(phase), actor=OFFICER)


def page_of(client, name, **kwargs):
    return client.get(reverse(f"ops_programmes:{name}", kwargs=kwargs))


def posted(client, data, name, **kwargs):
    return client.post(reverse(f"ops_programmes:{name}", kwargs=kwargs), data)


def form_of(phase, **changes):
    moments = {
        name: f"{timezone.localtime(getattr(phase, name)):%Y-%m-%dT%H:%M}"
        for name in ("opens_at", "closes_at", "embargo_until")
        if getattr(phase, name)
    }
    names = ("number", "slug", "name_ko", "name_en", "seats", "objection_days")
    values = {name: getattr(phase, name) for name in names if getattr(phase, name) is not None}
    return {**values, **moments, "seen": selectors.fingerprint(phase), **changes}


def test_an_officer_writes_a_programme_and_its_first_phase(officer):
    posted(officer, {"name_ko": "독자 AI 2027", "name_en": "Sovereign AI 2027", "slug": "p-2027"}, "programme-new")
    answer = posted(officer, NEW, "phase-new", slug="p-2027")
    phase = Phase.objects.get()
    assert answer.headers["Location"] == reverse("ops_programmes:phase", kwargs={"phase": "p-2027-1"})
    assert (phase.programme.slug, phase.number, phase.state, phase.seats) == ("p-2027", 1, "drafted", None)
    assert phase.closes_at.isoformat() == "2027-03-02T07:00:00+00:00"
    assert list(Event.objects.values_list("action", flat=True)) == ["programme.added", "phase.added"]


def test_a_second_click_creates_nothing_more(officer):
    data = {"name_ko": "가", "name_en": "A", "slug": "p-2027"}
    posted(officer, data, "programme-new")
    answer = posted(officer, data, "programme-new")
    assert (answer.status_code, Programme.objects.count()) == (422, 1)
    posted(officer, NEW, "phase-new", slug="p-2027")
    answer = posted(officer, {**NEW, "number": 2}, "phase-new", slug="p-2027")
    assert (answer.status_code, Phase.objects.count()) == (422, 1)
    assert "p-2027-1" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "New Phase"), ("slug", "new"), ("slug", "a--b"), ("slug", "한글"), ("slug", ""),
        ("number", 0), ("number", "x"), ("seats", -1), ("objection_days", 0), ("closes_at", "2027-01-01T00:00"),
        ("closes_at", "soon"), ("name_ko", ""), ("name_en", " "),
    ],
)  # fmt: skip
def test_an_impossible_phase_stays_on_the_form(officer, field, value):
    programme = make_programme()
    answer = posted(officer, {**NEW, field: value}, "phase-new", slug=programme.slug)
    assert answer.status_code == 422
    assert f'aria-invalid="true" id="id_{field}"' in answer.content.decode().replace("required ", "") or (
        f"#id_{field}" in answer.content.decode()
    )
    assert not Phase.objects.exists()


def test_a_number_is_given_once(officer):
    phase = make_phase()
    answer = posted(officer, {**NEW, "number": phase.number}, "phase-new", slug=phase.programme.slug)
    assert answer.status_code == 422


def test_a_drafted_phase_is_edited_whole(officer):
    phase = make_phase()
    posted(officer, form_of(phase, seats=4, is_rehearsal="on", objection_days=7), "phase-edit", phase=phase.slug)
    phase.refresh_from_db()
    assert (phase.seats, phase.is_rehearsal, phase.objection_days) == (4, True, 7)
    event = Event.objects.get()
    assert event.before == {"seats": 2, "is_rehearsal": False, "objection_days": 10}
    assert event.after == {"seats": 4, "is_rehearsal": True, "objection_days": 7}


def test_saving_what_stands_there_records_nothing(officer):
    phase = make_phase()
    assert posted(officer, form_of(phase), "phase-edit", phase=phase.slug).status_code == 302
    assert not Event.objects.exists()


def test_two_people_who_edit_do_not_overwrite(officer):
    phase = make_phase()
    outdated = form_of(phase, name_ko="두 번째 사람")
    edited(phase, name_ko="첫 번째 사람")
    answer = posted(officer, outdated, "phase-edit", phase=phase.slug)
    assert answer.status_code == 409
    assert "첫 번째 사람" in answer.content.decode()
    assert "두 번째 사람" in answer.content.decode()
    phase.refresh_from_db()
    assert phase.name_ko == "첫 번째 사람"


@pytest.mark.parametrize("state", [*EDITABLE, "notified", "final", "archived"])
def test_the_table_says_what_may_still_be_written(state):
    phase = make_phase(state)
    values = {
        "number": 9, "slug": "other", "name_ko": "다른", "name_en": "Other", "seats": 9, "objection_days": 9,
        "opens_at": phase.opens_at - timezone.timedelta(days=1), "closes_at": phase.closes_at + timezone.timedelta(days=1),
        "embargo_until": phase.closes_at, "is_rehearsal": True,
    }  # fmt: skip
    assert set(values) == PLAN
    for name, value in values.items():
        current = Phase.objects.get(pk=phase.pk)
        if name in EDITABLE.get(state, ()):
            assert getattr(edited(current, **{name: value}), name) == value
        else:
            with pytest.raises(ProgrammeError) as refused:
                edited(current, **{name: value})
            assert refused.value.field == name


@pytest.mark.parametrize("state", ["rules_frozen", "receiving", "closed"])
def test_seats_that_were_left_open_are_settled_before_scoring(state):
    phase = edited(make_phase(state, seats=None), seats=3)
    assert phase.seats == 3
    with pytest.raises(ProgrammeError):
        edited(phase, seats=4)


def test_seats_are_not_settled_once_scoring_began():
    with pytest.raises(ProgrammeError):
        edited(make_phase("scoring", seats=None), seats=3)


def test_a_field_that_is_fixed_is_told_and_not_asked(officer):
    phase = make_phase("receiving")
    text = page_of(officer, "phase-edit", phase=phase.slug).content.decode()
    assert 'name="name_ko"' in text
    assert 'name="closes_at"' not in text
    posted(officer, form_of(phase, closes_at="2030-01-01T00:00", name_ko="새 이름"), "phase-edit", phase=phase.slug)
    before = phase.closes_at
    phase.refresh_from_db()
    assert (phase.name_ko, phase.closes_at) == ("새 이름", before)


def test_the_address_of_a_programme_stays_once_rules_are_frozen():
    programme = make_phase("rules_frozen").programme
    seen = selectors.fingerprint(programme)
    with pytest.raises(ProgrammeError):
        actions.edit_programme(programme, {"slug": "other"}, seen=seen, actor=OFFICER)
    actions.edit_programme(programme, {"name_en": "Other"}, seen=seen, actor=OFFICER)
    with pytest.raises(ChangedMeanwhile):
        actions.edit_programme(programme, {"name_en": "Third"}, seen=seen, actor=OFFICER)
    assert Programme.objects.get().name_en == "Other"


def test_a_programme_is_renamed_in_the_browser(officer):
    programme = make_programme()
    data = {"name_ko": "새 사업", "name_en": "New", "slug": programme.slug, "seen": selectors.fingerprint(programme)}
    assert posted(officer, data, "programme-edit", slug=programme.slug).status_code == 302
    programme.refresh_from_db()
    assert programme.name_ko == "새 사업"


@pytest.mark.parametrize("act", ["create_programme", "create_phase", "edit_phase", "edit_programme"])
def test_only_officers_plan(act):
    phase = make_phase()
    calls = {
        "create_programme": ({"slug": "x", "name_ko": "x", "name_en": "x"},),
        "create_phase": (phase.programme, {"number": 2, "slug": "x", "name_ko": "x", "name_en": "x"}),
        "edit_phase": (phase, {}),
        "edit_programme": (phase.programme, {}),
    }
    more = {"seen": ""} if act.startswith("edit") else {}
    with pytest.raises(PermissionDenied):
        getattr(actions, act)(*calls[act], **more, actor=DECIDER)
