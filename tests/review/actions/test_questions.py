from datetime import timedelta

import pytest
from django.utils import timezone

from portal.review import actions
from portal.review.errors import NotPossible
from portal.review.models import Notice, Question
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def question(scene):
    due = timezone.now() + timedelta(days=2)
    return actions.ask_question(scene.entries[0], text="학습 데이터는?", due_at=due, asked_by=scene.officer)


def test_the_team_is_told_at_once(scene, question):
    assert Notice.objects.get().content["question"] == "학습 데이터는?"


def test_one_answer_by_the_team(scene, question):
    with pytest.raises(NotPossible):
        actions.answer_question(question, text="우리가 아님", answered_by=scene.members[1])
    actions.answer_question(question, text="직접 수집", answered_by=scene.members[0])
    with pytest.raises(NotPossible):
        actions.answer_question(question, text="정정", answered_by=scene.members[0])


def test_no_answer_after_it_was_due(scene, question):
    Question.objects.filter(pk=question.pk).update(due_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(NotPossible):
        actions.answer_question(question, text="늦음", answered_by=scene.members[0])


def test_the_first_reading_is_the_receipt(scene, question):
    notice = Notice.objects.get()

    first = actions.read_notice(notice, read_by=scene.members[0])
    second = actions.read_notice(notice, read_by=scene.members[0])

    assert first.read_at == second.read_at
    with pytest.raises(NotPossible):
        actions.read_notice(notice, read_by=scene.members[1])
