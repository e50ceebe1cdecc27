"""Operations: periods, what is due, holds, and destruction by two people."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.artifacts.stores import current_store
from portal.common.access import access, step_up_to_act
from portal.common.acts import status_of, tried
from portal.common.posted import number_in
from portal.common.viewer import viewer_of
from portal.consortia.models import Entry
from portal.consortia.policies import takes_part
from portal.custody import actions, policies
from portal.custody.certificate import certificate_paper
from portal.custody.forms import ReasonForm, RetentionForm
from portal.custody.labels import role_label
from portal.custody.models import CheckpointDraw, Destruction, Hold, RetentionRule
from portal.custody.selectors.deposits import calls_of
from portal.custody.selectors.retention import (
    holds_on,
    in_the_way,
    in_the_way_of,
    items_to_destroy,
    keeping_in,
    keeping_of,
    rule_for,
)
from portal.letters.papers.download import handed_over, of_document
from portal.programmes.models import Phase


@access(policies.oversees_custody)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Phases with their periods. Those of a programme in which the viewer's own team takes part are left out."""
    viewer = viewer_of(request)
    phases = Phase.objects.select_related("programme").order_by("programme__slug", "number")
    seen = [phase for phase in phases if not takes_part(viewer, phase.programme_id)]
    rows = [(phase, rule_for(phase)) for phase in seen]
    return render(request, "custody/ops/home.html", {"rows": rows, "sealed": current_store().sealed})


@access(policies.oversees_phase)
@require_safe
def phase(request: HttpRequest, phase_id: int) -> HttpResponse:
    found = _phase(phase_id)
    context = {
        "phase": found,
        "rule": rule_for(found),
        "rules": RetentionRule.objects.filter(Q(phase=found) | Q(phase=None, programme=found.programme_id)),
        "kept": keeping_in(found),
        "draws": CheckpointDraw.objects.filter(phase=found),
        "may_write": viewer_of(request).has_role("officer"),
    }
    return render(request, "custody/ops/phase.html", context)


@access(policies.runs_phase)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def retention(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Set the period of one phase, or of all phases without one of their own. The history stays; the last rule counts."""
    found = _phase(phase_id)
    rule = rule_for(found)
    start = {"days": rule.days, "roles": rule.roles} if rule else {"roles": actions.destroyable_roles()}
    form = RetentionForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        phase = None if facts.pop("everywhere") else found
        act = partial(actions.set_retention, found.programme, phase=phase, by=viewer_of(request), **facts)
        if tried(request, act, form=form, done=_("The period is set.")):
            return redirect("ops_custody:phase", phase_id=found.pk)
    return render(request, "custody/ops/retention.html", {"phase": found, "form": form}, status=status_of(form))


@access(policies.oversees_entry)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry: what would be destroyed, what is in the way, holds; propose a destruction."""
    found = get_object_or_404(Entry.objects.select_related("consortium", "phase__programme"), pk=entry_id)
    forms = {name: ReasonForm(auto_id=f"{name}_%s") for name in ("hold", "lift", "propose")}
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    if wanted in forms:
        form = forms[wanted] = ReasonForm(request.POST, auto_id=f"{wanted}_%s")
        if form.is_valid() and _entry_act(request, found, wanted, form):
            return redirect("ops_custody:entry", entry_id=found.pk)
    rule = rule_for(found.phase)
    context: dict[str, Any] = {
        "phase": found.phase,
        "entry": found,
        "kept": keeping_of(found),
        "obstacles": in_the_way(found),
        "items": [(role_label(item.role), item.bundle) for item in items_to_destroy(found, rule)] if rule else [],
        "holds": holds_on(found),
        "lifted": Hold.objects.filter(entry=found, state="lifted"),
        "calls": calls_of(found.pk),
        "destructions": Destruction.objects.filter(entry=found),
        "forms": forms,
        "wanted": wanted,
        "may_write": viewer_of(request).has_role("officer"),
    }
    status = status_of(forms[wanted]) if wanted in forms else 200
    return render(request, "custody/ops/entry.html", context, status=status)


def _entry_act(request: HttpRequest, entry: Entry, wanted: str, form: ReasonForm) -> bool:
    viewer, reason = viewer_of(request), form.cleaned_data["reason"]
    hold = Hold.objects.filter(entry=entry, pk=number_in(request.POST, "hold", default=0)).first()
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "hold": (
            partial(actions.place_hold, entry, reason=reason, by=viewer),
            _("Everything of the entry is on hold."),
        ),
        "propose": (
            partial(actions.propose_destruction, entry, reason=reason, by=viewer),
            _("The destruction is proposed; a decider decides on it."),
        ),
    }
    if hold is not None:
        acts["lift"] = (partial(actions.lift_hold, hold, reason=reason, by=viewer), _("The hold is lifted."))
    if wanted not in acts:
        form.add_error(None, _("This hold does not stand any more."))
        return False
    act, done = acts[wanted]
    return tried(request, act, form=form, done=done)


@access(policies.oversees_destruction)
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_to_act
def destruction(request: HttpRequest, destruction_id: int) -> HttpResponse:
    """The list that is decided on; a second person approves it or drops it."""
    row = _destruction(destruction_id)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    drop = ReasonForm(request.POST if wanted == "drop" else None, auto_id="drop_%s")
    if wanted == "approve":
        act = partial(actions.approve_destruction, row, by=viewer_of(request))
        tried(
            request, act, done=_("Approved. The portal destroys the bytes within a minute and writes the certificate.")
        )
        return redirect("ops_custody:destruction", destruction_id=row.pk)
    if wanted == "drop" and drop.is_valid():
        act = partial(actions.drop_destruction, row, reason=drop.cleaned_data["reason"], by=viewer_of(request))
        if tried(request, act, form=drop, done=_("The proposal is dropped; everything stays.")):
            return redirect("ops_custody:destruction", destruction_id=row.pk)
    viewer = viewer_of(request)
    context = {
        "phase": row.entry.phase,
        "entry": row.entry,
        "destruction": row,
        "items": [(role_label(item.role), item.bundle) for item in row.items.select_related("bundle")],
        "obstacles": in_the_way_of(row) if row.state in ("proposed", "approved") else [],
        "drop": drop,
        "may_approve": viewer.has_role("decider") and viewer.actor != row.proposed_by,
        "may_drop": viewer.has_role("officer", "decider"),
    }
    return render(request, "custody/ops/destruction.html", context, status=status_of(drop))


@access(of_document(policies.oversees_destruction))
@require_safe
def certificate(request: HttpRequest, destruction_id: int, form: str) -> HttpResponse:
    row = _destruction(destruction_id)
    if row.document is None:
        return render(request, "404.html", status=404)
    return handed_over(request, certificate_paper(row), form=form, name=f"destruction-{row.pk}")


def _phase(number: int) -> Phase:
    return get_object_or_404(Phase.objects.select_related("programme"), pk=number)


def _destruction(number: int) -> Destruction:
    rows = Destruction.objects.select_related("entry__consortium", "entry__phase__programme")
    return get_object_or_404(rows, pk=number)
