"""Benchmarks through the server that a team handed in, once an officer has started it."""

from django.db import transaction
from django.utils.translation import gettext as _

from evaluation.actions import request_run
from evaluation.selectors import find_suite
from portal.submissions.actions.runs import suites_of
from portal.submissions.enums import Role, RunKind
from portal.submissions.errors import SubmissionRefused
from portal.submissions.models import Submission, SubmissionRun
from portal.submissions.selectors.serving import source_of


@transaction.atomic
def request_served_runs(submission: Submission, *, actor: str) -> list[SubmissionRun]:
    """Ask for every suite of the rules on the checkpoint, answered by the server; the caller's act is the audited one."""
    source = source_of(submission)
    checkpoint = submission.items.select_related("bundle").filter(role=Role.CHECKPOINT, bundle__isnull=False).first()
    if source is None or checkpoint is None or checkpoint.bundle is None:
        raise SubmissionRefused("not_here", _("The server or the checkpoint is not here whole."))
    rows = []
    for suite in suites_of(submission.entry.ruleset):
        run = request_run(
            checkpoint.bundle,
            suite=find_suite(suite),
            key=f"submission:{submission.pk}:benchmark:{suite}",
            actor=actor,
            account=checkpoint.bundle.owner,
            source=source,
        )
        rows.append(SubmissionRun.objects.create(submission=submission, kind=RunKind.BENCHMARK, benchmark=run))
    return rows
