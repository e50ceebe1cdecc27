"""Staff measure again. The first run stays; what counts in its place is decided before the new figures are known."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.actions import rerun as measure_again
from portal.audit.actions import record
from portal.common.viewer import Viewer
from portal.consortia.policies import takes_part
from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase
from portal.submissions.enums import AuditAction, RunKind
from portal.submissions.errors import SubmissionRefused
from portal.submissions.models import Submission, SubmissionRun
from portal.submissions.selectors.counting import benchmark_rows, run_of

MOST_RUNS = 10  # of one suite on one submission
SET_ASIDE_IN = (PhaseState.CLOSED, PhaseState.SCORING)


@transaction.atomic
def rerun(row: SubmissionRun, *, reason: str, by: Viewer) -> SubmissionRun:
    """Ask for the same suite on the same checkpoint from the same source once more, as another run."""
    submission, rows = _locked(row, by=by)
    if any(not other.job.is_final for other in rows):
        raise SubmissionRefused(
            "open", _("A run of this suite is not finished yet."), hint=_("Wait for it or cancel it.")
        )
    if len(rows) >= MOST_RUNS:
        raise SubmissionRefused(
            "too_many", _("This suite was run %(count)s times on this checkpoint.") % {"count": len(rows)}
        )
    first = run_of(row)
    run = measure_again(first, actor=by.actor)
    fields = {"kind": RunKind.BENCHMARK, "benchmark": run, "requested_by": by.actor, "reason": _text(reason)}
    again = SubmissionRun.objects.create(submission=submission, **fields)
    after = {"run": str(run.pk), "again": str(first.pk), "reason": again.reason}
    record(AuditAction.RUN_AGAIN, actor=by.actor, subject=f"submission_run:{again.pk}", after=after)
    return again


@transaction.atomic
def set_aside(row: SubmissionRun, *, reason: str, by: Viewer) -> SubmissionRun:
    """Let a faulty run not count. Only while no later run of the suite exists: nobody chooses between figures."""
    submission, rows = _locked(row, by=by)
    phase = Phase.objects.select_for_update(of=("self",)).get(pk=submission.entry.phase_id)
    found = next(other for other in rows if other.pk == row.pk)
    if phase.state not in SET_ASIDE_IN:
        raise SubmissionRefused("sealed", _("After the seal a run can be repeated as a check, but none is set aside."))
    if found.set_aside_at is not None or not found.job.is_final:
        raise SubmissionRefused("not_possible", _("Only a finished run that still counts can be set aside."))
    if any(other.pk > found.pk for other in rows):
        raise SubmissionRefused(
            "later_run", _("A later run of this suite exists: setting this one aside would choose between figures.")
        )
    found.set_aside_at, found.set_aside_by, found.set_aside_reason = timezone.now(), by.actor, _text(reason)
    found.save(update_fields=["set_aside_at", "set_aside_by", "set_aside_reason"])
    after = {"run": str(run_of(found).pk), "reason": found.set_aside_reason}
    record(AuditAction.RUN_SET_ASIDE, actor=by.actor, subject=f"submission_run:{found.pk}", after=after)
    return found


def _locked(row: SubmissionRun, *, by: Viewer) -> tuple[Submission, list[SubmissionRun]]:
    """The submission under a lock, with every run of the row's suite; refused for whoever is no officer outside its teams."""
    submission = (
        Submission.objects.select_for_update(of=("self",)).select_related("entry__phase").get(pk=row.submission_id)
    )
    if not by.has_role("officer"):
        raise PermissionDenied(_("Your role does not allow this step."))
    if takes_part(by, submission.entry.phase.programme_id):
        raise PermissionDenied(_("You belong to a consortium of this programme; somebody else does this."))
    if row.kind != RunKind.BENCHMARK:
        raise SubmissionRefused("not_possible", _("Only benchmarks are repeated here."))
    suite = run_of(row).suite_id
    return submission, [other for other in benchmark_rows(submission) if run_of(other).suite_id == suite]


def _text(reason: str) -> str:
    if not reason.strip():
        raise SubmissionRefused("no_reason", _("Give a reason: it goes into the record."), field="reason")
    return reason.strip()
