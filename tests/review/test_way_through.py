"""The ministry's way through, headless: from the declaration to the notice."""

import pytest

from portal.consortia.enums import EntryState
from portal.review.models import Notice
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db


def test_a_phase_goes_from_sheets_to_notices():
    scene = Scene()

    scene.notify()

    assert scene.phase.state == "notified"
    states = [entry.state for entry in scene.phase.entries.order_by("code")]
    assert states == [EntryState.ADVANCED, EntryState.ADVANCED, EntryState.CUT]
    assert Notice.objects.filter(kind="result").count() == 3
