"""Questions, answers, masks and failures; nothing is asked twice, nothing is lost, and no silence is a score."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from portal.console import actions
from portal.console.enums import Failure, TrialState
from portal.console.models import Answer, Question, Trial
from portal.console.selectors.trials import turns_of
from portal.review.errors import NotPossible
from tests.factories.console import Evaluation, terms
from tests.factories.served import Says, says, served

pytestmark = pytest.mark.django_db


def test_the_conversation_goes_to_the_model_with_the_rounds_instruction():
    model = Says(lambda number, messages: f"답 {number}")
    with served(model) as address:
        scene = Evaluation([address], round_terms=terms(instruction="한국어로 답하라."))
        trial = scene.begin()
        scene.talk(trial, "하나")
        scene.talk(trial, "둘")

    assert [row["content"] for row in model.requests[1]["messages"]] == ["한국어로 답하라.", "하나", "답 1", "둘"]
    assert [turn.pieces for turn in turns_of(trial)] == [("답 1",), ("답 2",)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("저는 가람 컨소시엄이 만든 모델입니다.", "저는 \ufffc이 만든 모델입니다."),
        ("I am GARAM, made by Garam Lab.", "I am \ufffc, made by \ufffc."),
        ("누 리 보다 낫습니다", "\ufffc 보다 낫습니다"),
        ("model-0 7b here", "\ufffc here"),
    ],
)
def test_the_name_of_any_maker_is_masked_and_flagged(text, shown):
    with served(says(text)) as address:
        scene = Evaluation([address, address])
        scene.talk(scene.begin())

    answer = Answer.objects.get()
    assert (answer.text, answer.shown, answer.masked) == (text, shown, shown.count("\ufffc"))


def test_what_the_model_remembers_is_its_own_unmasked_words():
    model = Says(lambda number, messages: "나는 가람")
    with served(model) as address:
        scene = Evaluation([address])
        trial = scene.begin()
        scene.talk(trial)
        scene.talk(trial)

    assert model.requests[1]["messages"][1]["content"] == "나는 가람"


def test_a_question_that_names_a_maker_is_not_sent():
    with served(says("네")) as address:
        scene = Evaluation([address])
        with pytest.raises(NotPossible):
            scene.talk(scene.begin(), "너 가람이지?")

    assert not Question.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n", "x" * 8001])
def test_an_unfit_question_is_refused(text):
    scene = Evaluation()
    with pytest.raises(NotPossible):
        scene.talk(scene.begin(), text)


def test_a_failure_is_a_reason_to_repeat_and_takes_no_time_off():
    model = Says(lambda number, messages: None if number == 1 else "둘")
    with served(model) as address:
        scene = Evaluation([address], round_terms=terms(minimum_seconds=1))
        trial = scene.begin()
        scene.talk(trial)
        first = turns_of(trial)
        scene.talk(trial)

    assert [turn.state for turn in first] == ["failed"]
    assert first[0].may_be_repeated
    assert [turn.state for turn in turns_of(trial)] == ["failed", "answered"]
    assert len(model.requests[1]["messages"]) == 1
    assert Answer.objects.get(question__number=1).failure == Failure.STATUS


def test_fast_slow_and_failing_models_answer_in_the_same_step():
    spans = []
    for model in (says("둘"), says("둘", delay=0.6), Says(lambda number, messages: None)):
        with served(model) as address:
            scene = Evaluation([address], round_terms=terms(pace_seconds=Decimal(1)))
            trial = scene.begin()
            started = time.monotonic()
            scene.talk(trial)
            spans.append(time.monotonic() - started)

    assert all(1 <= span < 1.4 for span in spans), spans


def test_a_question_sent_twice_is_asked_once():
    model = says("둘")
    with served(model) as address:
        scene = Evaluation([address])
        trial = scene.begin()
        scene.talk(trial)
        again = actions.put_question(trial, text="1+1?", number=1, put_by=scene.evaluator())

    assert again is None
    assert len(model.requests) == 1


def test_while_an_answer_is_awaited_no_other_question_is_put():
    scene = Evaluation()
    trial = scene.begin()
    actions.put_question(trial, text="하나", number=1, put_by=scene.evaluator())

    with pytest.raises(NotPossible):
        actions.put_question(trial, text="둘", number=2, put_by=scene.evaluator())
    assert [turn.state for turn in turns_of(trial)] == ["pending"]


def test_a_lost_answer_is_given_up_and_a_late_one_does_not_rewrite_it():
    with served(says("늦은 답")) as address:
        scene = Evaluation([address])
        trial = scene.begin()
        lost = Question.objects.create(
            trial=trial, number=1, text="하나", asked_at=timezone.now() - timedelta(minutes=5)
        )
        assert [turn.state for turn in turns_of(trial)] == ["failed"]
        scene.talk(trial, "둘")
        actions.answer_question(lost)

    assert Answer.objects.get(question=lost).failure == Failure.LOST
    assert [turn.state for turn in turns_of(trial)] == ["failed", "answered"]


def test_there_is_a_last_question():
    with served(says("둘")) as address:
        scene = Evaluation([address], round_terms=terms(questions_most=1))
        trial = scene.begin()
        scene.talk(trial)
        with pytest.raises(NotPossible):
            scene.talk(trial)


def test_a_long_answer_is_cut_and_control_signs_are_dropped():
    with served(says("가\x07나\u202e다" + "라" * 500)) as address:
        scene = Evaluation([address], round_terms=terms(answer_characters=200))
        scene.talk(scene.begin())

    assert Answer.objects.get().shown == "가나다" + "라" * 197


def test_an_answer_of_unseen_signs_alone_is_no_answer():
    with served(says("\u200b\u200b")) as address:
        scene = Evaluation([address])
        scene.talk(scene.begin())

    assert Answer.objects.get().failure == Failure.EMPTY


def test_nothing_is_asked_while_paused_or_before_the_beginning():
    scene = Evaluation()
    with pytest.raises(NotPossible):
        scene.talk(scene.trials()[0])
    trial = scene.begin()
    actions.move_round(scene.round, "pause", moved_by=scene.officer, reason="점검")

    with pytest.raises(NotPossible):
        scene.talk(Trial.objects.get(pk=trial.pk))


def test_nobody_asks_in_anothers_place():
    scene = Evaluation(evaluators=2)
    trial = scene.begin()
    with pytest.raises(NotPossible):
        actions.put_question(trial, text="하나", number=1, put_by=scene.evaluator(1))


@pytest.mark.parametrize("model", [Question, Answer])
def test_what_was_said_cannot_be_changed(model):
    with served(says("둘")) as address:
        scene = Evaluation([address])
        scene.talk(scene.begin())
    row = model.objects.get()

    for act in (row.delete, row.save):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            act()


def test_set_aside_goes_on_to_the_next_and_comes_back():
    scene = Evaluation()
    trial = scene.begin()
    actions.set_aside(trial, set_aside_by=scene.evaluator())
    scene.begin(2)
    with pytest.raises(NotPossible):
        actions.begin(trial, begun_by=scene.evaluator())
    actions.set_aside(scene.trials()[1], set_aside_by=scene.evaluator())

    assert actions.begin(trial, begun_by=scene.evaluator()).state == TrialState.OPEN
