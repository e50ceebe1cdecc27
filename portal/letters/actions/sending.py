"""One pass over the outbox: take a letter, hand it to the mail server outside any transaction, write down what came of it.

A process that dies between the two leaves the letter to the next pass: it may arrive twice, under one message id, but is
never lost.
"""

import logging
from datetime import timedelta
from enum import Enum
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from time import monotonic

from cryptography.fernet import InvalidToken
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from portal.audit.actions import record
from portal.common.transitions import find
from portal.letters.enums import AuditAction, LetterState
from portal.letters.models import Letter
from portal.letters.sealing import unseal
from portal.letters.transitions import LETTER

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 28  # with these waits, about a day
FIRST_WAIT, LONGEST_WAIT = 60, 3600  # seconds, doubled after every try
TAKEN_FOR = 300  # seconds that one try may take before another process repeats it
BATCH = 50  # letters of one pass
PASS_SECONDS = 20  # other steps of the reconciler wait meanwhile
SYSTEM = "system"


class Outcome(Enum):
    SENT = "sent"
    REFUSED = "refused"  # this letter
    NO_SERVER = "no_server"  # any letter


def send_due_letters() -> int:
    """Letters whose time has come, the oldest first; how many were sent. A server that is away is asked once per pass."""
    due = Letter.objects.filter(state=LetterState.QUEUED, not_before__lte=timezone.now()).order_by("not_before", "id")
    sent, ends = 0, monotonic() + PASS_SECONDS
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        letter = _take(pk) if monotonic() < ends else None
        outcome = _deliver(letter) if letter else Outcome.REFUSED
        sent += outcome is Outcome.SENT
        if outcome is Outcome.NO_SERVER:
            break
    return sent


@transaction.atomic
def _take(pk: int) -> Letter | None:
    """The letter, hidden from other passes while this one tries; None where another pass was faster."""
    now = timezone.now()
    waiting = Letter.objects.filter(pk=pk, state=LetterState.QUEUED, not_before__lte=now)
    letter = waiting.select_for_update(skip_locked=True).first()
    if letter is not None:
        letter.attempts, letter.not_before = letter.attempts + 1, now + timedelta(seconds=TAKEN_FOR)
        letter.save(update_fields=["attempts", "not_before"])
    return letter


def _deliver(letter: Letter) -> Outcome:
    try:
        _mail(letter)
    except (OSError, SMTPException, InvalidToken, ValueError) as error:
        # The server's words may repeat addresses but never a secret: those stand in the body alone.
        logger.warning("Letter %s was not sent (%s).", letter.pk, type(error).__name__)
        _not_sent(letter.pk, f"{type(error).__name__}: {error}"[:500], for_good=_is_for_good(error))
        own = (SMTPRecipientsRefused, SMTPResponseException, InvalidToken, ValueError)
        return Outcome.REFUSED if isinstance(error, own) else Outcome.NO_SERVER
    _sent(letter.pk)
    return Outcome.SENT


def _is_for_good(error: Exception) -> bool:
    """No such mailbox, or a text that cannot be opened or sent any more: trying again changes nothing."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    return isinstance(error, InvalidToken | ValueError)


def _mail(letter: Letter) -> None:
    body = unseal(letter.sealed) if letter.sealed else letter.body
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}
    EmailMessage(subject=letter.subject, body=body, to=[letter.to], headers=headers).send()


@transaction.atomic
def _sent(pk: int) -> None:
    letter = Letter.objects.select_for_update().get(pk=pk)
    if letter.state != LetterState.QUEUED:
        return
    letter.state = find(LETTER, "send", letter.state).target
    letter.sent_at, letter.sealed, letter.error = timezone.now(), "", ""
    letter.save(update_fields=["state", "sent_at", "sealed", "error"])
    _leave_trace(AuditAction.LETTER_SENT, letter)


@transaction.atomic
def _not_sent(pk: int, error: str, *, for_good: bool) -> None:
    letter = Letter.objects.select_for_update().get(pk=pk)
    if letter.state != LetterState.QUEUED:
        return
    given_up = for_good or letter.attempts >= MAX_ATTEMPTS
    letter.state = find(LETTER, "fail" if given_up else "delay", letter.state).target
    letter.not_before = timezone.now() + timedelta(seconds=min(FIRST_WAIT * 2 ** (letter.attempts - 1), LONGEST_WAIT))
    letter.error = error
    letter.save(update_fields=["state", "not_before", "error"])
    if given_up:
        _leave_trace(AuditAction.LETTER_FAILED, letter)


def _leave_trace(action: AuditAction, letter: Letter) -> None:
    facts = {"kind": letter.kind, "about": letter.subject_key, "digest": letter.digest, "attempts": letter.attempts}
    record(action, actor=SYSTEM, subject=f"letter:{letter.pk}", after=facts)
