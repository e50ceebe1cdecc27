"""Two windows at the same moment, with real transactions: one question, one model under way, one trial for each model."""

from portal.console import actions
from portal.console.enums import TrialState
from portal.console.models import Answer, Question, Round, Trial
from tests.at_once import outcomes_of
from tests.factories.console import Evaluation
from tests.factories.review import make_seat
from tests.factories.served import says, served


def test_a_question_from_four_windows_is_put_once(fresh_database):
    scene = Evaluation()
    trial = scene.begin()

    def put():
        return actions.put_question(Trial.objects.get(pk=trial.pk), text="1+1?", number=1, put_by=scene.evaluator())

    assert outcomes_of(put, put, put, put, nothing="nothing") == ["done", "nothing", "nothing", "nothing"]
    assert Question.objects.count() == 1


def test_an_answer_that_comes_twice_is_kept_once(fresh_database):
    with served(says("둘")) as address:
        scene = Evaluation([address])
        trial = scene.begin()
        question = actions.put_question(trial, text="1+1?", number=1, put_by=scene.evaluator())
        again = Question.objects.get(pk=question.pk)

        assert outcomes_of(
            *[lambda row=row: actions.answer_question(row) for row in (question, again)], nothing="nothing"
        ) == ["done", "done"]
    assert Answer.objects.count() == 1


def test_two_models_are_never_under_way_together(fresh_database):
    scene = Evaluation()
    first = scene.begin(1)
    actions.set_aside(first, set_aside_by=scene.evaluator())
    acts = [
        lambda pk=row.pk: actions.begin(Trial.objects.get(pk=pk), begun_by=scene.evaluator()) for row in scene.trials()
    ]

    assert outcomes_of(*acts, nothing="nothing") == ["done", "refused"]
    assert Trial.objects.filter(state=TrialState.OPEN).count() == 1


def test_evaluators_are_taken_in_once(fresh_database):
    scene = Evaluation()
    make_seat(scene.panel, officer=scene.officer)

    def enrol():
        return actions.enrol(Round.objects.get(pk=scene.round.pk), enrolled_by=scene.officer)

    assert outcomes_of(enrol, enrol, enrol, nothing="nothing") == ["done", "done", "done"]
    assert Trial.objects.count() == 4
