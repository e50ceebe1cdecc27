"""Depositing the digest of a checkpoint while the model is trained. The bytes stay with the team until the lot calls them."""

from typing import NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal.artifacts.models import Bundle
from portal.audit.actions import record, sign_current_checkpoint
from portal.consortia.models import Entry
from portal.consortia.selectors import STILL_IN
from portal.custody.enums import AuditAction
from portal.custody.errors import CustodyError
from portal.custody.models import Deposit
from portal.submissions.selectors.deadline import window_of

OPEN_IN = ("rules_frozen", "receiving")
LIMIT = 10_000  # deposits of one entry


class Promise(NamedTuple):
    """What is deposited: step and tokens of the checkpoint, its manifest's digest, bytes and files, the log so far."""

    step: int
    tokens: int | None
    digest: str
    size: int
    files: int
    log_digest: str = ""
    log_bytes: int | None = None
    sketch: Bundle | None = None


def deposit_checkpoint(entry: Entry, promise: Promise, *, actor: str) -> Deposit:
    """Write the promise down under a signed ledger checkpoint. The same promise again is the first deposit."""
    deposit, created = _write(entry, promise, actor=actor)
    if created:
        sign_current_checkpoint()
    return deposit


@transaction.atomic
def _write(entry: Entry, promise: Promise, *, actor: str) -> tuple[Deposit, bool]:
    entry = Entry.objects.select_for_update(of=("self",)).select_related("phase").get(pk=entry.pk)
    own = Deposit.objects.filter(entry=entry)
    if known := own.filter(digest=promise.digest).first():
        return _same(known, promise), False
    _require_open(entry)
    last = own.aggregate(last=Max("number"))["last"] or 0
    if last >= LIMIT:
        raise CustodyError(_("This entry has as many deposits as it may have."), code="too_many")
    deposit = Deposit.objects.create(entry=entry, number=last + 1, deposited_by=actor, **promise._asdict())
    after = {
        "entry": entry.pk,
        "number": deposit.number,
        "step": promise.step,
        "tokens": promise.tokens,
        "bundle": promise.digest,
        "bytes": promise.size,
        "log": promise.log_digest or None,
        "log_bytes": promise.log_bytes,
        "sketch": promise.sketch.digest if promise.sketch else None,
    }
    record(AuditAction.DEPOSITED, actor=actor, subject=f"deposit:{deposit.pk}", after=after)
    return deposit, True


def _same(known: Deposit, promise: Promise) -> Deposit:
    if known.step != promise.step:
        raise CustodyError(
            _("These files were deposited as step %(step)s before. A deposit is never changed.") % {"step": known.step},
            code="deposited_before",
        )
    return known


def _require_open(entry: Entry) -> None:
    is_over = window_of(entry).closed == "deadline_passed"  # whether or not anybody has closed the phase
    if entry.phase.state not in OPEN_IN or entry.state not in STILL_IN or is_over:
        raise CustodyError(
            _("This phase takes no deposits now: they are taken from the freezing of the rules to the deadline."),
            code="closed",
        )
