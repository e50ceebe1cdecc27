"""Whom a party names, whom it challenges, and the member who withdraws: each is ruled, and the ruling carries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.models import Event
from portal.letters.models import Letter
from portal.programmes.models import Phase
from portal.review import actions
from portal.review.actions import Guest
from portal.review.enums import PanelKind
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import Panel, RecusalRequest
from portal.review.selectors.completion import holes_before_seal
from portal.review.selectors.outcomes import result_notice
from tests.factories.accounts import make_user
from tests.factories.draws import soon
from tests.factories.review import Scene, declare_clear, make_panel, ruleset_document

pytestmark = pytest.mark.django_db
OPEN = {"disclosure": {"panel_roster": {"own_consortium": "closed"}}}


@pytest.fixture
def scene():
    return Scene(document=ruleset_document() | OPEN)


def opened(scene):
    actions.open_roster(scene.panel, challenge_due=soon(), opened_by=scene.officer)
    return scene


def at(scene, state):
    Phase.objects.filter(pk=scene.phase.pk).update(state=state)
    for entry in scene.entries:
        entry.refresh_from_db()


def challenge(scene, seat=1, team=0, reason="공동 연구자"):
    return actions.challenge(scene.seats[seat], entry=scene.entries[team], reason=reason, lodged_by=scene.members[team])


def name(scene, **overrides):
    given = {"person": "평가위원 9 (가람대학교)", "reason": "소송 상대", "named_by": scene.members[0], "email": ""}
    return actions.name_unsuitable(scene.entries[0], **(given | overrides))


# Naming before anybody is seated


def test_a_named_person_gets_no_seat_once_upheld(scene):
    at(scene, "receiving")
    person = make_user("reviewer")

    row = name(scene)
    actions.rule_on_naming(row, uphold=True, email=person.email, reason="근거 있음", ruled_by=scene.officer)

    with pytest.raises(NotPossible):
        actions.seat_panel(scene.panel, user=person, seated_by=scene.officer)
    with pytest.raises(Incomplete):
        actions.invite_to_panel(scene.panel, guests=[Guest(person.email)], answer_due=soon(), invited_by=scene.officer)


def test_upholding_needs_an_address(scene):
    at(scene, "receiving")

    with pytest.raises(NotPossible):
        actions.rule_on_naming(name(scene), uphold=True, reason="근거 있음", ruled_by=scene.officer)


def test_a_dismissed_naming_keeps_nobody_away(scene):
    at(scene, "receiving")
    person = make_user("reviewer")

    row = actions.rule_on_naming(
        name(scene, email=person.email), uphold=False, reason="근거 없음", ruled_by=scene.officer
    )

    assert row.state == "dismissed"
    assert actions.seat_panel(scene.panel, user=person, seated_by=scene.officer)
    with pytest.raises(NotPossible):
        actions.rule_on_naming(row, uphold=True, reason="다시", ruled_by=scene.officer)


def test_whoever_sits_already_is_dealt_with_through_the_seat(scene):
    at(scene, "closed")

    with pytest.raises(NotPossible):
        actions.rule_on_naming(
            name(scene, email=scene.seats[0].user.email), uphold=True, reason="근거", ruled_by=scene.officer
        )


def test_naming_ends_when_the_rosters_open_or_scoring_begins(scene):
    with pytest.raises(NotPossible):
        name(scene)  # scoring
    at(scene, "closed")
    opened(scene)
    with pytest.raises(NotPossible):
        name(scene)


def test_nobody_names_for_another_team(scene):
    at(scene, "receiving")

    with pytest.raises(NotPossible):
        name(scene, named_by=scene.members[1])


# The roster


def test_the_roster_opens_only_as_the_frozen_rules_say():
    scene = Scene()

    with pytest.raises(NotPossible):
        opened(scene)


def test_a_roster_opens_once_and_with_a_date_to_come(scene):
    with pytest.raises(NotPossible):
        actions.open_roster(scene.panel, challenge_due=timezone.now() - timedelta(days=1), opened_by=scene.officer)
    opened(scene)
    with pytest.raises(NotPossible):
        opened(scene)
    assert Event.objects.latest("seq").action == "panel.roster_opened"


def test_the_general_public_sits_without_names(scene):
    panel = make_panel(scene.phase, kind=PanelKind.PUBLIC)

    with pytest.raises(NotPossible):
        actions.open_roster(panel, challenge_due=soon(), opened_by=scene.officer)


# Challenge


def test_a_granted_challenge_recuses_the_member_and_voids_the_sheets(scene):
    row = challenge(opened(scene))

    actions.rule_on_recusal(row, grant=True, reason="공정을 의심할 사유", ruled_by=scene.officer)

    row.seat.declaration.refresh_from_db()
    assert (row.seat.declaration.state, row.seat.declaration.ground) == ("recused", "challenge")
    assert {scene.sheet_of(1, n).state for n in range(3)} == {"void"}
    assert {scene.sheet_of(0, n).state for n in range(3)} == {"draft"}


def test_a_refused_challenge_leaves_the_member_where_they_were(scene):
    row = actions.rule_on_recusal(challenge(opened(scene)), grant=False, reason="사유 없음", ruled_by=scene.officer)

    scene.seats[1].declaration.refresh_from_db()
    assert (row.state, scene.seats[1].declaration.state) == ("refused", "clear")


def test_before_the_roster_opens_there_is_nothing_to_challenge(scene):
    with pytest.raises(NotPossible):
        challenge(scene)


def test_after_the_term_a_challenge_is_too_late(scene):
    opened(scene)
    Panel.objects.filter(pk=scene.panel.pk).update(challenge_due=timezone.now() - timedelta(minutes=1))

    with pytest.raises(NotPossible):
        challenge(scene)


def test_one_open_challenge_per_party_and_member(scene):
    challenge(opened(scene))

    with pytest.raises(NotPossible):
        challenge(scene)
    challenge(scene, team=1)
    assert RecusalRequest.objects.count() == 2


def test_a_second_grant_on_the_same_member_is_recorded_without_harm(scene):
    first, second = challenge(opened(scene)), challenge(scene, team=1)
    actions.rule_on_recusal(first, grant=True, reason="인정", ruled_by=scene.officer)

    assert actions.rule_on_recusal(second, grant=True, reason="인정", ruled_by=scene.officer).state == "granted"


def test_a_challenge_can_be_taken_back_by_its_party_alone(scene):
    row = challenge(opened(scene))
    with pytest.raises(NotPossible):
        actions.take_back_challenge(row, taken_back_by=scene.members[1])

    assert actions.take_back_challenge(row, taken_back_by=scene.members[0]).state == "taken_back"
    with pytest.raises(NotPossible):
        actions.rule_on_recusal(row, grant=True, reason="인정", ruled_by=scene.officer)


def test_nothing_is_sealed_while_a_request_waits(scene):
    scene.sign_all()
    row = challenge(opened(scene))
    assert any("e02" in hole for hole in holes_before_seal(scene.phase))

    actions.rule_on_recusal(row, grant=False, reason="사유 없음", ruled_by=scene.officer)

    assert not any("e02" in hole for hole in holes_before_seal(scene.phase))


@pytest.mark.parametrize("reason", ["", "   "])
def test_every_request_and_every_ruling_needs_a_reason(scene, reason):
    opened(scene)
    with pytest.raises(NotPossible):
        challenge(scene, reason=reason)
    row = challenge(scene)
    with pytest.raises(NotPossible):
        actions.rule_on_recusal(row, grant=True, reason=reason, ruled_by=scene.officer)


def test_nobody_rules_on_the_challenge_of_themselves(scene):
    both = make_user("officer", "reviewer")
    seat = actions.seat_panel(scene.panel, user=both, seated_by=scene.officer)
    opened(scene)
    row = actions.challenge(seat, entry=scene.entries[0], reason="친족", lodged_by=scene.members[0])

    with pytest.raises(NotPossible):
        actions.rule_on_recusal(row, grant=False, reason="아님", ruled_by=both)


# Withdrawal


def withdraw(scene, reason="이해관계를 뒤늦게 알게 됨"):
    return actions.ask_to_withdraw(scene.seats[1], reason=reason, asked_by=scene.seats[1].user)


def state_of(scene):
    scene.seats[1].declaration.refresh_from_db()
    return scene.seats[1].declaration.state


def test_a_withdrawal_closes_everything_until_it_is_ruled(scene):
    withdraw(scene)

    assert state_of(scene) == "declared"
    with pytest.raises(NotPossible):
        scene.fill(scene.sheet_of(1, 0))


def test_a_granted_withdrawal_recuses(scene):
    actions.rule_on_recusal(withdraw(scene), grant=True, reason="인정", ruled_by=scene.officer)

    assert state_of(scene) == "recused"
    assert scene.sheet_of(1, 0).state == "void"


def test_a_refused_withdrawal_lets_the_member_go_on(scene):
    actions.rule_on_recusal(withdraw(scene), grant=False, reason="경미", ruled_by=scene.officer)

    assert state_of(scene) == "allowed"
    assert scene.fill(scene.sheet_of(1, 0)).version == 1


def test_a_withdrawal_is_asked_once_and_by_the_member(scene):
    withdraw(scene)
    with pytest.raises(NotPossible):
        withdraw(scene)
    with pytest.raises(NotPossible):
        actions.ask_to_withdraw(scene.seats[0], reason="x", asked_by=scene.seats[1].user)


def test_after_the_seal_nobody_withdraws(scene):
    scene.seal()

    with pytest.raises(NotPossible):
        withdraw(scene)


def test_a_notice_names_the_experts_and_nobody_of_the_general_public():
    scene = Scene(document=ruleset_document() | OPEN)
    public = make_panel(scene.phase, kind=PanelKind.PUBLIC)
    citizen = actions.seat_panel(public, user=make_user("reviewer"), seated_by=scene.officer)
    nameless = User.objects.get(pk=scene.seats[2].user_id)
    User.objects.filter(pk=nameless.pk).update(name="")
    declare_clear(citizen)
    scene.tally()

    content = result_notice(scene.decide(scene.entries[0], "advance"))

    assert content["panel"] == sorted([scene.seats[0].user.name, scene.seats[1].user.name, "e03"])


def test_whoever_asked_is_told_that_there_is_a_ruling_and_not_how_it_went(scene):
    row = challenge(opened(scene), reason="공동 연구자")
    asked = withdraw(scene)
    actions.rule_on_recusal(row, grant=False, reason="근거가 없음", ruled_by=scene.officer)
    actions.rule_on_recusal(asked, grant=False, reason="경미함", ruled_by=scene.officer)

    letters = Letter.objects.filter(kind="panel_ruling")
    assert {letter.to for letter in letters} == {scene.members[0].email, scene.seats[1].user.email}
    assert not any("근거가 없음" in letter.body or "경미함" in letter.body for letter in letters)
    assert f"/review/entries/{scene.entries[0].pk}/panels/" in letters.get(to=scene.members[0].email).body
