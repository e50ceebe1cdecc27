"""Programmes and phases written down and corrected by an officer."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.forms import Field
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.common.access import access
from portal.common.acts import CONFLICT, status_of, tried
from portal.common.time import kst
from portal.common.viewer import viewer_of
from portal.programmes import actions, selectors
from portal.programmes.forms import PhaseForm, ProgrammeForm, initial_of
from portal.programmes.models import Phase, Programme
from portal.programmes.policies import changes_phase, changes_programme, editable_fields, plans
from portal.programmes.transitions import PLAN
from portal.programmes.views.base import initial_or_posted


@access(plans)
@require_http_methods(["GET", "POST"])
def new_programme(request: HttpRequest) -> HttpResponse:
    form = initial_or_posted(request, ProgrammeForm)
    if form.is_bound and form.is_valid():
        done = _("The programme is there. Add its phases next.")
        act = partial(actions.create_programme, form.facts(), actor=viewer_of(request))
        if tried(request, act, done=done, form=form):
            return redirect("ops_programmes:list")
    return render(request, "programmes/ops_plan.html", {"form": form, "making": "programme"}, status=status_of(form))


@access(changes_programme)
@require_http_methods(["GET", "POST"])
def edit_programme(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Programme, slug=slug)
    form = initial_or_posted(request, ProgrammeForm, initial=_as_seen(found, ["slug", "name_ko", "name_en"]))
    if form.is_bound and form.is_valid():
        act = partial(
            actions.edit_programme, found, form.changes(), seen=form.cleaned_data["seen"], actor=viewer_of(request)
        )
        if tried(request, act, done=_("The programme is changed."), form=form):
            return redirect("ops_programmes:list")
    status = status_of(form)
    context = {"form": form, "programme": found, "conflict": status == CONFLICT}
    return render(request, "programmes/ops_plan.html", context, status=status)


@access(changes_programme)
@require_http_methods(["GET", "POST"])
def new_phase(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Programme, slug=slug)
    number = selectors.next_number(found)
    form = initial_or_posted(request, PhaseForm, initial={"number": number, "slug": f"{found.slug}-{number}"})
    if form.is_bound and form.is_valid():
        act = partial(actions.create_phase, found, form.facts(), actor=viewer_of(request))
        if tried(request, act, done=_("The phase is there. Write its rules next."), form=form):
            return redirect("ops_programmes:phase", phase=form.cleaned_data["slug"])
    context = {"form": form, "programme": found, "making": "phase"}
    return render(request, "programmes/ops_plan.html", context, status=status_of(form))


@access(changes_phase)
@require_http_methods(["GET", "POST"])
def edit_phase(request: HttpRequest, phase: str) -> HttpResponse:
    found = selectors.phase_by_slug(phase)
    editable = editable_fields(found)
    form = initial_or_posted(request, PhaseForm, initial=_as_seen(found, editable), editable=editable)
    if form.is_bound and form.is_valid():
        act = partial(
            actions.edit_phase, found, form.changes(), seen=form.cleaned_data["seen"], actor=viewer_of(request)
        )
        if tried(request, act, done=_("The phase is changed."), form=form):
            return redirect("ops_programmes:phase", phase=form.cleaned_data.get("slug", found.slug))
    status = status_of(form)
    context = {
        "form": form if editable else None,
        "phase": found,
        "programme": found.programme,
        "fixed": [(field.label, _shown(getattr(found, name))) for name, field in _fields() if name not in editable],
        "conflict": status == CONFLICT,
    }
    return render(request, "programmes/ops_plan.html", context, status=status)


def _fields() -> list[tuple[str, Field]]:
    return [(name, PhaseForm.base_fields[name]) for name in PhaseForm.field_order if name in PLAN]


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return kst(value) if isinstance(value, datetime) else value


def _as_seen(row: Programme | Phase, names: Collection[str]) -> dict[str, object]:
    return {**initial_of(row, names), "seen": selectors.fingerprint(row)}
