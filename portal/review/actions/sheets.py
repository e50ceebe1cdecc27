"""A sheet's life: saved without ever overwriting, signed when whole, withdrawn before the seal, void but kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.formats.canonical import digest_of
from portal.review.actions.base import locked, require_outsider, require_stage, require_text, step
from portal.review.enums import AuditAction, SheetState
from portal.review.errors import Conflict, Incomplete, NotPossible
from portal.review.models import DraftScore, ScoreSheet, SheetTick, SignedSheet
from portal.review.selectors.rules import boxes_of, criteria_of
from portal.review.selectors.sheets import current_values, faults_of, signable_content
from portal.review.transitions import SHEET


@dataclass(frozen=True)
class SheetValues:
    """What a form carries: per criterion the decimal text (empty: not scored yet) and a comment."""

    scores: Mapping[str, str]
    comments: Mapping[str, str] = field(default_factory=dict)
    ticks: frozenset[str] = frozenset()  # keys of boxes, such as "originality.technical"
    opinion: str = ""


@transaction.atomic
def save_score(sheet: ScoreSheet, *, values: SheetValues, version: int, saved_by: User) -> ScoreSheet:
    """Store a draft made from `version`. A newer version stands untouched: Conflict carries it to the form."""
    row = _own_draft(sheet, saved_by)
    if row.version != version:
        message = _("This sheet was saved elsewhere in between. Nothing of it was overwritten.")
        raise Conflict(message, current=current_values(row))
    _require_sound(row, values)
    _write(row, values)
    row.version, row.opinion, row.saved_at = row.version + 1, values.opinion, timezone.now()
    row.save(update_fields=["version", "opinion", "saved_at"])
    leave_trace(AuditAction.SHEET_SAVED, by=saved_by, subject=row, after={"version": row.version})
    return row


def _own_draft(sheet: ScoreSheet, user: User) -> ScoreSheet:
    row = locked(sheet)
    if row.assignment.seat.user_id != user.pk:
        raise NotPossible(_("A sheet is filled and signed by the member it is assigned to, and by nobody else."))
    if not row.assignment.seat.declaration.opens_content:
        raise NotPossible(_("Declare your interests first; nothing opens before that."))
    if row.state != SheetState.DRAFT:
        raise NotPossible(_("The sheet is %(state)s and locked.") % {"state": row.get_state_display()})
    require_stage(row.assignment.entry.phase, "scoring", doing=_("Scoring"))
    return row


def _require_sound(row: ScoreSheet, values: SheetValues) -> None:
    """Unknown criteria, text that is no number and points out of range are refused; empty is allowed in a draft."""
    faults = faults_of(criteria_of(row), values.scores, allow_empty=True)
    boxes = {box.key for box in boxes_of(row)}
    faults += [_("%(box)s: the rule set has no such box") % {"box": box} for box in sorted(values.ticks - boxes)]
    if faults:
        raise Incomplete(_("The sheet was not saved. Correct:"), holes=faults)


def _write(row: ScoreSheet, values: SheetValues) -> None:
    for criterion, value in values.scores.items():
        DraftScore.objects.update_or_create(
            sheet=row,
            criterion=criterion,
            defaults={"value": value.strip(), "comment": values.comments.get(criterion, "")},
        )
    row.ticks.exclude(dimension__in=values.ticks).delete()
    for dimension in sorted(values.ticks):
        SheetTick.objects.get_or_create(sheet=row, dimension=dimension)


@transaction.atomic
def sign_sheet(sheet: ScoreSheet, *, signed_by: User, version: int | None = None) -> SignedSheet:
    """Freeze the content under its digest. With `version`, what is signed is what the person last saw."""
    row = _own_draft(sheet, signed_by)
    if version is not None and row.version != version:
        raise Conflict(
            _("The sheet changed since this page was opened. Read it again, then sign."), current=current_values(row)
        )
    found = step(SHEET, "sign", row.state, by=signed_by)
    signed = _insert_signed(row, signed_by)
    row.state, row.signed = SheetState(found.target), signed
    row.save(update_fields=["state", "signed"])
    leave_trace(
        AuditAction.SHEET_SIGNED,
        by=signed_by,
        subject=row,
        before={"state": found.source},
        after={"state": found.target, "digest": signed.digest, "number": signed.number},
    )
    return signed


def _insert_signed(row: ScoreSheet, user: User) -> SignedSheet:
    draft = {score.criterion: score.value for score in row.scores.all()}
    faults = faults_of(criteria_of(row), draft, allow_empty=False)
    if faults:
        raise Incomplete(_("A sheet with a hole cannot be signed. Open:"), holes=faults)
    now, number = timezone.now(), row.signatures.count() + 1
    content = signable_content(row, number=number, signed_by=user.actor, signed_at=now)
    return SignedSheet.objects.create(
        sheet=row, number=number, content=content, digest=digest_of(content), signed_by=user, signed_at=now
    )


@transaction.atomic
def withdraw_signature(sheet: ScoreSheet, *, withdrawn_by: User, reason: str) -> ScoreSheet:
    """Back to a draft before the seal; the signed content stays in the record."""
    row = locked(sheet)
    if row.assignment.seat.user_id != withdrawn_by.pk:
        raise NotPossible(_("Only the person who signed can withdraw the signature."))
    require_stage(row.assignment.entry.phase, "scoring", doing=_("Withdrawing a signature"))
    found = step(SHEET, "withdraw_signature", row.state, by=withdrawn_by, reason=reason)
    before = row.signed.digest if row.signed else ""
    row.state, row.signed = SheetState(found.target), None
    row.save(update_fields=["state", "signed"])
    leave_trace(
        AuditAction.SHEET_SIGNATURE_WITHDRAWN,
        by=withdrawn_by,
        subject=row,
        before={"state": found.source, "digest": before},
        after={"state": found.target},
        reason=reason,
    )
    return row


@transaction.atomic
def void_sheet(sheet: ScoreSheet, *, voided_by: User, reason: str) -> ScoreSheet:
    """Take a sheet out of the count and keep it. After a tally this makes a new tally version necessary."""
    row, before = mark_void(sheet, voided_by=voided_by, reason=reason)
    trace_void(row, before=before, voided_by=voided_by, reason=reason)
    return row


def mark_void(sheet: ScoreSheet, *, voided_by: User, reason: str) -> tuple[ScoreSheet, str]:
    """The row, void, and its state before; the caller leaves the trace after its last other write."""
    row = locked(sheet)
    require_outsider(voided_by, row.assignment.entry.phase)
    require_text(reason, _("Give a reason: it goes into the record."))
    found = step(SHEET, "void", row.state, by=voided_by, reason=reason)
    row.state, row.void_reason = SheetState(found.target), reason
    row.save(update_fields=["state", "void_reason"])
    return row, found.source


def trace_void(sheet: ScoreSheet, *, before: str, voided_by: User, reason: str) -> None:
    leave_trace(
        AuditAction.SHEET_VOIDED,
        by=voided_by,
        subject=sheet,
        before={"state": before},
        after={"state": SheetState.VOID},
        reason=reason,
    )
