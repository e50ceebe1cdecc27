"""The outbox: in the caller's transaction, once per subject and address, retried, never holding a secret it has sent."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.common.transitions import TransitionError
from portal.jobs.registry import steps
from portal.letters.actions import LetterError, acknowledge, post_letter, send_again, send_due_letters
from portal.letters.actions.sending import MAX_ATTEMPTS
from portal.letters.enums import LetterState
from portal.letters.models import Letter

pytestmark = pytest.mark.django_db

TOKEN = "abcdefgh12345678"
TO = "contact@garam.example.org"


PLACE = SimpleNamespace(
    consortium=SimpleNamespace(name="가람 <consortium>"), institution=SimpleNamespace(name="가람 AI")
)


class Nowhere(BaseEmailBackend):
    def send_messages(self, messages):
        raise SMTPServerDisconnected("Connection unexpectedly closed")


class NoSuchMailbox(BaseEmailBackend):
    def send_messages(self, messages):
        if messages[0].to == [TO]:
            raise SMTPRecipientsRefused({TO: (550, b"no such mailbox")})
        return 1


@pytest.fixture
def no_server(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Nowhere"


def post(*, to=(TO,), key="consortia.place:1"):
    context = {"place": PLACE, "inviter": PLACE.institution}
    return post_letter(to, kind="institution_invitation", subject_key=key, context=context, secrets={"token": TOKEN})


def make_due():
    Letter.objects.update(not_before=timezone.now() - timedelta(seconds=1))


def test_a_letter_says_it_in_korean_and_then_in_english():
    [letter] = post()
    assert letter.subject == "컨소시엄 초대: 가람 <consortium> / Invitation to the consortium 가람 <consortium>"
    korean, english = letter.body.split("-" * 40)
    assert "초대" in korean
    assert "is invited to join" in english


def test_posting_twice_makes_one_letter_per_address():
    first = post(to=[TO, "Second@Nuri.example.org", TO])
    again = post(to=["second@nuri.example.org", "third@nuri.example.org"])
    assert [letter.to for letter in first] == [TO, "second@nuri.example.org"]
    assert again[0] == first[1]
    assert Letter.objects.count() == 3


def test_a_letter_of_a_transaction_that_fails_is_never_sent():
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert send_due_letters() == 0
    assert not mail.outbox


def test_the_secret_is_in_the_mail_and_nowhere_after_it():
    [letter] = post()
    assert TOKEN not in letter.body + letter.sealed
    assert send_due_letters() == 1
    assert TOKEN in mail.outbox[0].body
    assert mail.outbox[0].extra_headers["Message-ID"] == letter.message_id
    letter.refresh_from_db()
    assert (letter.state, letter.sealed) == (LetterState.SENT, "")
    assert letter.sent_at
    event = Event.objects.get(action="letter.sent")
    assert event.after["digest"] == letter.digest
    assert TO not in str(event.document())


def test_sending_is_a_step_of_the_reconciler():
    assert send_due_letters in steps().values()


def test_a_server_that_does_not_answer_is_tried_again_later_and_the_letter_then_given_up(no_server):
    [letter] = post()
    waits = []
    for _number in range(MAX_ATTEMPTS):
        make_due()
        before = timezone.now()
        assert send_due_letters() == 0
        letter.refresh_from_db()
        waits.append(round((letter.not_before - before).total_seconds() / 60))
    assert waits[:4] == [1, 2, 4, 8]
    assert letter.state == LetterState.FAILED
    assert letter.error.startswith("SMTPServerDisconnected")
    make_due()
    assert send_due_letters() == 0
    letter.refresh_from_db()
    assert letter.attempts == MAX_ATTEMPTS
    assert Event.objects.filter(action="letter.failed").count() == 1


def test_a_server_that_is_away_is_asked_once_per_pass(no_server):
    post(to=[TO, "second@nuri.example.org", "third@nuri.example.org"])
    send_due_letters()
    assert sorted(Letter.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_a_mailbox_that_does_not_exist_fails_at_once_and_keeps_nobody_waiting(settings):
    settings.EMAIL_BACKEND = f"{__name__}.NoSuchMailbox"
    post(to=[TO, "second@nuri.example.org"])
    assert send_due_letters() == 1
    assert dict(Letter.objects.values_list("to", "state")) == {TO: "failed", "second@nuri.example.org": "sent"}


def test_a_text_that_cannot_be_opened_any_more_is_given_up(settings):
    [letter] = post()
    settings.SECRET_KEY = "another key than the letter was sealed with"
    assert send_due_letters() == 0
    letter.refresh_from_db()
    assert letter.state == LetterState.FAILED


def test_a_letter_that_waits_is_not_tried_before_its_time(no_server, settings):
    post()
    send_due_letters()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due_letters() == 0
    make_due()
    assert send_due_letters() == 1


def test_a_letter_given_up_is_sent_again_with_a_reason(no_server, settings):
    [letter] = post()
    Letter.objects.update(state=LetterState.FAILED, attempts=MAX_ATTEMPTS)
    with pytest.raises(LetterError):
        send_again(letter, actor="user:1", reason=" ")
    send_again(letter, actor="user:1", reason="The mail server is back")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due_letters() == 1
    assert TOKEN in mail.outbox[0].body
    with pytest.raises(TransitionError):
        send_again(letter, actor="user:1", reason="once more")


def test_reading_is_noted_once_and_only_for_that_address():
    first, second = post(to=[TO, "second@nuri.example.org"])
    acknowledge("consortia.place:1", to=TO.upper())
    first.refresh_from_db()
    noted = first.read_at
    acknowledge("consortia.place:1", to=TO)
    first.refresh_from_db()
    second.refresh_from_db()
    assert noted
    assert first.read_at == noted
    assert second.read_at is None
