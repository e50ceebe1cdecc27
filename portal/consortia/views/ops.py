"""Staff pages: amendments and their hearing, proposals, advance rulings, deadlines of single entries."""

from functools import partial
from typing import Any

import yaml
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.access import access, step_up_to_act
from portal.common.acts import tried
from portal.common.posted import text_in
from portal.common.viewer import viewer_of
from portal.consortia import actions, selectors
from portal.consortia.enums import QuestionState
from portal.consortia.forms import AmendmentForm, EntryDeadlineForm, OpenRoundForm, ReasonForm, RulingForm
from portal.consortia.models import Amendment, ComponentQuestion, Entry, ProposalRound
from portal.consortia.policies import (
    oversees_amendment,
    oversees_phase,
    sees_proposals,
    sees_question,
    sees_questions,
    sets_entry_deadline,
)
from portal.consortia.selectors import amendments as hearings
from portal.consortia.selectors import proposals as rounds
from portal.consortia.selectors import rulings as questions
from portal.consortia.transitions import AMENDMENT, PROPOSALS
from portal.consortia.views.flow import form_page
from portal.consortia.views.team import component_titles, item_titles
from portal.programmes.differences import differences
from portal.programmes.models import Phase


def _phase(number: int) -> Phase:
    return get_object_or_404(Phase.objects.select_related("programme", "ruleset"), pk=number)


def _must_be(request: HttpRequest, *roles: str) -> None:
    if not viewer_of(request).has_role(*roles):
        raise PermissionDenied(_("Your role does not allow this step."))


@access(oversees_phase)
@require_http_methods(["GET", "POST"])
def amendments(request: HttpRequest, phase_id: int) -> HttpResponse:
    """What was put to the teams, and the form for the next amendment, with the present text in it."""
    phase = _phase(phase_id)
    if request.method == "POST":
        _must_be(request, "officer")
    text = (
        yaml.safe_dump(phase.ruleset.document, allow_unicode=True, sort_keys=False, width=120) if phase.ruleset else ""
    )
    form = AmendmentForm(request.POST if request.method == "POST" else None, initial={"document": text})
    if request.method == "POST" and form.is_valid():
        act = partial(actions.propose_amended_text, phase, **form.cleaned_data, actor=viewer_of(request))
        if tried(request, act, form=form, done=_("The amendment is put to the teams.")):
            return redirect("ops_consortia:amendments", phase_id=phase.pk)
    context = {
        "phase": phase,
        "amendments": [(row, hearings.hearing_of(row)) for row in hearings.amendments_in(phase)],
        "may_propose": viewer_of(request).has_role("officer") and phase.state in actions.AMENDABLE,
        "form": form,
    }
    return form_page(request, "consortia/ops/amendments.html", context)


@access(oversees_amendment)
@step_up_to_act
@require_http_methods(["GET", "POST"])
def amendment(request: HttpRequest, amendment_id: int) -> HttpResponse:
    """Before and after, each team's answer, and the two ways it can end."""
    rows = Amendment.objects.select_related("before", "after", "phase__programme", "phase__ruleset")
    found = get_object_or_404(rows, pk=amendment_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        _must_be(request, "officer", "decider")
    if request.method == "POST" and form.is_valid():
        act = _ruling(request, found, form.cleaned_data["reason"])
        if tried(request, act, form=form, done=_("The amendment is ruled on.")):
            return redirect("ops_consortia:amendment", amendment_id=found.pk)
    viewer = viewer_of(request)
    context = {
        "phase": found.phase,
        "amendment": found,
        "changes": differences(found.before, found.after),
        "hearing": hearings.hearing_of(found),
        "events": [row.event for row in AMENDMENT if row.source == found.state and viewer.has_role(*row.by)],
        "form": form,
    }
    return form_page(request, "consortia/ops/amendment.html", context)


def _ruling(request: HttpRequest, found: Amendment, reason: str) -> Any:
    act = actions.adopt_amendment if request.POST.get("event") == "adopt" else actions.drop_amendment
    return partial(act, found, actor=viewer_of(request), reason=reason)


@access(sees_proposals)
@require_safe
def proposals(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Counts while the round is open, names once it is closed; targets as they stand from then on."""
    phase, viewer = _phase(phase_id), viewer_of(request)
    found = rounds.round_of(phase)
    names = rounds.team_names(phase)
    items = item_titles(phase)
    opened = bool(found and rounds.names_are_open(found))
    preview = rounds.result_document(found)["targets"] if found and opened else []
    context = {
        "phase": phase,
        "round": found,
        "counted": rounds.teams_counted(found) if found else 0,
        "choices": rounds.shown_choices(found, names) if found else [],
        "targets": [{**row, "team_name": names[row["team"]], "item_title": items.get(f"{row['part']}.{row['item']}", "")}
                    for row in preview],
        "results": found.results.order_by("version") if found else [],
        "events": [row for row in PROPOSALS if found and row.source == found.state and viewer.has_role(*row.by)],
        "may_open": not found and viewer.has_role("officer") and phase.state in actions.AMENDABLE,
        "minimum": rounds.minimum_for(phase),
        "form": OpenRoundForm(),
    }  # fmt: skip
    return render(request, "consortia/ops/proposals.html", context)


@access(sees_proposals)
@step_up_to_act
@require_POST
def move_proposals(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Open the round, or take one step of its table."""
    phase, viewer, event = _phase(phase_id), viewer_of(request), request.POST.get("event", "")
    _must_be(request, "decider" if event == "freeze" else "officer")
    if event == "open":
        form = OpenRoundForm({"minimum": 3, **request.POST.dict()})
        minimum = form.cleaned_data["minimum"] if form.is_valid() else None
        tried(
            request,
            partial(actions.open_proposals, phase, actor=viewer, minimum=minimum),
            done=_("Proposals are open."),
        )
    else:
        found = get_object_or_404(ProposalRound, phase=phase)
        reason = text_in(request.POST, "reason")
        act = partial(actions.move_proposals, found, event, actor=viewer, reason=reason)
        tried(request, act, done=_("The round of proposals moved on."))
    return redirect("ops_consortia:proposals", phase_id=phase.pk)


@access(sees_questions)
@require_safe
def rulings(request: HttpRequest, phase_id: int) -> HttpResponse:
    phase = _phase(phase_id)
    titles = component_titles(phase)
    rows = [(row, titles.get(row.component, row.component)) for row in questions.questions_in(phase)]
    return render(request, "consortia/ops/rulings.html", {"phase": phase, "questions": rows})


@access(sees_question)
@step_up_to_act
@require_http_methods(["GET", "POST"])
def ruling(request: HttpRequest, question_id: int) -> HttpResponse:
    rows = ComponentQuestion.objects.select_related("entry__consortium", "phase__programme", "phase__ruleset")
    found = get_object_or_404(rows, pk=question_id)
    if request.method == "POST":
        _must_be(request, "officer")
    form = RulingForm(request.POST if request.method == "POST" else None, initial={"published": found.text})
    if request.method == "POST" and form.is_valid():
        act = partial(actions.give_ruling, found, **form.cleaned_data, actor=viewer_of(request))
        if tried(request, act, form=form, done=_("The ruling is published, and the team was told.")):
            return redirect("ops_consortia:rulings", phase_id=found.phase_id)
    context = {
        "phase": found.phase,
        "question": found,
        "component": questions.component_titled(found.phase, found.component),
        "earlier": [row for row in questions.rulings_in(found.phase) if row.question.component == found.component],
        "may_rule": found.state == QuestionState.ASKED and viewer_of(request).has_role("officer"),
        "form": form,
    }
    return form_page(request, "consortia/ops/ruling.html", context)


@access(oversees_phase)
@require_safe
def deadlines(request: HttpRequest, phase_id: int) -> HttpResponse:
    phase = _phase(phase_id)
    rows = [(entry, selectors.deadline_of(entry)) for entry in selectors.entries_in(phase)]
    context = {"phase": phase, "rows": rows, "may_set": viewer_of(request).has_role("officer")}
    return render(request, "consortia/ops/deadlines.html", context)


@access(sets_entry_deadline)
@require_http_methods(["GET", "POST"])
def deadline(request: HttpRequest, entry_id: int) -> HttpResponse:
    found = get_object_or_404(Entry.objects.select_related("consortium", "phase__programme"), pk=entry_id)
    form = EntryDeadlineForm(
        request.POST if request.method == "POST" else None, initial={"deadline": selectors.deadline_of(found)}
    )
    if request.method == "POST" and form.is_valid():
        act = partial(actions.set_entry_deadline, found, **form.cleaned_data, actor=viewer_of(request))
        if tried(request, act, form=form, done=_("The entry has a deadline of its own.")):
            return redirect("ops_consortia:deadlines", phase_id=found.phase_id)
    context = {"phase": found.phase, "entry": found, "form": form}
    return form_page(request, "consortia/ops/deadline.html", context)
