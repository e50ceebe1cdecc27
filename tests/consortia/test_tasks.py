"""Receiving closes by itself, and not before the last entry's deadline."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.audit.models import Event
from portal.consortia.tasks import close_due_phases
from tests.factories.consortia import make_entry
from tests.factories.programmes import make_phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def over():
    now = timezone.now()
    return make_phase("receiving", opens_at=now - timedelta(days=9), closes_at=now - timedelta(minutes=1))


def test_a_phase_past_its_deadline_is_closed_once(over):
    make_entry(over)
    make_phase("receiving")
    assert (close_due_phases(), close_due_phases()) == (1, 0)
    over.refresh_from_db()
    assert over.state == "closed"
    assert Event.objects.get().actor == "system"


def test_an_entry_with_a_later_deadline_keeps_receiving_open(over):
    later = {"deadline": timezone.now() + timedelta(days=1), "deadline_set_at": timezone.now()}
    entry = make_entry(over, **later)
    assert close_due_phases() == 0
    entry.state = "withdrawn"
    entry.save()
    assert close_due_phases() == 1


def test_a_phase_without_a_deadline_waits_for_the_officer():
    make_phase("receiving", closes_at=None)
    assert close_due_phases() == 0
