"""Several processes at once, with real transactions: no number twice, no gap, no mail twice."""

import pytest
from django.core import mail
from django.db import transaction

from portal.letters.actions import assign_number, send_due_letters
from portal.letters.models import Letter, OfficialNumber
from tests.at_once import at_once
from tests.letters.test_outbox import post

HANDS = 6

pytestmark = pytest.mark.usefixtures("fresh_database")


def test_numbers_given_at_once_have_no_gap_although_every_second_is_rolled_back():
    def numbered(place):
        with transaction.atomic():
            assign_number(kind="minutes", subject_key=f"review.minutes:{place}", title="", actor="user:1")
            transaction.set_rollback(place % 2 == 1)

    outcomes = at_once(*[lambda place=place: numbered(place) for place in range(HANDS)])
    assert outcomes == [None] * HANDS
    assert sorted(OfficialNumber.objects.values_list("sequence", flat=True)) == [1, 2, 3]


def test_one_document_asked_for_at_once_gets_one_number():
    key = {"kind": "minutes", "subject_key": "review.minutes:1", "title": "", "actor": "user:1"}
    outcomes = at_once(*[lambda: str(assign_number(**key))] * HANDS)
    assert len(set(outcomes)) == 1
    assert OfficialNumber.objects.count() == 1


def test_a_matter_posted_at_once_makes_one_letter():
    outcomes = at_once(*[lambda: len(post())] * HANDS)
    assert outcomes == [1] * HANDS
    assert Letter.objects.count() == 1


def test_passes_at_once_mail_each_letter_once():
    post(to=[f"person-{number}@garam.example.org" for number in range(4)])
    outcomes = at_once(*[send_due_letters] * HANDS)
    assert sum(outcomes) == 4
    assert len(mail.outbox) == 4
