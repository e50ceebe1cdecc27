"""Writes on consortia and entries, with the real invitations of `accounts`."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.actions import accept_invitation, issue_token
from portal.audit.models import Event
from portal.common.transitions import TransitionError
from portal.common.viewer import ANONYMOUS, viewer_of_user
from portal.consortia import actions
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Consortium, ConsortiumInstitution, Institution, Membership
from portal.consortia.selectors import deadline_of, is_manager, phases_to_enter
from portal.letters.models import Letter
from portal.programmes.actions import change_deadline
from tests.factories.accounts import make_user
from tests.factories.consortia import institution_data, make_consortium, make_entry
from tests.factories.programmes import make_call, make_phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return viewer_of_user(make_user("officer"))


@pytest.fixture
def decider():
    return viewer_of_user(make_user("decider"))


@pytest.fixture
def manager():
    return make_user("team")


@pytest.fixture
def consortium(manager):
    return make_consortium(manager=manager)


def register(viewer, slug="garam", lead=None):
    lead = lead or institution_data("가람")
    return actions.register_consortium(slug, name_ko="가람 컨소시엄", name_en="Garam", lead=lead, actor=viewer)


def accepted(place, token):
    user = make_user("team", email=place.invited_email)
    accept_invitation(token, user=user)
    return viewer_of_user(user)


def test_whoever_registers_becomes_the_manager(manager):
    viewer = viewer_of_user(manager)
    consortium = register(viewer)
    assert is_manager(viewer, consortium)
    assert [(place.role, place.accepted_at is not None) for place in consortium.places.all()] == [("lead", True)]
    assert Event.objects.get().subject == f"consortium:{consortium.pk}"


def test_a_short_name_is_taken_once(manager):
    register(viewer_of_user(manager))
    with pytest.raises(ConsortiumError, match="garam"):
        register(viewer_of_user(make_user("team")))
    assert Consortium.objects.count() == 1


def test_an_institution_keeps_the_name_it_came_with(manager):
    lead = institution_data("가람")
    register(viewer_of_user(manager), lead=lead)
    register(viewer_of_user(manager), slug="nuri", lead=lead._replace(name_ko="다른 이름"))
    assert Institution.objects.get().name_ko == lead.name_ko


def test_nobody_registers_without_an_account():
    with pytest.raises(PermissionDenied):
        register(ANONYMOUS)


def test_an_institution_joins_by_its_own_consent(consortium, manager):
    data = institution_data("나루")
    place, token = actions.invite_institution(
        consortium, institution=data, email="Naru@example.org", actor=viewer_of_user(manager)
    )
    assert (place.accepted_at, place.role) == (None, "member")
    viewer = accepted(place, token)
    actions.accept_institution_invitation(place, actor=viewer)
    place.refresh_from_db()
    assert place.accepted_at is not None
    assert Membership.objects.get(user=viewer.user_id).institution.name_ko == data.name_ko


def test_somebody_else_cannot_accept(consortium, manager):
    place, _token = actions.invite_institution(
        consortium, institution=institution_data(), email="naru@example.org", actor=viewer_of_user(manager)
    )
    for viewer in (viewer_of_user(make_user("team")), viewer_of_user(manager), ANONYMOUS):
        with pytest.raises(PermissionDenied):
            actions.accept_institution_invitation(place, actor=viewer)


def test_an_invitation_is_accepted_once(consortium, manager):
    place, token = actions.invite_institution(
        consortium, institution=institution_data(), email="naru@example.org", actor=viewer_of_user(manager)
    )
    viewer = accepted(place, token)
    actions.accept_institution_invitation(place, actor=viewer)
    with pytest.raises(PermissionDenied):
        actions.accept_institution_invitation(place, actor=viewer)


def test_an_institution_has_one_place(consortium, manager):
    data = institution_data()
    invited = {"institution": data, "email": "naru@example.org", "actor": viewer_of_user(manager)}
    actions.invite_institution(consortium, **invited)
    with pytest.raises(ConsortiumError):
        actions.invite_institution(consortium, **invited)


def test_only_a_manager_invites(consortium):
    with pytest.raises(PermissionDenied):
        actions.invite_institution(
            consortium, institution=institution_data(), email="x@example.org", actor=viewer_of_user(make_user("team"))
        )


def test_an_institution_leaves_with_its_people_and_their_keys(consortium, manager):
    place, token = actions.invite_institution(
        consortium, institution=institution_data(), email="naru@example.org", actor=viewer_of_user(manager)
    )
    viewer = accepted(place, token)
    actions.accept_institution_invitation(place, actor=viewer)
    member = Membership.objects.get(user=viewer.user_id).user
    key, _secret = issue_token(user=member, account_key=consortium.account_key, scopes=["upload"])
    actions.end_place(place, actor=viewer_of_user(manager), reason="협약 종료")
    key.refresh_from_db()
    assert (key.state, place.ends) == ("revoked", timezone.localdate())
    assert not Membership.objects.filter(user=member).exists()
    with pytest.raises(ConsortiumError):
        actions.end_place(place, actor=viewer_of_user(manager), reason="협약 종료")


def test_the_lead_stays(consortium, manager):
    with pytest.raises(ConsortiumError):
        actions.end_place(consortium.places.get(), actor=viewer_of_user(manager), reason="이유")


def test_a_consortium_has_one_lead(consortium):
    other = Institution.objects.create(**institution_data()._asdict())
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsortiumInstitution.objects.create(consortium=consortium, institution=other, role="lead")


def test_entering_pins_the_rules_and_gives_a_code(consortium, manager):
    phase = make_phase("rules_frozen")
    entry = actions.enter_phase(consortium, phase=phase, actor=viewer_of_user(manager))
    other = make_consortium()
    second = actions.enter_phase(other, phase=phase, actor=viewer_of_user(other.memberships.get().user))
    assert (entry.code, second.code, entry.ruleset) == ("A", "B", phase.ruleset)
    assert Event.objects.order_by("seq").first().after["ruleset_digest"] == phase.ruleset.digest


def test_a_consortium_enters_once(consortium, manager):
    phase = make_phase("receiving")
    actions.enter_phase(consortium, phase=phase, actor=viewer_of_user(manager))
    with pytest.raises(ConsortiumError):
        actions.enter_phase(consortium, phase=phase, actor=viewer_of_user(manager))
    with pytest.raises(IntegrityError), transaction.atomic():
        make_entry(phase, consortium=consortium)


@pytest.mark.parametrize(
    ("outcome", "may"), [("advanced", True), ("cut", False), ("disqualified", False), (None, False)]
)
def test_a_later_phase_takes_those_who_advanced(consortium, manager, outcome, may):
    first = make_phase("final")
    if outcome:
        make_entry(first, consortium=consortium, state=outcome)
    second = make_phase("receiving", programme=first.programme)
    assert phases_to_enter(consortium) == ([second] if may else [])
    if may:
        assert actions.enter_phase(consortium, phase=second, actor=viewer_of_user(manager)).phase == second
    else:
        with pytest.raises(ConsortiumError, match="공모"):
            actions.enter_phase(consortium, phase=second, actor=viewer_of_user(manager))


def test_a_rehearsal_is_open_to_everybody(consortium):
    first = make_phase("final")
    rehearsal = make_phase("receiving", programme=first.programme, is_rehearsal=True)
    assert phases_to_enter(consortium) == [rehearsal]


@pytest.mark.parametrize("state", ["drafted", "closed", "scoring", "final"])
def test_a_phase_takes_entries_only_between_freezing_and_closing(consortium, manager, state):
    with pytest.raises(ConsortiumError):
        actions.enter_phase(consortium, phase=make_phase(state), actor=viewer_of_user(manager))


def test_a_contributor_does_not_enter(consortium):
    from tests.factories.consortia import join

    member = join(consortium, user=make_user("team")).user
    with pytest.raises(PermissionDenied):
        actions.enter_phase(consortium, phase=make_phase("receiving"), actor=viewer_of_user(member))


def test_a_revival_is_a_new_entry_through_a_filled_call(consortium, manager, officer):
    phase = make_phase("receiving")
    call = make_call(phase, state="filled")
    with pytest.raises(PermissionDenied):
        actions.enter_phase(consortium, phase=phase, call=call, actor=viewer_of_user(manager))
    old = make_entry(phase, consortium=consortium, state="cut")
    new = actions.enter_phase(consortium, phase=phase, call=call, actor=officer)
    old.refresh_from_db()
    assert (old.state, new.state, new.code) == ("cut", "competing", "B")


def test_a_call_that_is_not_filled_makes_no_entry(consortium, officer):
    phase = make_phase("receiving")
    with pytest.raises(ConsortiumError):
        actions.enter_phase(consortium, phase=phase, call=make_call(phase, state="judged"), actor=officer)


def test_an_entry_moves_by_the_table(decider, officer):
    entry = make_entry(make_phase("tallied"))
    actions.move_entry(entry, "hold", actor=officer, reason="추가 검증")
    actions.move_entry(entry, "disqualify", actor=decider, reason="독자성 미충족")
    entry.refresh_from_db()
    assert entry.state == "disqualified"
    assert list(Event.objects.order_by("seq").values_list("reason", flat=True)) == ["추가 검증", "독자성 미충족"]
    with pytest.raises(TransitionError):
        actions.move_entry(entry, "advance", actor=decider)


def test_an_officer_does_not_decide(officer):
    with pytest.raises(PermissionDenied):
        actions.move_entry(make_entry(make_phase("tallied")), "advance", actor=officer)


def test_a_team_withdraws_its_own_entry_and_no_other(consortium, manager):
    phase = make_phase("receiving")
    own, other = make_entry(phase, consortium=consortium), make_entry(phase)
    actions.move_entry(own, "withdraw", actor=viewer_of_user(manager), reason="사정")
    with pytest.raises(PermissionDenied):
        actions.move_entry(other, "withdraw", actor=viewer_of_user(manager), reason="사정")


def test_a_deadline_of_its_own_moves_with_the_phase(officer):
    phase = make_phase("receiving")
    entry, other = make_entry(phase), make_entry(phase)
    own = phase.closes_at + timedelta(days=30)
    actions.set_entry_deadline(entry, deadline=own, actor=officer, reason="한 달 늦게 합류")
    change_deadline(phase, closes_at=phase.closes_at + timedelta(days=2), reason="연장", actor=officer)
    entry.refresh_from_db()
    other.refresh_from_db()
    assert deadline_of(entry) == own + timedelta(days=2)
    assert deadline_of(other) == phase.closes_at
    letter = Letter.objects.get()
    assert (letter.to, "한 달 늦게 합류" in letter.body) == (entry.consortium.memberships.get().user.email, True)


@pytest.mark.parametrize(("days", "reason"), [(-1, "이유"), (5, " ")])
def test_an_impossible_deadline_of_an_entry_is_refused(officer, days, reason):
    entry = make_entry(make_phase("receiving"))
    with pytest.raises(ConsortiumError):
        actions.set_entry_deadline(entry, deadline=timezone.now() + timedelta(days=days), actor=officer, reason=reason)


@pytest.mark.parametrize(("phase_state", "entry_state"), [("closed", "competing"), ("receiving", "withdrawn")])
def test_a_deadline_that_would_change_nothing_is_refused(officer, phase_state, entry_state):
    entry = make_entry(make_phase(phase_state), state=entry_state)
    with pytest.raises(ConsortiumError):
        actions.set_entry_deadline(entry, deadline=timezone.now() + timedelta(days=5), actor=officer, reason="이유")
