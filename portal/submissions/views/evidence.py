"""Pages of what the runs found: the dossier of a hand-in, and one run."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.common.access import ViewerRequest, access
from portal.submissions import policies, selectors
from portal.submissions.selectors.declared import declared_and_found
from portal.submissions.selectors.serving import waits_for_start
from portal.submissions.views.handin import submission_or_404


@access(policies.sees_submission)
@require_safe
def evidence(request: ViewerRequest, submission: int) -> HttpResponse:
    row = submission_or_404(submission)
    context = {"submission": row, "dossier": selectors.dossier(row), "waits_for_start": waits_for_start(row)}
    return render(request, "submissions/evidence.html", context)


@access(policies.sees_declared)
@require_safe
def declared(request: ViewerRequest, submission: int) -> HttpResponse:
    """Set declared and found on one page: weights and code, and what nothing names."""
    row = submission_or_404(submission)
    context = {
        "submission": row,
        "found": declared_and_found(row),
        "may_go_up": policies.sees_submission(request.viewer, row.pk).allowed,
    }
    return render(request, "submissions/declared.html", context)
