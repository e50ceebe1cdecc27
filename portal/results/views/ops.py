"""The staff's pages of a release: prepare, approve by two people, make the digest public, publish, confirm, correct."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.common.access import access, step_up
from portal.programmes.models import Phase
from portal.results import actions, publication
from portal.results.enums import Scope, State
from portal.results.errors import ReleaseRefused
from portal.results.forms import CorrectForm, PrepareForm
from portal.results.models import Release
from portal.results.policies import audits_release, oversees_release, oversees_releases
from portal.results.presentation.pages import ROUND, round_context
from portal.results.presentation.words import state_tag


@access(oversees_releases)
def releases(request: HttpRequest, *, phase_id: int) -> HttpResponse:
    phase = get_object_or_404(Phase.objects.select_related("programme"), pk=phase_id)
    rows = [(row, state_tag(row.state)) for row in phase.releases.select_related("content")]
    context = {"phase": phase, "releases": rows, "form": PrepareForm()}
    return render(request, "results/ops/releases.html", context)


@access(oversees_releases)
@require_POST
@step_up
def prepare(request: HttpRequest, *, phase_id: int) -> HttpResponse:
    phase = get_object_or_404(Phase, pk=phase_id)
    form = PrepareForm(request.POST)
    if form.is_valid():
        try:
            made = actions.prepare_release(
                phase,
                scope=Scope(form.cleaned_data["scope"]),
                by=_person(request),
                embargo_until=form.cleaned_data["embargo_until"],
            )
        except ReleaseRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The release is prepared. Two people approve it next."))
            return redirect("results:ops-release", release=made.pk)
    rows = [(row, state_tag(row.state)) for row in phase.releases.select_related("content")]
    context = {"phase": phase, "releases": rows, "form": form}
    return render(request, "results/ops/releases.html", context, status=422)


@access(oversees_release)
def release(request: HttpRequest, *, release: int) -> HttpResponse:
    return _page(request, _row(release), CorrectForm())


@access(oversees_release)
def preview(request: HttpRequest, *, release: int) -> HttpResponse:
    """The public page as it will be, for those who approve it."""
    return render(request, ROUND, {**round_context(_row(release)), "is_preview": True})


@access(audits_release)
def auditor_bundle(request: HttpRequest, *, release: int) -> HttpResponse:
    row = _row(release)
    disposition = {"Content-Disposition": f'attachment; filename="auditor-release-{row.pk}.json"'}
    return HttpResponse(row.content.auditor, content_type="application/json", headers=disposition)


@access(oversees_release)
@require_POST
@step_up
def approve(request: HttpRequest, *, release: int) -> HttpResponse:
    return _act(request, release, actions.approve_release, _("Your approval is recorded."))


@access(oversees_release)
@require_POST
@step_up
def commit(request: HttpRequest, *, release: int) -> HttpResponse:
    return _act(request, release, actions.commit_digest, _("The digest is public."))


@access(oversees_release)
@require_POST
@step_up
def publish(request: HttpRequest, *, release: int) -> HttpResponse:
    return _act(request, release, publication.publish_release, _("The release is published as provisional."))


@access(oversees_release)
@require_POST
@step_up
def confirm(request: HttpRequest, *, release: int) -> HttpResponse:
    return _act(request, release, publication.confirm_release, _("The release is confirmed."))


@access(oversees_release)
@require_POST
@step_up
def correct(request: HttpRequest, *, release: int) -> HttpResponse:
    row, form = _row(release), CorrectForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    try:
        made = actions.correct_release(row, by=_person(request), reason=form.cleaned_data["reason"])
    except ReleaseRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("results:ops-release", release=row.pk)
    messages.success(request, _("The corrected version is prepared. Two people approve it next."))
    return redirect("results:ops-release", release=made.pk)


def _act(request: HttpRequest, release: int, step: Callable[..., Any], done: str) -> HttpResponse:
    """One step of a release; a refusal is shown on the release's page."""
    try:
        step(_row(release), by=_person(request))
    except ReleaseRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("results:ops-release", release=release)


def _page(request: HttpRequest, row: Release, form: CorrectForm, *, status: int = 200) -> HttpResponse:
    approvals = list(row.approvals.select_related("approver"))
    context = {
        "release": row,
        "tag": state_tag(row.state),
        "approvals": approvals,
        "has_approved": any(approval.approver_id == _person(request).pk for approval in approvals),
        "enough": len(approvals) >= actions.APPROVERS_NEEDED,
        "embargoed": row.embargo_until > timezone.now(),
        "can_correct": row.state in {State.PROVISIONAL, State.CONFIRMED} and not hasattr(row, "correction"),
        "form": form,
    }
    return render(request, "results/ops/release.html", context, status=status)


def _row(release: int) -> Release:
    rows = Release.objects.select_related("phase__programme", "content", "tally", "corrects")
    return get_object_or_404(rows, pk=release)


def _person(request: HttpRequest) -> Any:
    return request.user
