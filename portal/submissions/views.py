"""Pages of a team: home, hand-in, receipt, evidence and runs."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.common.access import ViewerRequest, access, step_up
from portal.consortia.models import Entry
from portal.consortia.selectors import deadline_of
from portal.submissions import actions, policies, selectors
from portal.submissions.enums import State
from portal.submissions.forms import SubmitForm, WithdrawForm
from portal.submissions.models import Receipt, Submission, SubmissionItem, SubmissionRun


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
    return _submission_page(request, _submission(submission), SubmitForm())


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
    row = _submission(submission)
    form = SubmitForm(request.POST)
    if not form.is_valid():
        return _submission_page(request, row, form, status=422)
    try:
        receipt = actions.submit(row, actor=request.viewer.actor)
    except actions.SubmissionRefused as error:
        return _refused(request, error, "submissions:submission", submission=submission)
    messages.success(request, _("Handed in. This is your receipt."))
    return redirect("submissions:receipt", number=receipt.number)


@access(policies.owns_submission)
@step_up
def withdraw(request: ViewerRequest, submission: int) -> HttpResponse:
    row = _submission(submission)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(row, actor=request.viewer.actor, reason=form.cleaned_data["reason"])
        except actions.SubmissionRefused as error:
            return _refused(request, error, "submissions:submission", submission=submission)
        messages.success(request, _("Withdrawn. The receipt stays readable."))
        return redirect("submissions:submission", submission=submission)
    return render(request, "submissions/withdraw.html", {"submission": row, "form": form})


@access(policies.sees_receipt)
@require_safe
def receipt_page(request: ViewerRequest, number: str) -> HttpResponse:
    row = get_object_or_404(Receipt.objects.select_related("submission__entry__phase"), number=number)
    return render(
        request, "submissions/receipt.html", {"receipt": row, "proof": selectors.receipt_document(row)["ledger"]}
    )


@access(policies.sees_receipt)
@require_safe
def receipt_file(request: ViewerRequest, number: str) -> HttpResponse:
    document = selectors.receipt_document(get_object_or_404(Receipt, number=number))
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="receipt-{number}.json"'
    return response


@access(policies.sees_submission)
@require_safe
def evidence(request: ViewerRequest, submission: int) -> HttpResponse:
    row = _submission(submission)
    return render(request, "submissions/evidence.html", {"submission": row, "dossier": selectors.dossier(row)})


@access(policies.sees_run)
@require_safe
def run_page(request: ViewerRequest, run: int) -> HttpResponse:
    row = get_object_or_404(SubmissionRun.objects.select_related("submission__entry"), pk=run)
    return render(request, "submissions/run.html", {"row": row, "detail": selectors.run_detail(row)})


def _submission(pk: int) -> Submission:
    return get_object_or_404(Submission.objects.select_related("entry__phase__programme", "entry__consortium"), pk=pk)


def _submission_page(request: ViewerRequest, row: Submission, form: SubmitForm, status: int = 200) -> HttpResponse:
    context = {
        "submission": row,
        "checklist": selectors.checklist(row),
        "missing": actions.missing_roles(row),
        "deadline": deadline_of(row.entry),
        "runs": selectors.runs_of(row),
        "form": form,
        "may_change": policies.owns_submission(request.viewer, row.pk).allowed,
        "is_draft": row.state == State.DRAFT,
        "server": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "submissions/submission.html", context, status=status)


def _refused(request: HttpRequest, error: actions.SubmissionRefused, target: str, **kwargs: Any) -> HttpResponse:
    messages.error(request, f"{error.detail} {error.hint}".strip())
    return redirect(target, **kwargs)
