"""Letters enter the outbox in the transaction of what they tell."""

from collections.abc import Iterable, Mapping
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.common.transitions import find
from portal.letters.enums import AuditAction
from portal.letters.models import Letter
from portal.letters.sealing import seal
from portal.letters.texts import DOTS, Text, render
from portal.letters.transitions import LETTER


class LetterError(ValueError):
    """What was asked is not possible; the message is for the person who asked."""


@transaction.atomic
def post_letter(
    to: Iterable[str],
    *,
    kind: str,
    subject_key: str,
    context: Mapping[str, object],
    secrets: Mapping[str, str] | None = None,
) -> list[Letter]:
    """Put a letter for each address into the outbox, in the caller's transaction; the reconciler sends it afterwards.

    Idempotent by (subject_key, address): whoever has it already is not mailed again. `secrets` are values of the template,
    too, kept encrypted and only until the letter is sent. The caller's ledger event stays the last write.
    """
    addresses = list(dict.fromkeys(address.strip().lower() for address in to if address.strip()))
    known = set(Letter.objects.filter(subject_key=subject_key, to__in=addresses).values_list("to", flat=True))
    fresh = [address for address in addresses if address not in known]
    if fresh:
        shown = render(kind, {**context, **dict.fromkeys(secrets or {}, DOTS)})
        full = render(kind, {**context, **secrets}) if secrets else shown
        rows = [_letter(address, kind=kind, subject_key=subject_key, shown=shown, full=full) for address in fresh]
        Letter.objects.bulk_create(rows, ignore_conflicts=True)
    letters = Letter.objects.filter(subject_key=subject_key, to__in=addresses)
    return sorted(letters, key=lambda letter: addresses.index(letter.to))


def _letter(address: str, *, kind: str, subject_key: str, shown: Text, full: Text) -> Letter:
    """The message id is made here, so that a repeated try is recognised as the same mail; it also salts the digest."""
    message_id = f"<{uuid4()}@portal>"
    content = {"to": address, "subject": full.subject, "body": full.body, "message_id": message_id}
    return Letter(
        to=address,
        kind=kind,
        subject_key=subject_key,
        subject=shown.subject,
        body=shown.body,
        sealed=seal(full.body) if full != shown else "",
        message_id=message_id,
        digest=digest_of(content),
    )


def acknowledge(subject_key: str, *, to: str) -> None:
    """The person of that address opened what the letter is about; the first time counts."""
    rows = Letter.objects.filter(subject_key=subject_key, to=to.strip().lower(), read_at=None)
    rows.update(read_at=timezone.now())


@transaction.atomic
def send_again(letter: Letter, *, actor: str, reason: str) -> Letter:
    """Let a letter that was given up be tried anew; what was delivered meanwhile carries the same message id."""
    row = Letter.objects.select_for_update().get(pk=letter.pk)
    step = find(LETTER, "send_again", row.state)
    if not reason.strip():
        raise LetterError("send_again needs a reason")
    row.state, row.attempts, row.not_before = step.target, 0, timezone.now()
    row.save(update_fields=["state", "attempts", "not_before"])
    before, after = {"state": step.source}, {"state": step.target}
    record(
        AuditAction.LETTER_REQUEUED,
        actor=actor,
        subject=f"letter:{row.pk}",
        before=before,
        after=after,
        reason=reason.strip(),
    )
    return row
