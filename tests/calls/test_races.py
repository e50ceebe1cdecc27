"""Several people at once, with real transactions: nothing stands twice, and nothing comes in after the close."""

from functools import partial

import pytest

from portal.calls import actions
from portal.calls.actions import Content
from portal.calls.models import ApplicantNotice, Application, ApplicationVersion
from portal.consortia.models import Entry
from tests.at_once import name_of, outcomes_of
from tests.factories.calls import CallScene

PEOPLE = 4


@pytest.fixture
def scene(fresh_database):
    made = CallScene()
    made.open()
    return made


def test_a_form_sent_four_times_at_once_makes_one_version(scene):
    application = scene.draft(0)
    hand_in = partial(actions.hand_in, application, handed_in_by=scene.managers[0])
    assert outcomes_of(*[hand_in] * PEOPLE) == ["done"] * PEOPLE
    assert ApplicationVersion.objects.count() == 1


def test_of_four_windows_one_saves_and_three_learn_of_it(scene):
    application = scene.draft(0)
    acts = [
        lambda text=f"글 {number}": actions.save_application(
            application, content=Content(plan=text), revision=application.revision, saved_by=scene.managers[0]
        )
        for number in range(PEOPLE)
    ]
    assert outcomes_of(*acts, word=name_of) == ["Conflict"] * (PEOPLE - 1) + ["done"]


def test_closing_and_handing_in_at_once_leave_one_story(scene):
    application = scene.draft(0)
    outcome = outcomes_of(
        lambda: actions.close_call(scene.call, closed_by=scene.officer, reason="시험"),
        lambda: actions.hand_in(application, handed_in_by=scene.managers[0]),
        word=name_of,
    )
    handed_in = ApplicationVersion.objects.exists()
    assert outcome == (["done", "done"] if handed_in else ["CallClosed", "done"])
    assert Application.objects.get().state == ("handed_in" if handed_in else "draft")


def test_a_selection_is_carried_out_once(scene):
    scene.apply(0)
    scene.judge(3)
    scene.decide()
    carry_out = partial(actions.carry_out_selection, scene.call, carried_out_by=scene.officer)
    assert outcomes_of(*[carry_out] * PEOPLE) == ["done"] * PEOPLE
    assert (Entry.objects.filter(call=scene.call).count(), ApplicantNotice.objects.count()) == (1, 1)
