"""Several people at once, with real transactions: nothing stands twice, and nothing comes in after the close."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from portal.calls import actions
from portal.calls.actions import Content
from portal.calls.errors import CallError
from portal.calls.models import ApplicantNotice, Application, ApplicationVersion
from portal.consortia.models import Entry
from tests.factories.calls import CallScene

PEOPLE = 4


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts in threads that start together; the names of the refusals, and of anything unexpected."""
    start = threading.Barrier(len(acts))
    outcomes = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            act()
            outcomes.append("done")
        except CallError as refusal:
            outcomes.append(type(refusal).__name__)
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


@pytest.fixture
def scene(fresh_database):
    made = CallScene()
    made.open()
    return made


def test_a_form_sent_four_times_at_once_makes_one_version(scene):
    application = scene.draft(0)
    act = lambda: actions.hand_in(application, handed_in_by=scene.managers[0])  # noqa: E731
    assert at_once(*[act] * PEOPLE) == ["done"] * PEOPLE
    assert ApplicationVersion.objects.count() == 1


def test_of_four_windows_one_saves_and_three_learn_of_it(scene):
    application = scene.draft(0)
    acts = [
        lambda text=f"글 {number}": actions.save_application(
            application, content=Content(plan=text), revision=application.revision, saved_by=scene.managers[0]
        )
        for number in range(PEOPLE)
    ]
    assert at_once(*acts) == ["Conflict"] * (PEOPLE - 1) + ["done"]


def test_closing_and_handing_in_at_once_leave_one_story(scene):
    application = scene.draft(0)
    outcome = at_once(
        lambda: actions.close_call(scene.call, closed_by=scene.officer, reason="시험"),
        lambda: actions.hand_in(application, handed_in_by=scene.managers[0]),
    )
    handed_in = ApplicationVersion.objects.exists()
    assert outcome == (["done", "done"] if handed_in else ["CallClosed", "done"])
    assert Application.objects.get().state == ("handed_in" if handed_in else "draft")


def test_a_selection_is_carried_out_once(scene):
    scene.apply(0)
    scene.judge(3)
    scene.decide()
    act = lambda: actions.carry_out_selection(scene.call, carried_out_by=scene.officer)  # noqa: E731
    assert at_once(*[act] * PEOPLE) == ["done"] * PEOPLE
    assert (Entry.objects.filter(call=scene.call).count(), ApplicantNotice.objects.count()) == (1, 1)
