"""Destruction: proposed by an officer, approved by a decider who is another person, carried out by the portal, certified."""

import logging

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.artifacts.actions.destroying import Removed, forget_bundles, remove_objects, shred_key
from portal.artifacts.errors import ArtifactError
from portal.common.formats.canonical import digest_of
from portal.common.viewer import SYSTEM, Viewer
from portal.consortia.actions.base import addresses_of
from portal.consortia.models import Entry
from portal.custody.actions.base import leave_trace, locked, require_staff, require_text, step
from portal.custody.certificate import certificate_of
from portal.custody.enums import AuditAction, DestructionState
from portal.custody.errors import CustodyError
from portal.custody.models import Destruction, DestructionItem
from portal.custody.selectors.retention import OPEN, in_the_way, in_the_way_of, items_to_destroy, rule_for
from portal.custody.transitions import DESTRUCTION
from portal.letters.actions import assign_number, post_letter
from portal.letters.enums import DocumentKind

logger = logging.getLogger(__name__)


@transaction.atomic
def propose_destruction(entry: Entry, *, reason: str, by: Viewer) -> Destruction:
    """List what would be destroyed; a second person decides on exactly that list."""
    entry = _locked_entry(entry.pk)
    require_staff(by, "officer", programme=entry.phase.programme)
    _require_free(entry)
    rule = rule_for(entry.phase)
    items = items_to_destroy(entry, rule) if rule else []
    if not items:
        raise CustodyError(_("There is nothing left to destroy."))
    if Destruction.objects.filter(entry=entry, state__in=OPEN).exists():
        raise CustodyError(_("A destruction is proposed already; decide on it first."))
    row = Destruction.objects.create(entry=entry, reason=require_text(reason), proposed_by=by.actor)
    DestructionItem.objects.bulk_create(
        DestructionItem(destruction=row, bundle=item.bundle, role=item.role) for item in items
    )
    after = {"entry": entry.pk, "bundles": [item.bundle.digest for item in items]}
    leave_trace(AuditAction.DESTRUCTION_PROPOSED, by=by, subject=row, after=after, reason=row.reason)
    return row


@transaction.atomic
def approve_destruction(destruction: Destruction, *, by: Viewer) -> Destruction:
    """The second person's yes. What came in the way since the proposal still stops it. The portal then carries it out."""
    entry = _locked_entry(destruction.entry_id)
    row = locked(destruction)
    require_staff(by, "decider", programme=entry.phase.programme)
    found = step(DESTRUCTION, "approve", row.state, by=by)
    if by.actor == row.proposed_by:
        raise PermissionDenied(_("Whoever proposed the destruction does not approve it; a second person does."))
    if reasons := in_the_way_of(row):
        raise CustodyError(" ".join(reasons))
    row.state, row.decided_by, row.decided_at = DestructionState(found.target), by.actor, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    leave_trace(AuditAction.DESTRUCTION_APPROVED, by=by, subject=row, before={"state": found.source})
    return row


@transaction.atomic
def drop_destruction(destruction: Destruction, *, reason: str, by: Viewer) -> Destruction:
    row = locked(destruction)
    require_staff(by, "officer", "decider", programme=row.entry.phase.programme)
    found = step(DESTRUCTION, "drop", row.state, by=by, reason=reason)
    row.state, row.decided_by, row.decided_at = DestructionState(found.target), by.actor, timezone.now()
    row.drop_reason = reason.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "drop_reason"])
    leave_trace(AuditAction.DESTRUCTION_DROPPED, by=by, subject=row, reason=row.drop_reason)
    return row


def carry_out_destructions() -> int:
    """Carry out what was approved. Killed anywhere, the next pass goes on: forgetting is one transaction, removing repeats."""
    rows = Destruction.objects.filter(state=DestructionState.APPROVED)
    return sum(_carry_out(row) for row in rows.select_related("entry__consortium"))


def _carry_out(row: Destruction) -> bool:
    owner = row.entry.consortium.account_key
    digests = _forget(row, owner)
    if digests is None:
        return False
    try:
        removed = remove_objects(digests, owner=owner)
    except ArtifactError as error:  # the same bytes are being sent again, or the store failed: the next pass goes on
        logger.warning("Destruction %s is not finished: %s", row.pk, error)
        return False
    shred_key(owner)
    return _certify(row, removed)


@transaction.atomic
def _forget(destruction: Destruction, owner: str) -> list[str] | None:
    """The digests to remove; None while a hold, say, that came after the approval stands in the way."""
    _locked_entry(destruction.entry_id)
    row = locked(destruction)
    if reasons := in_the_way_of(row):
        logger.warning("Destruction %s waits: %s", row.pk, " ".join(reasons))
        return None
    bundles = [item.bundle for item in row.items.select_related("bundle")]
    found = forget_bundles([bundle for bundle in bundles if bundle.destroyed_at is None], owner=owner)
    row.objects_removed = sorted({*row.objects_removed, *found})
    row.save(update_fields=["objects_removed"])
    return list(row.objects_removed)


@transaction.atomic
def _certify(destruction: Destruction, removed: Removed) -> bool:
    """Number, certificate, letter; the ledger event last."""
    row = locked(destruction)
    if row.state != DestructionState.APPROVED:
        return False
    found = step(DESTRUCTION, "carry_out", row.state, by=SYSTEM)
    entry = row.entry
    title = f"{entry.phase.name_ko} {entry.code}"
    number = assign_number(kind=DocumentKind.DESTRUCTION, subject_key=row.letter_key, title=title, actor="system")
    row.state, row.done_at = DestructionState(found.target), timezone.now()
    row.document = certificate_of(row, number=str(number), removed=removed)
    row.digest = digest_of(row.document)
    row.save(update_fields=["state", "done_at", "document", "digest"])
    post_letter(
        addresses_of(entry.consortium),
        kind="checkpoint_destroyed",
        subject_key=row.letter_key,
        context={"destruction": row, "entry": entry, "phase": entry.phase, "number": number},
    )
    after = {"number": str(number), "digest": row.digest, "objects": removed.removed}
    leave_trace(AuditAction.DESTROYED, by=SYSTEM, subject=row, before={"state": found.source}, after=after)
    return True


def _locked_entry(entry_id: int) -> Entry:
    rows = Entry.objects.select_for_update(of=("self",)).select_related("phase__programme", "consortium")
    return rows.get(pk=entry_id)


def _require_free(entry: Entry) -> None:
    if reasons := in_the_way(entry):
        raise CustodyError(" ".join(reasons))
