"""The programme officer's pages: phases, rules, receiving, deadlines, calls. What comes after belongs to reviewing."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.access import access
from portal.common.transitions import TransitionError
from portal.common.viewer import viewer_of
from portal.programmes import actions, selectors, words
from portal.programmes.enums import PhaseState
from portal.programmes.errors import ProgrammeError
from portal.programmes.forms import CallForm, DeadlineForm, RulesForm
from portal.programmes.models import Call
from portal.programmes.policies import changes_phase, moves_call, runs_phase, sees_operations
from portal.programmes.ruleset import RuleSetError
from portal.programmes.views.public import rules_context

REFUSALS = (ProgrammeError, RuleSetError, TransitionError, PermissionDenied)


@access(sees_operations)
@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    return render(request, "programmes/ops_list.html", {"programmes": selectors.programmes()})


@access(runs_phase)
@require_safe
def phase(request: HttpRequest, phase: str) -> HttpResponse:
    found = selectors.phase_by_slug(phase)
    viewer = viewer_of(request)
    events = [event for event in selectors.events_open_to(viewer, found) if event in words.PHASE_EVENTS]
    context = {
        "phase": found,
        "stages": [label for _value, label in PhaseState.choices],
        "current": PhaseState.values.index(found.state) + 1,
        "events": [(event, words.PHASE_EVENTS[event]) for event in events if event != "freeze_rules"],
        "may_freeze": "freeze_rules" in events,
        "may_change": viewer.has_role("officer"),
        "changes": selectors.deadline_changes_of(found),
        "calls": [(call, _call_events(request, call)) for call in selectors.calls_of(found)],
        "deadline_can_move": found.state in (*actions.BEFORE_CLOSING, PhaseState.CLOSED),
    }
    return render(request, "programmes/ops_phase.html", context)


def _call_events(request: HttpRequest, call: Call) -> list[tuple[str, Any]]:
    open_to = selectors.call_events_open_to(viewer_of(request), call)
    return [(event, words.CALL_EVENTS[event]) for event in open_to]


@access(changes_phase)
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, phase: str) -> HttpResponse:
    found = selectors.phase_by_slug(phase)
    form = RulesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        document = form.cleaned_data["document"]
        done = _("The rule set stands and is the phase's now. It is not frozen yet.")
        if _tried(
            request, partial(actions.propose_rules, found, document, actor=viewer_of(request)), form=form, done=done
        ):
            return redirect("ops_programmes:phase", phase=found.slug)
    return render(request, "programmes/ops_rules.html", {"phase": found, "form": form})


@access(changes_phase)
@require_http_methods(["GET", "POST"])
def freeze(request: HttpRequest, phase: str) -> HttpResponse:
    """Show what will be fixed, with its digest, and fix it."""
    found = selectors.phase_by_slug(phase)
    if request.method == "POST":
        _tried(request, partial(actions.freeze_rules, found, actor=viewer_of(request)), done=_("The rules are frozen."))
        return redirect("ops_programmes:phase", phase=found.slug)
    context = {
        "phase": found,
        "version": found.ruleset,
        **(rules_context(found.ruleset.document) if found.ruleset else {}),
    }
    return render(request, "programmes/ops_freeze.html", context)


@access(runs_phase)
@require_POST
def move(request: HttpRequest, phase: str) -> HttpResponse:
    found = selectors.phase_by_slug(phase)
    event, reason = request.POST.get("event", ""), request.POST.get("reason", "")
    if event not in words.PHASE_EVENTS:
        messages.error(request, _("This step is taken on the page where its work is done."))
    else:
        step = partial(actions.move_phase, found, event, actor=viewer_of(request), reason=reason)
        _tried(request, step, done=_("The phase moved on."))
    return redirect("ops_programmes:phase", phase=found.slug)


@access(changes_phase)
@require_http_methods(["GET", "POST"])
def deadline(request: HttpRequest, phase: str) -> HttpResponse:
    found = selectors.phase_by_slug(phase)
    form = DeadlineForm(request.POST or None, initial={"closes_at": found.closes_at})
    if request.method == "POST" and form.is_valid():
        facts, viewer = form.cleaned_data, viewer_of(request)
        done = _("The deadline has moved, for every entry.")
        if _tried(request, partial(actions.change_deadline, found, **facts, actor=viewer), form=form, done=done):
            return redirect("ops_programmes:phase", phase=found.slug)
    return render(request, "programmes/ops_deadline.html", {"phase": found, "form": form})


@access(changes_phase)
@require_http_methods(["GET", "POST"])
def new_call(request: HttpRequest, phase: str) -> HttpResponse:
    found = selectors.phase_by_slug(phase)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts, viewer = form.cleaned_data, viewer_of(request)
        done = _("The call is drafted; open it on the page of the phase.")
        if _tried(request, partial(actions.draft_call, found, **facts, actor=viewer), form=form, done=done):
            return redirect("ops_programmes:phase", phase=found.slug)
    return render(request, "programmes/ops_call.html", {"phase": found, "form": form})


@access(moves_call)
@require_POST
def move_call(request: HttpRequest, call: int) -> HttpResponse:
    found = get_object_or_404(Call.objects.select_related("phase"), pk=call)
    event, reason = request.POST.get("event", ""), request.POST.get("reason", "")
    step = partial(actions.move_call, found, event, actor=viewer_of(request), reason=reason)
    _tried(request, step, done=_("The call moved on."))
    return redirect("ops_programmes:phase", phase=found.phase.slug)


def _tried(request: HttpRequest, act: Callable[[], object], *, done: str, form: Any = None) -> bool:
    """Carry out the act and say so; a refusal goes to the form, or above the next page."""
    try:
        act()
    except REFUSALS as refusal:
        if form is None:
            messages.error(request, _told(refusal))
        else:
            form.add_error(None, _told(refusal))
        return False
    messages.success(request, done)
    return True


def _told(refusal: Exception) -> str:
    """The table and the roles speak of states and events; a person gets a sentence."""
    if isinstance(refusal, TransitionError):
        return _("This step is not possible in the present state. The page shows what is.")
    if isinstance(refusal, PermissionDenied):
        return _("Your role does not allow this step.")
    return str(refusal)
