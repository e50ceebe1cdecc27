"""Invitations from a list: once per address, all or none, and the seat when somebody accepts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.accounts.models import Invitation
from portal.audit.models import Event
from portal.letters.models import Letter
from portal.review import actions
from portal.review.actions import Guest
from portal.review.enums import SeatKind
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import PanelInvitation, PanelSeat
from tests.factories.accounts import make_user
from tests.factories.draws import soon
from tests.factories.review import make_entry, make_member, make_panel, make_phase

pytestmark = pytest.mark.django_db
GUESTS = [Guest("reviewer-03@example.org", "평가위원 3", SeatKind.CHAIR), Guest("Reviewer-04@example.org")]


@pytest.fixture
def officer():
    return make_user("officer")


@pytest.fixture
def panel():
    return make_panel(make_phase())


def invite(panel, officer, guests=GUESTS, **kwargs):
    return actions.invite_to_panel(panel, guests=guests, answer_due=soon(), invited_by=officer, **kwargs)


def test_new_people_get_an_account_s_way_and_known_reviewers_do_not(panel, officer):
    make_user("reviewer", email="reviewer-04@example.org")

    invited = invite(panel, officer)

    assert [row.email for row in invited.new] == ["reviewer-03@example.org", "reviewer-04@example.org"]
    assert list(Invitation.objects.values_list("email", "role")) == [("reviewer-03@example.org", "reviewer")]
    assert Letter.objects.filter(kind="panel_invitation").count() == 2
    assert Event.objects.latest("seq").action == "panel.invited"


def test_no_letter_keeps_the_way_in_readable(panel, officer):
    invite(panel, officer)

    letter = Letter.objects.get(to="reviewer-03@example.org")
    assert "/me/invitation" in letter.body
    assert "..." in letter.body


def test_a_second_upload_invites_nobody_twice(panel, officer):
    invite(panel, officer)

    again = invite(panel, officer, [*GUESTS, Guest("reviewer-05@example.org")])

    assert ([row.email for row in again.new], again.known) == (["reviewer-05@example.org"], 2)
    assert Letter.objects.count() == 3


def test_one_who_cannot_be_seated_keeps_the_whole_list_back(officer):
    phase = make_phase()
    member = make_member(make_entry(phase))

    with pytest.raises(Incomplete) as refusal:
        invite(make_panel(phase), officer, [*GUESTS, Guest(member.email)])

    assert len(refusal.value.holes) == 1
    assert not PanelInvitation.objects.exists()
    assert not Letter.objects.exists()


def test_accepting_fills_the_seat_with_its_kind(panel, officer):
    row = invite(panel, officer).new[0]
    person = make_user("reviewer", email=row.email)

    seat = actions.accept_panel_invitation(row, accepted_by=person)

    assert (seat.user, seat.kind, seat.declaration.state) == (person, "chair", "missing")
    row.refresh_from_db()
    assert (row.state, row.seat) == ("accepted", seat)


def test_accepting_twice_fills_one_seat(panel, officer):
    row = invite(panel, officer).new[0]
    person = make_user("reviewer", email=row.email)
    actions.accept_panel_invitation(row, accepted_by=person)

    with pytest.raises(NotPossible):
        actions.accept_panel_invitation(row, accepted_by=person)

    assert PanelSeat.objects.count() == 1


def test_nobody_accepts_for_another(panel, officer):
    row = invite(panel, officer).new[0]

    with pytest.raises(NotPossible):
        actions.accept_panel_invitation(row, accepted_by=make_user("reviewer"))


def test_too_late_is_too_late_until_the_invitation_is_renewed(panel, officer):
    row = invite(panel, officer).new[1]
    person = make_user("reviewer", email=row.email)
    PanelInvitation.objects.filter(pk=row.pk).update(answer_due=timezone.now() - timedelta(minutes=1))

    with pytest.raises(NotPossible):
        actions.accept_panel_invitation(row, accepted_by=person)
    actions.renew_panel_invitation(row, answer_due=soon(5), renewed_by=officer)

    assert actions.accept_panel_invitation(row, accepted_by=person).user == person
    assert Letter.objects.filter(to=row.email).count() == 2


def test_a_date_that_is_over_invites_nobody(panel, officer):
    with pytest.raises(NotPossible):
        actions.invite_to_panel(panel, guests=GUESTS, answer_due=timezone.now() - timedelta(days=1), invited_by=officer)


def test_taking_back_needs_a_reason_and_closes_the_way(panel, officer):
    row = invite(panel, officer).new[0]
    with pytest.raises(NotPossible):
        actions.revoke_panel_invitation(row, revoked_by=officer, reason=" ")

    actions.revoke_panel_invitation(row, revoked_by=officer, reason="명단 변경")

    with pytest.raises(NotPossible):
        actions.accept_panel_invitation(row, accepted_by=make_user("reviewer", email=row.email))


def test_who_declined_is_not_asked_again_by_the_same_list(panel, officer):
    row = invite(panel, officer).new[0]
    actions.decline_panel_invitation(row, declined_by=make_user("reviewer", email=row.email), reason="일정")

    assert invite(panel, officer).new == ()


def test_only_an_officer_without_a_team_invites(panel):
    with pytest.raises(NotPossible):
        invite(panel, make_user("decider"))
    both = make_user("officer", "team")
    make_member(make_entry(panel.phase), user=both)
    with pytest.raises(NotPossible):
        invite(panel, both)


def test_two_seats_get_two_codes(panel, officer):
    codes = [
        actions.accept_panel_invitation(row, accepted_by=make_user("reviewer", email=row.email)).code
        for row in invite(panel, officer).new
    ]

    assert codes == ["e01", "e02"]


def test_alternates_are_called_in_order(panel, officer):
    first, second = (
        actions.seat_panel(panel, user=make_user("reviewer"), seated_by=officer, kind=SeatKind.ALTERNATE)
        for _n in range(2)
    )
    with pytest.raises(NotPossible) as refusal:
        actions.call_up_alternate(second, called_by=officer)
    assert first.code in str(refusal.value)

    assert actions.call_up_alternate(first, called_by=officer).kind == "regular"
    assert actions.call_up_alternate(second, called_by=officer).kind == "regular"
    with pytest.raises(NotPossible):
        actions.call_up_alternate(second, called_by=officer)
