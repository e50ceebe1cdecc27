"""Pages of the hand-in: team home, draft, sealing, withdrawal."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.common.access import ViewerRequest, access, step_up
from portal.consortia.models import Entry
from portal.submissions import actions, policies, selectors
from portal.submissions.enums import State
from portal.submissions.forms import SubmitForm, WithdrawForm
from portal.submissions.models import Submission, SubmissionItem
from portal.submissions.views.uploads import upload_context


@access(policies.has_team)
@require_safe
def team_home(request: ViewerRequest) -> HttpResponse:
    return render(request, "submissions/home.html", {"entries": selectors.team_entries(request.viewer)})


@access(policies.owns_entry)
@require_POST
def open_draft(request: ViewerRequest, entry: int) -> HttpResponse:
    row = get_object_or_404(Entry, pk=entry)
    try:
        draft = actions.open_draft(row, actor=request.viewer.actor)
    except actions.SubmissionRefused as error:
        return _refused(request, error, "submissions:home")
    return redirect("submissions:submission", submission=draft.pk)


@access(policies.sees_submission)
@require_safe
def submission_page(request: ViewerRequest, submission: int) -> HttpResponse:
    return show_submission(request, submission_or_404(submission), SubmitForm())


@access(policies.owns_submission)
@require_POST
def remove_item(request: ViewerRequest, submission: int, item: int) -> HttpResponse:
    row = get_object_or_404(SubmissionItem, pk=item, submission=submission)
    try:
        actions.remove_item(row, actor=request.viewer.actor)
    except actions.SubmissionRefused as error:
        return _refused(request, error, "submissions:submission", submission=submission)
    messages.success(request, _("Removed from the draft. The uploaded files are kept."))
    return redirect("submissions:submission", submission=submission)


@access(policies.owns_submission)
@step_up
@require_POST
def submit(request: ViewerRequest, submission: int) -> HttpResponse:
    row = submission_or_404(submission)
    form = SubmitForm(request.POST)
    if not form.is_valid():
        return show_submission(request, row, form, status=422)
    try:
        receipt = actions.submit(row, actor=request.viewer.actor)
    except actions.SubmissionRefused as error:
        return _refused(request, error, "submissions:submission", submission=submission)
    messages.success(request, _("Handed in. This is your receipt."))
    return redirect("submissions:receipt", number=receipt.number)


@access(policies.owns_submission)
@step_up
def withdraw(request: ViewerRequest, submission: int) -> HttpResponse:
    row = submission_or_404(submission)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(row, actor=request.viewer.actor, reason=form.cleaned_data["reason"])
        except actions.SubmissionRefused as error:
            return _refused(request, error, "submissions:submission", submission=submission)
        messages.success(request, _("Withdrawn. The receipt stays readable."))
        return redirect("submissions:submission", submission=submission)
    return render(request, "submissions/withdraw.html", {"submission": row, "form": form})


def submission_or_404(pk: int) -> Submission:
    """Return the submission with what its pages say of it."""
    return get_object_or_404(Submission.objects.select_related("entry__phase__programme", "entry__consortium"), pk=pk)


def show_submission(request: ViewerRequest, row: Submission, form: SubmitForm, status: int = 200) -> HttpResponse:
    """Show the draft or the sealed submission, with the form of the last step as it stands."""
    context = {
        "submission": row,
        "checklist": selectors.checklist(row),
        "missing": actions.missing_roles(row),
        "window": selectors.window_of(row.entry),
        "outstanding": selectors.outstanding(row),
        "runs": selectors.runs_of(row),
        "form": form,
        "may_change": policies.owns_submission(request.viewer, row.pk).allowed,
        "is_draft": row.state == State.DRAFT,
        **upload_context(request, row),
    }
    return render(request, "submissions/submission.html", context, status=status)


def _refused(request: HttpRequest, error: actions.SubmissionRefused, target: str, **kwargs: Any) -> HttpResponse:
    messages.error(request, f"{error.detail} {error.hint}".strip())
    return redirect(target, **kwargs)
