"""Who may see and change a submission. Reviewers reach evidence through the review app, which asks its own policy first."""

from uuid import UUID

from django.utils.translation import gettext as _

from originality.registry import is_open
from portal.artifacts.models import Upload
from portal.common.access import Verdict
from portal.common.viewer import Viewer
from portal.consortia.policies import takes_part
from portal.consortia.selectors import consortia_of, entries_of
from portal.submissions.enums import State
from portal.submissions.models import Receipt, SelfCheck, Submission, SubmissionRun
from portal.submissions.selectors.arrival import owner_of
from portal.submissions.selectors.declared import evidence_runs

ALLOWED = Verdict(allowed=True)
HIDDEN = Verdict(allowed=False, exists=False)
SIGN_IN_FIRST = Verdict(allowed=False)  # the same whether or not the thing exists
SEEN_BY_STAFF = frozenset({"officer", "auditor"})


def owns_entry(viewer: Viewer, entry: int) -> Verdict:
    """Say whether the viewer is a member of the consortium behind the entry with this id."""
    return _verdict(viewer, seen=entries_of(viewer).filter(pk=entry).exists())


def owns_submission(viewer: Viewer, submission: int, item: int | None = None) -> Verdict:
    """Say whether the viewer may change the submission with this id; an item has no rule of its own."""
    owned = Submission.objects.filter(pk=submission, entry__in=entries_of(viewer))
    return _verdict(viewer, seen=owned.exists())


def sends_upload(viewer: Viewer, submission: int, upload: UUID) -> Verdict:
    """Say whether the viewer may give this upload a part in the submission: both are the own team's."""
    owned = owns_submission(viewer, submission)
    if not owned.allowed:
        return owned
    owner = owner_of(Submission.objects.select_related("entry__consortium").get(pk=submission))
    return _verdict(viewer, seen=Upload.objects.filter(pk=upload, owner=owner).exists())


def sees_submission(viewer: Viewer, submission: int) -> Verdict:
    """Own team always; officers and auditors once it is handed in."""
    if owns_submission(viewer, submission).allowed:
        return ALLOWED
    handed_in = Submission.objects.filter(pk=submission).exclude(state=State.DRAFT)
    return _verdict(viewer, seen=bool(viewer.roles & SEEN_BY_STAFF) and handed_in.exists())


def sees_declared(viewer: Viewer, submission: int) -> Verdict:
    """Who sees the submission, and whoever an app above opens its comparisons to, such as the panel once the seal allows it."""
    verdict = sees_submission(viewer, submission)
    row = None if verdict.allowed else Submission.objects.filter(pk=submission).first()
    if row is not None and any(is_open(viewer, run) for run in evidence_runs(row)):
        return ALLOWED
    return verdict


def sees_receipt(viewer: Viewer, number: str) -> Verdict:
    """Say whether the viewer may read the receipt with this number."""
    receipt = Receipt.objects.filter(number=number).first()
    return sees_submission(viewer, receipt.submission_id) if receipt else _verdict(viewer, seen=False)


def sees_run(viewer: Viewer, run: int) -> Verdict:
    """A run is seen by whoever sees the submission it belongs to."""
    row = SubmissionRun.objects.filter(pk=run).first()
    return sees_submission(viewer, row.submission_id) if row else _verdict(viewer, seen=False)


def oversees_run(viewer: Viewer, row: SubmissionRun) -> bool:
    """Whether the viewer reads a run as staff, with the names of machines: not in a programme in which their own team competes."""
    return bool(viewer.roles & SEEN_BY_STAFF) and not takes_part(viewer, row.submission.entry.phase.programme_id)


def checks_itself(viewer: Viewer, consortium: int) -> Verdict:
    """Let a team's members ask for self-checks of their own consortium and see its list."""
    return _verdict(viewer, seen=consortia_of(viewer).filter(pk=consortium).exists())


def sees_self_check(viewer: Viewer, check: int) -> Verdict:
    """A self-check is the team's alone: no officer, no auditor and no panel sees it."""
    return _verdict(viewer, seen=SelfCheck.objects.filter(pk=check, consortium__in=consortia_of(viewer)).exists())


def has_team(viewer: Viewer) -> Verdict:
    """Open the team pages to everybody who may be in a consortium; what they list is filtered by membership."""
    return Verdict(allowed=viewer.user_id is not None)


def oversees_storage(viewer: Viewer) -> Verdict:
    """Show the room of every consortium to staff who belong to none."""
    held = viewer.has_role("officer", "auditor", "operator") and not viewer.has_role("team")
    return Verdict(allowed=held, reason=_("This page is for the programme's staff who belong to no team."))


def sets_limits(viewer: Viewer) -> Verdict:
    """Let officers who belong to no team set limits."""
    return Verdict(allowed=oversees_storage(viewer).allowed and viewer.has_role("officer"))


def _verdict(viewer: Viewer, *, seen: bool) -> Verdict:
    if seen:
        return ALLOWED
    return SIGN_IN_FIRST if viewer.is_anonymous else HIDDEN
