"""The rating is the sheet of reviewing: least time, order, one signature for all, and a way back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.console import actions
from portal.console.enums import TrialState
from portal.console.models import Trial
from portal.console.selectors.signing import lines_of
from portal.console.selectors.trials import seconds_left
from portal.review.actions import SheetValues, void_sheet
from portal.review.enums import SheetState
from portal.review.errors import Conflict, Incomplete, NotPossible
from portal.review.models import ScoreSheet
from tests.factories.console import Evaluation, terms
from tests.factories.served import says, served

pytestmark = pytest.mark.django_db


@pytest.fixture
def address():
    with served(says("둘")) as base:
        yield base


def test_ratings_end_in_the_signed_sheets_of_the_assignments(address):
    scene = Evaluation([address, address])
    scene.finish_all()

    assert actions.sign_ratings(scene.round, signed_by=scene.evaluator()) == 2
    contents = [sheet.signed.content for sheet in ScoreSheet.objects.all()]
    assert [content["entry"] for content in contents] == ["A", "B"]
    assert all(content["scores"] == {"quality": "4", "use": "3"} for content in contents)
    assert actions.sign_ratings(scene.round, signed_by=scene.evaluator()) == 0


def test_nothing_is_signed_before_every_model_is_finished(address):
    scene = Evaluation([address, address])
    trial = scene.begin()
    scene.talk(trial)
    scene.rate(trial)
    actions.finish(trial, finished_by=scene.evaluator())

    with pytest.raises(Incomplete) as refused:
        actions.sign_ratings(scene.round, signed_by=scene.evaluator())
    assert scene.trials()[1].code_name in str(refused.value)
    assert not ScoreSheet.objects.exclude(state=SheetState.DRAFT).exists()


def test_a_model_needs_its_least_time_an_answer_and_every_line(address):
    scene = Evaluation([address], round_terms=terms(minimum_seconds=180))
    trial = scene.begin()
    with pytest.raises(Incomplete) as refused:
        actions.finish(trial, finished_by=scene.evaluator())
    assert len(refused.value.holes) == 4

    scene.talk(trial)
    scene.rate(trial)
    Trial.objects.filter(pk=trial.pk).update(opened_at=timezone.now() - timedelta(seconds=181))
    assert actions.finish(trial, finished_by=scene.evaluator()).state == TrialState.FINISHED


def test_sittings_add_up(address):
    scene = Evaluation([address], round_terms=terms(minimum_seconds=100))
    trial = scene.begin()
    Trial.objects.filter(pk=trial.pk).update(opened_at=timezone.now() - timedelta(seconds=60))
    actions.set_aside(trial, set_aside_by=scene.evaluator())
    again = actions.begin(trial, begun_by=scene.evaluator())

    assert again.seconds == 60
    assert seconds_left(again) == 40


def test_waiting_for_a_model_that_does_not_answer_is_no_time_with_it():
    scene = Evaluation(round_terms=terms(minimum_seconds=100))
    trial = scene.begin()
    scene.talk(trial)

    assert seconds_left(trial) >= 99


def test_the_order_is_kept_and_one_model_is_under_way():
    scene = Evaluation()
    with pytest.raises(NotPossible):
        scene.begin(2)
    scene.begin(1)
    with pytest.raises(NotPossible):
        scene.begin(2)


def test_a_finished_model_can_be_opened_again_until_it_is_signed(address):
    scene = Evaluation([address])
    scene.finish_all()
    trial = scene.trials()[0]
    with pytest.raises(NotPossible):
        scene.rate(trial)
    reopened = actions.begin(trial, begun_by=scene.evaluator())
    scene.rate(reopened, quality="2")
    actions.finish(reopened, finished_by=scene.evaluator())
    actions.sign_ratings(scene.round, signed_by=scene.evaluator())

    with pytest.raises(NotPossible):
        actions.begin(trial, begun_by=scene.evaluator())
    actions.withdraw_rating(Trial.objects.get(pk=trial.pk), withdrawn_by=scene.evaluator(), reason="잘못 눌렀음")
    assert actions.begin(trial, begun_by=scene.evaluator()).state == TrialState.OPEN


def test_two_windows_never_overwrite_each_other():
    scene = Evaluation()
    trial = scene.begin()
    scene.rate(trial)
    values = SheetValues(scores={"quality": "1", "use": "1"})

    with pytest.raises(Conflict):
        actions.rate(Trial.objects.get(pk=trial.pk), values=values, version=0, rated_by=scene.evaluator())


def test_a_button_pressed_while_the_same_saves_itself_is_no_conflict():
    scene = Evaluation()
    trial = scene.begin()
    saved = scene.rate(trial, quality="2", use="", opinion="같은 글")
    values = SheetValues(scores={"quality": " 2 "}, opinion="같은 글")

    again = actions.rate(Trial.objects.get(pk=trial.pk), values=values, version=0, rated_by=scene.evaluator())

    assert again.version == saved.version


@pytest.mark.parametrize("value", ["0", "6", "3.5", "NaN", "좋음", "1e3"])
def test_a_rating_outside_of_the_rules_is_refused(value):
    scene = Evaluation()
    with pytest.raises(Incomplete):
        scene.rate(scene.begin(), quality=value)


def test_a_void_sheet_is_asked_of_nobody(address):
    scene = Evaluation([address, address])
    first, second = scene.trials()
    void_sheet(first.assignment.sheet, voided_by=scene.officer, reason="모델이 끝내 응답하지 않음")
    begun = actions.begin(second, begun_by=scene.evaluator())
    scene.talk(begun)
    scene.rate(begun)
    actions.finish(begun, finished_by=scene.evaluator())

    assert actions.sign_ratings(scene.round, signed_by=scene.evaluator()) == 1


def test_the_own_ratings_side_by_side_name_blanks_and_outliers(address):
    scene = Evaluation([address] * 3)
    for position, quality in ((1, "5"), (2, "5"), (3, "1")):
        trial = scene.begin(position)
        scene.talk(trial)
        scene.rate(trial, quality=quality, use="" if position == 3 else "3")
        if position < 3:
            actions.finish(trial, finished_by=scene.evaluator())

    lines = lines_of(scene.evaluator().pk, scene.round)
    assert [line.holes for line in lines] == [(), (), ("쓸모",)]
    assert [bool(line.outliers) for line in lines] == [False, False, True]


def test_nothing_moves_once_the_phase_is_no_longer_scored(address):
    scene = Evaluation([address])
    trial = scene.begin()
    scene.phase.state = "sealed"
    scene.phase.save(update_fields=["state"])

    for act in (
        lambda: scene.talk(trial),
        lambda: scene.rate(trial),
        lambda: actions.set_aside(trial, set_aside_by=scene.evaluator()),
    ):
        with pytest.raises(NotPossible):
            act()


def test_a_recused_evaluator_goes_no_further():
    scene = Evaluation()
    trial = scene.begin()
    declaration = scene.seats[0].declaration
    declaration.state = "recused"
    declaration.save()

    with pytest.raises(NotPossible):
        scene.talk(trial)
