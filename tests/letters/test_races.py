"""Several processes at once, with real transactions: no number twice, no gap, no mail twice."""

import threading
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connection, transaction

from portal.letters.actions import assign_number, send_due_letters
from portal.letters.models import Letter, OfficialNumber
from tests.letters.test_outbox import post

HANDS = 6

pytestmark = pytest.mark.usefixtures("fresh_database")


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start together; what each gave back, or the error it raised."""
    start = threading.Barrier(len(acts))
    outcomes: list[object] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            outcomes.append(act())
        except Exception as error:  # noqa: BLE001 - the test names it
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


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
