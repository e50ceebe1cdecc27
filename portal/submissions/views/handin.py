"""Pages of the hand-in: team home, draft, sealing, withdrawal."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.artifacts.models import Upload
from portal.common.access import ViewerRequest, access, step_up
from portal.common.acts import status_of, tried
from portal.consortia.models import Entry
from portal.submissions import actions, policies, selectors
from portal.submissions.enums import State
from portal.submissions.forms import ItemForm, SubmitForm, WithdrawForm
from portal.submissions.models import Submission, SubmissionItem
from portal.submissions.views.uploads import upload_context


@access(policies.has_team)
@require_safe
def team_home(request: ViewerRequest) -> HttpResponse:
    """Show the team's entries, and what it sent and has not handed in."""
    context = {
        "entries": selectors.team_entries(request.viewer),
        "loose": selectors.loose_uploads(request.viewer),
    }
    return render(request, "submissions/home.html", context)


@access(policies.owns_entry)
@require_POST
def open_draft(request: ViewerRequest, entry: int) -> HttpResponse:
    """Open the next version and go there."""
    row = get_object_or_404(Entry, pk=entry)
    opened: list[Submission] = []
    done = _("The draft is open. Nothing counts until it is handed in.")
    if not tried(request, lambda: opened.append(actions.open_draft(row, actor=request.viewer.actor)), done=done):
        return redirect("submissions:home")
    return redirect("submissions:submission", submission=opened[0].pk)


@access(policies.sees_submission)
@require_safe
def submission_page(request: ViewerRequest, submission: int) -> HttpResponse:
    """Show one version, draft or sealed."""
    return show_submission(request, submission_or_404(submission))


@access(policies.owns_submission)
@require_POST
def add_item(request: ViewerRequest, submission: int) -> HttpResponse:
    """Put an upload that is in no hand-in yet into this draft."""
    row = submission_or_404(submission)
    form = ItemForm(request.POST, loose=selectors.loose_uploads_for(row))

    def add() -> None:
        upload = Upload.objects.get(pk=form.cleaned_data["upload"], owner=row.entry.consortium.account_key)
        values = {name: form.cleaned_data[name] for name in ("role", "step", "tokens")}
        actions.add_upload(row, upload=upload, actor=request.viewer.actor, **values)

    if form.is_valid() and tried(request, add, done=_("Added to the draft."), form=form):
        return redirect("submissions:submission", submission=submission)
    return show_submission(request, row, item_form=form)


@access(policies.owns_submission)
@require_POST
def remove_item(request: ViewerRequest, submission: int, item: int) -> HttpResponse:
    """Take a part out of the draft."""
    row = get_object_or_404(SubmissionItem, pk=item, submission=submission)
    done = _("Removed from the draft. The uploaded files are kept.")
    tried(request, lambda: actions.remove_item(row, actor=request.viewer.actor), done=done)
    return redirect("submissions:submission", submission=submission)


@access(policies.owns_submission)
@step_up
@require_POST
def submit(request: ViewerRequest, submission: int) -> HttpResponse:
    """Hand in and go to the receipt."""
    row = submission_or_404(submission)
    form = SubmitForm(request.POST)

    def act() -> None:
        actions.submit(row, actor=request.viewer.actor)

    if form.is_valid() and tried(request, act, done=_("Handed in. This is your receipt."), form=form):
        return redirect("submissions:receipt", number=submission_or_404(submission).receipt.number)
    return show_submission(request, row, form=form)


@access(policies.owns_submission)
@step_up
def withdraw(request: ViewerRequest, submission: int) -> HttpResponse:
    """Take a version back, with the reason."""
    row = submission_or_404(submission)
    form = WithdrawForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        actions.withdraw(row, actor=request.viewer.actor, reason=form.cleaned_data["reason"])

    if form.is_valid() and tried(request, act, done=_("Withdrawn. The receipt stays readable."), form=form):
        return redirect("submissions:submission", submission=submission)
    context = {"submission": row, "form": form, "counting": selectors.current_submission(row.entry)}
    return render(request, "submissions/withdraw.html", context, status=status_of(form))


def submission_or_404(pk: int) -> Submission:
    """Return the submission with what its pages say of it."""
    rows = Submission.objects.select_related("entry__phase__programme", "entry__consortium", "entry__ruleset")
    return get_object_or_404(rows, pk=pk)


def show_submission(
    request: ViewerRequest, row: Submission, *, form: SubmitForm | None = None, item_form: ItemForm | None = None
) -> HttpResponse:
    """Show the draft or the sealed submission, with its forms as they stand: a refused one answers 422."""
    mine, is_draft = policies.owns_submission(request.viewer, row.pk).allowed, row.state == State.DRAFT
    loose = selectors.loose_uploads_for(row) if mine and is_draft else []
    form, item_form = form or SubmitForm(), item_form or ItemForm(loose=loose)
    context: dict[str, Any] = {
        "submission": row,
        "checklist": selectors.checklist(row),
        "missing": actions.missing_roles(row),
        "window": selectors.window_of(row.entry),
        "outstanding": selectors.outstanding(row),
        "counting": selectors.current_submission(row.entry),
        "runs": selectors.runs_of(row),
        "form": form,
        "loose": loose,
        "item_form": item_form,
        "may_change": mine,
        "is_draft": is_draft,
        **upload_context(request, row),
    }
    status = max(status_of(form), status_of(item_form))
    return render(request, "submissions/submission.html", context, status=status)
