"""Runs behind submissions: asked for, not worked off."""

from originality.actions import request_report
from portal.submissions.enums import Role, RunKind
from portal.submissions.models import Submission, SubmissionRun


def report_run(submission: Submission) -> SubmissionRun:
    bundle = submission.items.get(role=Role.CHECKPOINT).bundle
    report = request_report(bundle, key=f"submission:{submission.pk}", actor="system")
    return SubmissionRun.objects.create(submission=submission, kind=RunKind.ORIGINALITY, originality=report)
