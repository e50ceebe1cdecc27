"""A notice has a document number and goes out by mail: to the members alone, and without what it says."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from portal.audit.models import Event
from portal.letters.actions import send_due_letters
from portal.letters.models import Letter, OfficialNumber
from portal.review import actions
from portal.review.models import Notice
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db

SECRET = "학습 데이터의 출처는?"


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def notice(scene):
    due = timezone.now() + timedelta(days=2)
    actions.ask_question(scene.entries[0], text=SECRET, due_at=due, asked_by=scene.officer)
    return Notice.objects.get()


def test_the_members_get_a_letter_that_says_only_that_a_notice_is_there(scene, notice):
    send_due_letters()
    [letter] = mail.outbox
    assert letter.to == [scene.members[0].email]
    assert SECRET not in letter.subject + letter.body
    assert f"http://127.0.0.1:8000/review/notices/{notice.pk}/" in letter.body
    assert f"/en/review/notices/{notice.pk}/" in letter.body


def test_number_stands_in_the_letter_and_in_the_ledger(notice):
    number = str(OfficialNumber.objects.get(subject_key=f"review.notice:{notice.pk}"))
    assert number in Letter.objects.get().subject
    assert Event.objects.get(action="notice.sent").after["number"] == number


def test_opening_the_notice_is_noted_on_the_letter(scene, notice):
    actions.read_notice(notice, read_by=scene.members[0])
    assert Letter.objects.get().read_at


def test_a_member_who_left_the_portal_gets_none(scene):
    scene.members[0].is_active = False
    scene.members[0].save()
    due = timezone.now() + timedelta(days=2)
    actions.ask_question(scene.entries[0], text=SECRET, due_at=due, asked_by=scene.officer)
    assert not Letter.objects.exists()
