"""What becomes of a version whose bytes were outstanding: it counts once they are here, or lapses."""

from django.db import transaction
from django.utils import timezone

from portal.artifacts.actions import begin_check
from portal.artifacts.enums import UploadState
from portal.audit.actions import record
from portal.common.transitions import find
from portal.consortia.actions.base import addresses_of
from portal.consortia.models import Entry
from portal.jobs.steps import each_apart
from portal.letters.actions import post_letter
from portal.programmes.enums import PhaseState
from portal.submissions.actions.handin import attach_stored, replace_older
from portal.submissions.enums import AuditAction, State
from portal.submissions.models import Submission, SubmissionItem
from portal.submissions.selectors.arrival import outstanding, owner_of, sent_in_time
from portal.submissions.selectors.deadline import window_of
from portal.submissions.transitions import SUBMISSION


def settle_outstanding() -> int:
    """Settle every version that waits for bytes; return how many counted or lapsed now."""
    waiting = Submission.objects.filter(state=State.AWAITING).order_by("version").values_list("pk", flat=True)
    return each_apart(waiting, settle)


@transaction.atomic
def settle(pk: int) -> bool:
    """Let one version count, lapse, or go on waiting; True if its state changed."""
    entry_id = Submission.objects.values_list("entry_id", flat=True).get(pk=pk)
    entry = Entry.objects.select_for_update().get(pk=entry_id)
    submission = Submission.objects.select_for_update().get(pk=pk)
    if submission.state != State.AWAITING:
        return False
    window = window_of(entry)
    absent = outstanding(submission, due=window.bytes_due)
    if not absent:
        _arrive(submission)
    elif _is_over(entry) and not _on_us(submission, absent):
        _lapse(submission, absent)
    else:
        return False
    return True


def _arrive(submission: Submission) -> None:
    attach_stored(submission)
    replace_older(submission)
    submission.state = find(SUBMISSION, "arrive", submission.state).target
    submission.whole_at = timezone.now()
    submission.save(update_fields=["state", "whole_at"])
    _tell(submission, "handin_arrived")
    after = {"submission": submission.digest, "version": submission.version}
    record(AuditAction.ARRIVED, actor="system", subject=f"submission:{submission.pk}", after=after)


def _lapse(submission: Submission, absent: list[SubmissionItem]) -> None:
    submission.state = find(SUBMISSION, "lapse", submission.state).target
    submission.save(update_fields=["state"])
    counting = submission.entry.submissions.filter(state=State.SUBMITTED).first()
    _tell(submission, "handin_lapsed", counting=counting, absent=absent)
    after = {"absent": [{"role": item.role, "bundle": item.digest} for item in absent]}
    record(AuditAction.LAPSED, actor="system", subject=f"submission:{submission.pk}", after=after)


def _tell(submission: Submission, kind: str, **context: object) -> None:
    """Write to the team: it need not watch a page to learn what became of its hand-in."""
    entry = submission.entry
    post_letter(
        addresses_of(entry.consortium),
        kind=kind,
        subject_key=f"submissions.submission:{submission.pk}.{kind}",
        context={"submission": submission, "phase": entry.phase, **context},
    )


def _is_over(entry: Entry) -> bool:
    """Whether bytes come too late now; where no deadline is set, receiving has to be closed."""
    due = window_of(entry).bytes_due
    return timezone.now() > due if due else entry.phase.state != PhaseState.RECEIVING


def _on_us(submission: Submission, absent: list[SubmissionItem]) -> bool:
    """Whether everything that is absent was sent in time and only waits for our own checks; those are begun."""
    due = window_of(submission.entry).bytes_due or timezone.now()
    uploads = [sent_in_time(item.digest, owner=owner_of(submission), due=due) for item in absent]
    if not all(uploads):
        return False
    for upload in uploads:
        if upload and upload.state == UploadState.DECLARED:
            begin_check(upload, actor="system", elsewhere=True)
    return True
