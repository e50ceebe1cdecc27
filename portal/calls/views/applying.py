"""Applying: one's applications, the form, consents asked for, handing in, withdrawing."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.models import User
from portal.calls import actions
from portal.calls.errors import Conflict
from portal.calls.forms import ApplicationForm, ApplyForm, HandInForm, ReasonForm
from portal.calls.models import Application
from portal.calls.policies import applies, manages_application, owns_application
from portal.calls.selectors import applications as reads
from portal.calls.selectors.calls import is_receiving, requirements_of, terms_of
from portal.calls.views.flow import get_call, page, replaced
from portal.common.access import ViewerRequest, access, role, step_up
from portal.common.acts import CONFLICT, REFUSALS, REFUSED, refuse, tried
from portal.review.views.flow import person


@access(role("team"))
@require_safe
def own_applications(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    context = {
        "applications": [(row, terms_of(row.call)) for row in reads.applications_for(viewer)],
        "invitations": [(row, terms_of(row.call)) for row in reads.invitations_to(viewer)],
        "consents": [(row, terms_of(row.application.call)) for row in reads.consents_asked_of(viewer)],
    }
    return page(request, "calls/applications.html", context)


@access(applies)
@require_http_methods(["GET", "POST"])
def apply(request: ViewerRequest, call: int) -> HttpResponse:
    """Choose the consortium; it has one application to a call, and that is opened again."""
    found = get_call(call)
    form = ApplyForm(request.POST or None, viewer=request.viewer, call=found)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.open_application(found, consortium=form.cleaned_data["consortium"], opened_by=person(request))
        except REFUSALS as refusal:
            refuse(form, refusal)
        else:
            return redirect("calls:application", application=row.pk)
    context = {"call": found, "terms": terms_of(found), "form": form, "receiving": is_receiving(found)}
    return page(request, "calls/apply.html", context)


def get_application(pk: int) -> Application:
    rows = Application.objects.select_related(
        "call__phase__programme", "call__terms", "consortium", "plan_bundle", "earlier_decision__phase"
    )
    return get_object_or_404(rows, pk=pk)


@access(owns_application)
@require_http_methods(["GET", "POST"])
def application(request: ViewerRequest, application: int) -> HttpResponse:
    """The whole application on one page: text, consents, what misses, what was handed in."""
    row = get_application(application)
    if request.method == "GET":
        return _page(request, row)
    if not manages_application(request.viewer, row.pk).allowed:
        messages.error(request, _("Only a manager of the consortium may do this."))
        return redirect("calls:application", application=row.pk)
    return _save(request, row)


def _save(request: ViewerRequest, row: Application) -> HttpResponse:
    form = ApplicationForm(request.POST, application=row)
    if not form.is_valid():
        return _page(request, row, form=form, status=REFUSED)
    revision = form.cleaned_data["revision"]
    try:
        actions.save_application(row, content=form.content, revision=revision, saved_by=person(request))
    except Conflict as conflict:
        # the next save is made on what stands now, which the page shows beside the text
        form.data = replaced(request.POST, revision=conflict.current["revision"])
        form.add_error(None, str(conflict))
        return _page(request, row, form=form, status=CONFLICT, conflict=conflict)
    except REFUSALS as refusal:
        refuse(form, refusal)
        return _page(request, row, form=form, status=REFUSED)
    messages.success(request, _("Saved. Nothing is handed in yet."))
    return redirect("calls:application", application=row.pk)


def _page(
    request: ViewerRequest,
    row: Application,
    *,
    form: ApplicationForm | None = None,
    hand_in_form: HandInForm | None = None,
    status: int = 200,
    conflict: Conflict | None = None,
) -> HttpResponse:
    writable = row.state in ("draft", "handed_in", "withdrawn") and is_receiving(row.call)
    manages = manages_application(request.viewer, row.pk).allowed
    digest = row.content_digest
    answers = {item.institution_id: item for item in row.consents.select_related("answered_by")}
    members = [(place, answers.get(place.institution_id)) for place in reads.members_asked(row)]
    context = {
        "application": row,
        "terms": terms_of(row.call),
        "form": form or ApplicationForm(initial=ApplicationForm.initial_of(row), application=row),
        "hand_in_form": hand_in_form or HandInForm(auto_id="hand_in_%s"),
        "editable": writable and manages,
        "writable": writable,
        "manages": manages,
        "holes": reads.holes_in(row),
        "digest": digest,
        "members": [
            (place, item, item is not None and item.content_digest == digest and item.state == "given")
            for place, item in members
        ],
        "earlier": reads.earlier_decisions(row.consortium, row.call.phase.programme),
        "requirements": requirements_of(row.call),
        "versions": row.versions.select_related("handed_in_by"),
        "notice": reads.notice_of(row),
        "may_withdraw": manages and row.state == "handed_in" and row.call.state in ("open", "closed"),
        "conflict": conflict,
    }
    return page(request, "calls/application.html", context, status=status)


@access(manages_application)
@require_POST
def ask(request: ViewerRequest, application: int) -> HttpResponse:
    row = get_application(application)
    act = partial(actions.ask_consents, row, asked_by=person(request))
    tried(request, act, done=_("The contacts of the members are asked by mail. They answer on a page of their own."))
    return redirect("calls:application", application=row.pk)


@access(manages_application)
@step_up
@require_POST
def hand_in(request: ViewerRequest, application: int) -> HttpResponse:
    row = get_application(application)
    form = HandInForm(request.POST, auto_id="hand_in_%s")
    if not form.is_valid():
        return _page(request, row, hand_in_form=form, status=REFUSED)
    user: User = person(request)
    try:
        version = actions.hand_in(row, handed_in_by=user)
    except REFUSALS as refusal:
        refuse(form, refusal)
        return _page(request, get_application(application), hand_in_form=form, status=REFUSED)
    messages.success(request, _("Handed in. This is your receipt."))
    return redirect("calls:receipt", number=version.number)


@access(manages_application)
@step_up
@require_http_methods(["GET", "POST"])
def withdraw(request: ViewerRequest, application: int) -> HttpResponse:
    row = get_application(application)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        act = partial(actions.withdraw_application, row, withdrawn_by=person(request), reason=reason)
        if tried(request, act, form=form, done=_("Withdrawn. The receipt stays readable.")):
            return redirect("calls:application", application=row.pk)
    return page(request, "calls/withdraw.html", {"application": row, "terms": terms_of(row.call), "form": form})
