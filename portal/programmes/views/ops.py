"""The programme officer's pages: phases, rules, receiving, deadlines. What comes after belongs to reviewing."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.access import access
from portal.common.acts import OK, REFUSALS, REFUSED, status_of, told, tried
from portal.common.posted import text_in
from portal.common.viewer import viewer_of
from portal.programmes import actions, selectors, words
from portal.programmes.enums import PhaseState
from portal.programmes.forms import DeadlineForm
from portal.programmes.models import Phase
from portal.programmes.policies import changes_phase, editable_fields, runs_phase, sees_operations


@access(sees_operations)
@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    may_plan = viewer_of(request).has_role("officer")
    return render(request, "programmes/ops_list.html", {"programmes": selectors.programmes(), "may_plan": may_plan})


@access(runs_phase)
@require_safe
def phase(request: HttpRequest, phase: str) -> HttpResponse:
    return _phase_page(request, selectors.phase_by_slug(phase))


def _phase_page(request: HttpRequest, found: Phase, *, typed: dict[str, str] | None = None) -> HttpResponse:
    """`typed` are the event, the reason and why it was refused: they stay on the page, which then answers 422."""
    viewer = viewer_of(request)
    steps = [step for step in selectors.steps_open_to(viewer, found) if step.event in words.PHASE_EVENTS]
    context = {
        "phase": found,
        "stages": [label for _value, label in PhaseState.choices],
        "current": PhaseState.values.index(found.state) + 1,
        "steps": [(step, words.PHASE_EVENTS[step.event]) for step in steps if step.event != "freeze_rules"],
        "typed": typed,
        "may_freeze": any(step.event == "freeze_rules" for step in steps),
        "may_change": viewer.has_role("officer"),
        "may_edit": viewer.has_role("officer") and bool(editable_fields(found)),
        "draft": selectors.draft_of(found) if found.state == PhaseState.DRAFTED else None,
        "changes": selectors.deadline_changes_of(found),
        "calls": selectors.calls_of(found),
        "deadline_can_move": found.state in actions.DEADLINE_MOVES,
    }
    return render(request, "programmes/ops_phase.html", context, status=REFUSED if typed else OK)


@access(runs_phase)
@require_POST
def move(request: HttpRequest, phase: str) -> HttpResponse:
    found = selectors.phase_by_slug(phase)
    event, reason = request.POST.get("event", ""), text_in(request.POST, "reason")
    if event not in words.PHASE_EVENTS:
        messages.error(request, _("This step is taken on the page where its work is done."))
        return redirect("ops_programmes:phase", phase=found.slug)
    try:
        actions.move_phase(found, event, actor=viewer_of(request), reason=reason)
    except REFUSALS as refusal:
        typed = {"event": event, "reason": reason, "error": told(refusal)}
        return _phase_page(request, selectors.phase_by_slug(phase), typed=typed)
    messages.success(request, _("The phase moved on."))
    return redirect("ops_programmes:phase", phase=found.slug)


@access(changes_phase)
@require_http_methods(["GET", "POST"])
def deadline(request: HttpRequest, phase: str) -> HttpResponse:
    found = selectors.phase_by_slug(phase)
    form = DeadlineForm(request.POST or None, initial={"closes_at": found.closes_at})
    if request.method == "POST" and form.is_valid():
        facts, viewer = form.cleaned_data, viewer_of(request)
        done = _("The deadline has moved, for every entry.")
        act = partial(actions.change_deadline, found, **facts, actor=viewer)
        if tried(request, act, form=form, done=done):
            return redirect("ops_programmes:phase", phase=found.slug)
    return render(request, "programmes/ops_deadline.html", {"phase": found, "form": form}, status=status_of(form))
