"""Who reads answers and comparisons. The rules stand in docs/measurements.md in words.

Answers hold questions and gold answers. Of private tasks auditors read them, and nobody else. Of public tasks: the panel and
staff where they read the evidence on the entry; the own team from the notice on, when it may object, and not before, for the
same questions are put to its rivals until then.
"""

from uuid import UUID

from django.utils.translation import gettext as _

from evaluation.models import EvaluationRun
from portal.common.access import ALLOWED, UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.measurements.registry import reads_comparison, reads_evidence
from portal.measurements.selectors.runs import run_named, submission_of, tasks_of
from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase
from portal.submissions.models import Submission
from portal.submissions.policies import owns_submission, sees_submission

SIGN_IN_FIRST = Verdict(allowed=False)
TEAM_READS_IN = (PhaseState.NOTIFIED, PhaseState.OBJECTION, PhaseState.FINAL, PhaseState.ARCHIVED)


def open_tasks(viewer: Viewer, run: EvaluationRun) -> set[str]:
    """The tasks whose items and answers the viewer may read now."""
    submission = submission_of(run)
    if submission is None:
        return set()
    by_evidence = reads_evidence(viewer, submission).allowed
    found = tasks_of(run, private=False) if by_evidence or _reads_as_team(viewer, submission) else set()
    if by_evidence and viewer.has_role("auditor"):
        found |= tasks_of(run, private=True)
    return found


def _reads_as_team(viewer: Viewer, submission: Submission) -> bool:
    return submission.entry.phase.state in TEAM_READS_IN and owns_submission(viewer, submission.pk).allowed


def reads_answers(viewer: Viewer, benchmark: UUID) -> Verdict:
    run = run_named(benchmark)
    submission = submission_of(run) if run else None
    if run is None or submission is None:
        return _hidden(viewer)
    if open_tasks(viewer, run):
        return ALLOWED
    evidence = reads_evidence(viewer, submission)
    if evidence.allowed:
        return Verdict(allowed=False, reason=_("The items of this suite are private: auditors alone read them."))
    if owns_submission(viewer, submission.pk).allowed:
        return Verdict(allowed=False, reason=_why_not_yet(run))
    return evidence if evidence.exists and not viewer.is_anonymous else _hidden(viewer)


def _why_not_yet(run: EvaluationRun) -> str:
    if not tasks_of(run, private=False):
        return _("The items of this suite are private: auditors alone read them.")
    return _("The answers to single items open to the team with the notice of the result.")


def reads_figures(viewer: Viewer, submission: int) -> Verdict:
    """Figures of runs, of reruns and along the training: whoever sees the hand-in, and the panel where it reads the evidence."""
    seen = sees_submission(viewer, submission)
    if seen.allowed:
        return seen
    row = Submission.objects.select_related("entry__phase", "entry__consortium").filter(pk=submission).first()
    found = reads_evidence(viewer, row) if row else UNKNOWN
    return found if found.exists and not viewer.is_anonymous else seen


def reads_run(viewer: Viewer, benchmark: UUID) -> Verdict:
    run = run_named(benchmark)
    submission = submission_of(run) if run else None
    return reads_figures(viewer, submission.pk) if submission else _hidden(viewer)


def compares(viewer: Viewer, phase_id: int) -> Verdict:
    """Entries of a phase side by side: as apps above open it. Without any that does, the page is not there."""
    phase = Phase.objects.select_related("programme", "ruleset").filter(pk=phase_id).first()
    return reads_comparison(viewer, phase) if phase else UNKNOWN


def _hidden(viewer: Viewer) -> Verdict:
    return SIGN_IN_FIRST if viewer.is_anonymous else UNKNOWN
