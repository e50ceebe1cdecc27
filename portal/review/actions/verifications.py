"""Additional verification: the verdict on one entry is held, with a reason, while the phase goes on."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.formats.canonical import digest_of
from portal.common.viewer import viewer_of_user
from portal.consortia.actions import move_entry
from portal.consortia.enums import EntryState
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.actions.base import (
    locked,
    require_outsider,
    require_role,
    require_stage,
    require_text,
    step,
)
from portal.review.actions.notices import trace_notice, write_notice
from portal.review.enums import AuditAction, NoticeKind, VerificationState
from portal.review.errors import NotPossible
from portal.review.models import Decision, Verification, VerificationEvidence
from portal.review.selectors.decisions import standing_decision
from portal.review.selectors.gates import open_verification
from portal.review.transitions import VERIFICATION

HOLDING_STAGES = ("closed", "scoring", "sealed", "tallied")


@transaction.atomic
def hold_entry(entry: Entry, *, reason: str, held_by: User) -> Verification:
    """Hold the verdict on one entry: the phase is decided and notified without it. The team is told at once."""
    require_role(held_by, "officer")
    require_outsider(held_by, entry.phase)
    require_text(reason, _("Give a reason: the team reads it."))
    row = locked(entry)
    require_stage(Phase.objects.get(pk=row.phase_id), *HOLDING_STAGES, doing=_("Holding a verdict"))
    if row.state != EntryState.COMPETING:
        raise NotPossible(
            _("%(entry)s is in the state “%(state)s”; only the verdict on a competing entry is held.")
            % {"entry": row, "state": row.get_state_display()}
        )
    if standing_decision(row) is not None:
        raise NotPossible(_("There is a decision on %(entry)s already; discard the draft first.") % {"entry": row})
    opened = Verification.objects.create(entry=row, reason=reason, opened_by=held_by, opened_at=timezone.now())
    content = {"schema": "notice/1", "verification": opened.pk, "reason": reason}
    notice = write_notice(
        row, kind=NoticeKind.VERIFICATION, subject_key=f"verification:{opened.pk}", content=content, sent_by=held_by
    )
    move_entry(row, "hold", actor=viewer_of_user(held_by), reason=reason)
    leave_trace(AuditAction.VERIFICATION_OPENED, by=held_by, subject=opened, after={"entry": row.code}, reason=reason)
    trace_notice(notice)
    return opened


@transaction.atomic
def add_evidence(
    verification: Verification, *, text: str, references: list[dict[str, Any]], added_by: User
) -> VerificationEvidence:
    """Put on record what was looked at and what it shows; a correction is a further row."""
    require_role(added_by, "officer")
    row = locked(verification)
    require_outsider(added_by, row.entry.phase)
    require_text(text, _("Write what was looked at and what it shows."))
    if row.state != VerificationState.OPEN:
        raise NotPossible(_("This verification is closed; nothing can be added."))
    number = row.evidence.count() + 1
    document = {
        "schema": "verification-evidence/1",
        "entry": row.entry.code,
        "number": number,
        "text": text,
        "references": references,
    }
    evidence = VerificationEvidence.objects.create(
        verification=row,
        number=number,
        text=text,
        references=references,
        added_by=added_by,
        added_at=timezone.now(),
        digest=digest_of(document),
    )
    leave_trace(
        AuditAction.VERIFICATION_EVIDENCE_ADDED,
        by=added_by,
        subject=row,
        after={"number": number, "digest": evidence.digest},
    )
    return evidence


@transaction.atomic
def release_entry(verification: Verification, *, reason: str, released_by: User) -> Verification:
    """End the hold before the phase is decided: the entry is decided with the others. Later only a decision ends it."""
    entry = locked(verification.entry)
    row = locked(verification)
    require_outsider(released_by, entry.phase)
    found = step(VERIFICATION, "release", row.state, by=released_by, reason=reason)
    if row.reopened_by_id is not None:
        raise NotPossible(_("An entry that is evaluated again is released by its new decision alone."))
    require_stage(Phase.objects.get(pk=entry.phase_id), *HOLDING_STAGES, doing=_("Releasing a held verdict"))
    _close(row, found.target, reason=reason, by=released_by)
    move_entry(entry, "release_hold", actor=viewer_of_user(released_by), reason=reason)
    _trace_move(row, before=found.source, by=released_by, reason=reason)
    return row


def _close(row: Verification, target: str, *, reason: str, by: User) -> None:
    row.state, row.closing_reason = VerificationState(target), reason
    row.closed_by, row.closed_at = by, timezone.now()
    row.save(update_fields=["state", "closing_reason", "closed_by", "closed_at"])


def _trace_move(row: Verification, *, before: str, by: User, reason: str) -> None:
    leave_trace(
        AuditAction.VERIFICATION_MOVED,
        by=by,
        subject=row,
        before={"state": before},
        after={"state": row.state},
        reason=reason,
    )


def open_reevaluation(decision: Decision, *, opened_by: User) -> Verification:
    """The round that a decision to evaluate again opens; part of its notice."""
    if decision.entry is None:
        raise ValueError("Only a decision on one entry opens a new evaluation of it.")
    opened = Verification.objects.create(
        entry=decision.entry,
        reason=decision.public_rationale,
        reopened_by=decision,
        opened_by=opened_by,
        opened_at=timezone.now(),
    )
    leave_trace(
        AuditAction.VERIFICATION_OPENED,
        by=opened_by,
        subject=opened,
        after={"entry": decision.entry.code, "decision": decision.pk},
        reason=opened.reason,
    )
    return opened


def conclude_verification(decision: Decision, *, concluded_by: User) -> None:
    """The notice of the decision on a held entry ends its round; an entry without one is left alone."""
    row = open_verification(decision.entry) if decision.entry is not None else None
    if row is None:
        return
    found = step(VERIFICATION, "conclude", row.state, by=concluded_by)
    reason = _("By decision %(number)s") % {"number": decision.pk}
    _close(row, found.target, reason=reason, by=concluded_by)
    _trace_move(row, before=found.source, by=concluded_by, reason=reason)
