"""Two windows at the same moment, with real transactions: one question, one model under way, one trial for each model."""

import threading
from collections.abc import Callable

from django.db import connection

from portal.console import actions
from portal.console.enums import TrialState
from portal.console.models import Answer, Question, Round, Trial
from portal.review.errors import ReviewError
from tests.factories.console import Evaluation
from tests.factories.review import make_seat
from tests.factories.served import says, served


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts in threads that start together; what came of each, sorted."""
    start = threading.Barrier(len(acts))
    outcomes = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            outcomes.append("nothing" if act() is None else "done")
        except ReviewError:
            outcomes.append("refused")
        except Exception as error:  # noqa: BLE001 - the test names it
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_a_question_from_four_windows_is_put_once(fresh_database):
    scene = Evaluation()
    trial = scene.begin()

    def put():
        return actions.put_question(Trial.objects.get(pk=trial.pk), text="1+1?", number=1, put_by=scene.evaluator())

    assert at_once(put, put, put, put) == ["done", "nothing", "nothing", "nothing"]
    assert Question.objects.count() == 1


def test_an_answer_that_comes_twice_is_kept_once(fresh_database):
    with served(says("둘")) as address:
        scene = Evaluation([address])
        trial = scene.begin()
        question = actions.put_question(trial, text="1+1?", number=1, put_by=scene.evaluator())
        again = Question.objects.get(pk=question.pk)

        assert at_once(*[lambda row=row: actions.answer_question(row) for row in (question, again)]) == ["done", "done"]
    assert Answer.objects.count() == 1


def test_two_models_are_never_under_way_together(fresh_database):
    scene = Evaluation()
    first = scene.begin(1)
    actions.set_aside(first, set_aside_by=scene.evaluator())
    acts = [
        lambda pk=row.pk: actions.begin(Trial.objects.get(pk=pk), begun_by=scene.evaluator()) for row in scene.trials()
    ]

    assert at_once(*acts) == ["done", "refused"]
    assert Trial.objects.filter(state=TrialState.OPEN).count() == 1


def test_evaluators_are_taken_in_once(fresh_database):
    scene = Evaluation()
    make_seat(scene.panel, officer=scene.officer)

    def enrol():
        return actions.enrol(Round.objects.get(pk=scene.round.pk), enrolled_by=scene.officer)

    assert at_once(enrol, enrol, enrol) == ["done", "done", "done"]
    assert Trial.objects.count() == 4
