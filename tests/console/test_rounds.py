"""A round from its draft to its end, who is taken in, and the endpoints it rests on."""

import pytest

from portal.audit.models import Event
from portal.console import actions
from portal.console.actions import EndpointData
from portal.console.enums import Failure
from portal.console.models import Endpoint, EndpointCheck, Round, Trial
from portal.console.secrets import unseal
from portal.review.actions import assign
from portal.review.enums import PanelKind
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import Panel
from tests.factories.accounts import make_user
from tests.factories.console import NOWHERE, Evaluation, terms
from tests.factories.review import make_entry, make_member, make_panel, make_seat
from tests.factories.served import says, served

pytestmark = pytest.mark.django_db


def test_a_draft_blinds_its_panel():
    scene = Evaluation(opened=False)

    assert Panel.objects.get(pk=scene.panel.pk).is_blind
    with pytest.raises(NotPossible):
        actions.draft_round(scene.panel, terms=terms(), drafted_by=scene.officer)


def test_a_panel_that_has_scored_named_entries_is_not_blinded():
    scene = Evaluation(opened=False)
    other = make_panel(scene.phase, kind=PanelKind.USER, part="user", name="둘째 평가단")
    seat = make_seat(other, officer=scene.officer)
    assign(seat, entries=scene.entries, assigned_by=scene.officer)
    sheet = seat.assignments.first().sheet
    sheet.version = 1
    sheet.save(update_fields=["version"])

    with pytest.raises(NotPossible):
        actions.draft_round(other, terms=terms(), drafted_by=scene.officer)
    assert not Round.objects.filter(panel=other).exists()


@pytest.mark.parametrize("kind", [PanelKind.EXPERT, PanelKind.COMMITTEE])
def test_only_users_rate_blind(kind):
    scene = Evaluation(opened=False)
    with pytest.raises(NotPossible):
        actions.draft_round(make_panel(scene.phase, kind=kind, part="user"), terms=terms(), drafted_by=scene.officer)


def test_opening_gives_everybody_every_model_in_an_order_and_under_names_of_their_own():
    scene = Evaluation([NOWHERE] * 3, evaluators=4)

    trials = Trial.objects.all()
    assert trials.count() == 12
    assert len({trial.code_name for trial in trials}) == 12
    assert len({trial.key for trial in trials}) == 12
    assert {len(trial.key) for trial in trials} == {22}
    orders = {tuple(trial.assignment.entry.code for trial in scene.trials(seat)) for seat in range(4)}
    assert len(orders) > 1
    assert scene.round.seed


def test_the_seed_stands_in_the_ledger_by_its_digest_alone():
    scene = Evaluation()

    texts = "".join(str(event.after) for event in Event.objects.all())
    assert scene.round.seed not in texts
    assert "seed_digest" in texts


def test_a_round_does_not_open_before_every_model_answered():
    scene = Evaluation(opened=False)
    actions.enter_endpoint(
        scene.entries[1], data=EndpointData(base_url=NOWHERE, model="m", key="new"), entered_by=scene.officer
    )

    with pytest.raises(Incomplete) as refused:
        scene.open()
    assert len(refused.value.holes) == 1
    assert not Trial.objects.exists()


def test_nobody_undeclared_is_taken_in_and_a_late_one_is_taken_in_once():
    scene = Evaluation()
    late = make_seat(scene.panel, officer=scene.officer, cleared=False)
    assert actions.enrol(scene.round, enrolled_by=scene.officer) == 0
    late.declaration.state = "clear"
    late.declaration.save()

    assert actions.enrol(scene.round, enrolled_by=scene.officer) == 1
    assert actions.enrol(scene.round, enrolled_by=scene.officer) == 0
    assert Trial.objects.filter(assignment__seat=late).count() == 2


def test_a_revived_entry_comes_last_for_those_already_taken_in():
    scene = Evaluation()
    entry = make_entry(scene.phase, index=2)

    assert actions.enrol(scene.round, enrolled_by=scene.officer) == 1
    assert Trial.objects.get(assignment__entry=entry).position == 3


def test_terms_are_fixed_once_the_round_has_opened():
    scene = Evaluation(opened=False)
    actions.change_round(scene.round, terms=terms(minimum_seconds=200), changed_by=scene.officer)
    scene.open()

    assert scene.round.minimum_seconds == 200
    with pytest.raises(NotPossible):
        actions.change_round(scene.round, terms=terms(), changed_by=scene.officer)


def test_pause_and_reopening_need_a_reason():
    scene = Evaluation()
    for event, reason in (("pause", ""), ("reopen", "x")):
        with pytest.raises(NotPossible):
            actions.move_round(scene.round, event, moved_by=scene.officer, reason=reason)
    paused = actions.move_round(scene.round, "pause", moved_by=scene.officer, reason="모델 점검")
    closed = actions.move_round(paused, "close", moved_by=scene.officer)

    assert closed.closed_at is not None
    assert actions.move_round(closed, "reopen", moved_by=scene.officer, reason="한 명 남음").closed_at is None


def test_somebody_of_a_team_runs_nothing():
    scene = Evaluation(opened=False)
    make_member(scene.entries[0], user=scene.officer)

    with pytest.raises(NotPossible):
        scene.open()


def test_a_team_enters_its_own_model_until_the_round_opens():
    scene = Evaluation(opened=False)
    data = EndpointData(base_url=NOWHERE, model="org/Own-7B", key="own")

    entered = actions.enter_endpoint(scene.entries[0], data=data, entered_by=scene.members[0])
    with pytest.raises(NotPossible):
        actions.enter_endpoint(scene.entries[1], data=data, entered_by=scene.members[0])
    EndpointCheck.objects.create(endpoint=entered, checked_by=scene.officer)
    scene.open()

    assert (entered.number, unseal(entered.sealed_key)) == (2, "own")
    with pytest.raises(NotPossible):
        actions.enter_endpoint(scene.entries[0], data=data, entered_by=scene.members[0])


def test_staff_change_a_model_under_way_with_a_reason_alone():
    scene = Evaluation()
    data = EndpointData(base_url=NOWHERE, model="m")
    with pytest.raises(NotPossible):
        actions.enter_endpoint(scene.entries[0], data=data, entered_by=scene.officer)

    changed = actions.enter_endpoint(
        scene.entries[0], data=EndpointData(base_url=NOWHERE, model="m", reason="서버 고장"), entered_by=scene.officer
    )
    assert unseal(changed.sealed_key) == "key-0"


def test_a_key_is_never_handed_to_another_server():
    scene = Evaluation(opened=False)
    elsewhere = EndpointData(base_url="http://127.0.0.1:10", model="m")

    with pytest.raises(NotPossible):
        actions.enter_endpoint(scene.entries[0], data=elsewhere, entered_by=scene.officer)
    dropped = EndpointData(base_url="http://127.0.0.1:10", model="m", drop_key=True)
    assert actions.enter_endpoint(scene.entries[0], data=dropped, entered_by=scene.officer).sealed_key == ""


def test_neither_address_nor_key_is_in_the_ledger():
    Evaluation()

    texts = " ".join(f"{event.before} {event.after} {event.reason} {event.subject}" for event in Event.objects.all())
    for secret in ("127.0.0.1", "key-0", "Model-0-7B", Endpoint.objects.first().sealed_key):
        assert secret not in texts


def test_a_try_keeps_whether_it_answered_and_nothing_else():
    scene = Evaluation(opened=False)
    with served(says("2")) as address:
        there = actions.check_endpoint(scene.serve(0, address), checked_by=scene.members[0])
    gone = actions.check_endpoint(Endpoint.objects.get(pk=there.endpoint_id), checked_by=scene.officer)

    assert (there.failure, gone.failure) == ("", Failure.UNREACHABLE)


@pytest.mark.parametrize("role", ["decider", "auditor", "reviewer", "team"])
def test_nobody_but_officers_runs_a_round(role):
    scene = Evaluation(opened=False)
    with pytest.raises(NotPossible):
        actions.open_round(scene.round, opened_by=make_user(role))
