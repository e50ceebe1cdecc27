"""What comes of a call: bytes that have the deposited digest, or none in time and the team's reply."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.artifacts.actions import begin_check
from portal.artifacts.enums import UploadState
from portal.artifacts.models import Bundle
from portal.common.viewer import SYSTEM, Viewer
from portal.consortia.actions.base import addresses_of
from portal.consortia.selectors import is_manager
from portal.custody.actions.base import leave_trace, locked, require_text, step
from portal.custody.enums import AuditAction, CallState, Finding
from portal.custody.models import CalledCheckpoint, CallReply
from portal.custody.selectors.deposits import calls_overdue, calls_waiting
from portal.custody.transitions import CALL
from portal.jobs.actions import enqueue
from portal.jobs.models import Job
from portal.letters.actions import post_letter
from portal.submissions.selectors.arrival import came_in_time, sent_in_time

KIND = "custody.sketch"


def receive_called() -> int:
    """See which called checkpoints have arrived: a bundle of the team whose digest is the deposited one. A reconciler step."""
    found = 0
    for call in calls_waiting():
        deposit = call.deposit
        owner = deposit.entry.consortium.account_key
        bundle = Bundle.objects.filter(owner=owner, digest=deposit.digest, destroyed_at=None).first()
        late = call.state == CallState.CALLED and not came_in_time(bundle, call.due_at)  # missed first, then late
        found += bundle is not None and not late and _deliver(call, bundle)
    return found


@transaction.atomic
def _deliver(call: CalledCheckpoint, bundle: Bundle) -> bool:
    row = locked(call)
    if row.bundle_id is not None:
        return False
    found = step(CALL, "deliver", row.state, by=SYSTEM)
    row.state, row.bundle, row.arrived_at = found.target, bundle, timezone.now()
    if row.deposit.sketch_id:
        payload = {"call": row.pk}
        row.job = enqueue(KIND, key=f"{KIND}:{row.pk}", payload=payload, account=bundle.owner, actor="system")
    row.save(update_fields=["state", "bundle", "arrived_at", "job"])
    after = {"state": row.state, "bundle": bundle.digest}
    leave_trace(AuditAction.CALL_DELIVERED, by=SYSTEM, subject=row, before={"state": found.source}, after=after)
    return True


def lapse_calls() -> int:
    """Write down which calls were not answered in time, and tell the teams that they may reply. A reconciler step."""
    return sum(_lapse(call) for call in calls_overdue())


@transaction.atomic
def _lapse(call: CalledCheckpoint) -> bool:
    row = locked(call)
    if row.due_at >= timezone.now() or row.state != CallState.CALLED or _on_us(row):
        return False
    found = step(CALL, "lapse", row.state, by=SYSTEM)
    row.state, row.missed_at = found.target, timezone.now()
    row.save(update_fields=["state", "missed_at"])
    entry = row.deposit.entry
    post_letter(
        addresses_of(entry.consortium),
        kind="checkpoint_missed",
        subject_key=f"custody.missed:{row.pk}",
        context={"call": row, "deposit": row.deposit, "entry": entry, "phase": entry.phase},
    )
    leave_trace(AuditAction.CALL_MISSED, by=SYSTEM, subject=row, before={"state": found.source})
    return True


def _on_us(call: CalledCheckpoint) -> bool:
    """Whether all bytes came in time and only wait for our own check or for the next look; a check is begun."""
    deposit = call.deposit
    owner = deposit.entry.consortium.account_key
    bundle = Bundle.objects.filter(owner=owner, digest=deposit.digest, destroyed_at=None).first()
    if came_in_time(bundle, call.due_at):
        return True
    upload = sent_in_time(deposit.digest, owner=owner, due=call.due_at)
    if upload and upload.state == UploadState.DECLARED:
        begin_check(upload, actor="system", elsewhere=True)
    return upload is not None


@transaction.atomic
def reply_to_call(call: CalledCheckpoint, *, text: str, by: Viewer) -> CallReply:
    """The team's one reply to a missed call; it stays beside the record."""
    row = locked(call)
    if not is_manager(by, row.deposit.entry.consortium):
        raise PermissionDenied(_("Only a manager of the consortium speaks for it."))
    found = step(CALL, "reply", row.state, by=Viewer(by.actor, by.user_id, by.roles | {"team"}))
    reply = CallReply.objects.create(call=row, text=require_text(text, field="text"), replied_by=by.actor)
    row.state = found.target
    row.save(update_fields=["state"])
    leave_trace(AuditAction.CALL_REPLIED, by=by, subject=row, before={"state": found.source})
    return reply


def record_finding(job: Job, finding: Finding) -> None:
    """Write what the comparison of the sketches said, in the transaction that ends the job."""
    row = CalledCheckpoint.objects.select_for_update().get(pk=job.payload["call"])
    row.finding = finding
    row.save(update_fields=["finding"])
    leave_trace(AuditAction.CALL_COMPARED, by=SYSTEM, subject=row, after={"finding": str(finding)})
