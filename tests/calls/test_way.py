"""The whole way of a call, from its draft to the new entry."""

import pytest

from portal.calls.models import ApplicantNotice, Application
from portal.consortia.models import Entry
from tests.factories.calls import CallScene

pytestmark = pytest.mark.django_db


def test_one_of_two_applicants_is_selected_and_enters_the_phase():
    scene = CallScene()
    scene.open()
    first, second = scene.apply(0), scene.apply(1)
    scene.judge(3, 1)
    scene.carry_out()

    entry = Entry.objects.get(call=scene.call)
    states = dict(Application.objects.values_list("consortium_id", "state"))
    assert (scene.call.state, entry.consortium_id, entry.phase_id) == ("filled", first.consortium_id, scene.phase.pk)
    assert states == {first.consortium_id: "selected", second.consortium_id: "not_selected"}
    assert ApplicantNotice.objects.count() == 2


def test_nobody_is_selected_without_a_majority_of_the_seated():
    scene = CallScene()
    scene.open()
    scene.apply(0)
    scene.judge(1)
    scene.carry_out()

    assert (scene.call.state, Entry.objects.filter(call=scene.call).count()) == ("left_vacant", 0)
    assert ApplicantNotice.objects.get().content["outcome"] == "not_selected"
