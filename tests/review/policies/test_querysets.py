"""Lists show what single objects show, at a price that does not grow with their length."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.common.viewer import ANONYMOUS, viewer_of_user
from portal.programmes.models import Phase
from portal.review import actions
from portal.review.models import Question, ScoreSheet
from portal.review.policies import visible_to
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_is_the_same_for_one_and_three(count, django_assert_num_queries):
    scene = Scene()
    due = timezone.now() + timedelta(days=1)
    for number in range(count):
        actions.ask_question(scene.entries[0], text=f"{number}?", due_at=due, asked_by=scene.officer)
    viewer = viewer_of_user(scene.members[0])

    with django_assert_num_queries(4):  # rows, memberships, seats, and the list itself
        assert len(visible_to(viewer, Question.objects.all())) == count


def test_a_team_lists_its_own_questions_only():
    scene = Scene()
    due = timezone.now() + timedelta(days=1)
    questions = [actions.ask_question(entry, text="?", due_at=due, asked_by=scene.officer) for entry in scene.entries]

    assert list(visible_to(viewer_of_user(scene.members[1]), Question.objects.all())) == [questions[1]]
    assert list(visible_to(ANONYMOUS, Question.objects.all())) == []


def test_before_the_seal_everybody_lists_their_own_sheets_only():
    scene = Scene()
    sheets = ScoreSheet.objects.filter(assignment__entry__phase=scene.phase)

    counts = {
        name: visible_to(viewer_of_user(user), sheets).count()
        for name, user in {"owner": scene.seats[1].user, "officer": scene.officer, "auditor": scene.auditor}.items()
    }
    assert counts == {"owner": 3, "officer": 0, "auditor": 0}
    Phase.objects.filter(pk=scene.phase.pk).update(state="sealed")
    assert visible_to(viewer_of_user(scene.auditor), sheets).count() == 9


def test_a_model_without_a_subject_is_refused():
    with pytest.raises(KeyError):
        visible_to(ANONYMOUS, Phase.objects.all())
