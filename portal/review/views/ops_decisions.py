"""Operations: minutes, decisions with two people, notices, objections, vacancy and call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.common.access import ViewerRequest, access, step_up, step_up_to_act
from portal.common.acts import tried
from portal.programmes.models import Phase
from portal.review import actions
from portal.review.actions import Draft
from portal.review.decision_forms import LaterForm
from portal.review.enums import Basis, Outcome
from portal.review.forms import (
    CallForm,
    DecisionForm,
    MinutesChoiceForm,
    ReasonForm,
    VacancyForm,
)
from portal.review.models import Decision, Notice
from portal.review.policies import rules, visible_to
from portal.review.selectors.decisions import affected_entries, decisions_of, standing_decision, undecided_entries
from portal.review.views.flow import person, tried_and_go
from portal.review.views.ops_phase import get_phase

UNPROCESSABLE = 422


@access(rules.oversees_phase)
def decisions(request: ViewerRequest, phase_id: int) -> HttpResponse:
    """The log of decisions, what is missing before the phase is decided, and the form for a draft."""
    phase = get_phase(phase_id)
    form = DecisionForm(request.POST or None, phase=phase)
    posted = request.method == "POST"
    if posted and form.is_valid() and tried(request, lambda: _draft(request, form), done=_("The decision is drafted.")):
        return redirect("ops:decisions", phase_id=phase.pk)
    shown = {row.pk for row in visible_to(request.viewer, Decision.objects.filter(phase=phase))}
    context = {
        "phase": phase,
        "form": form,
        "vacancy_form": VacancyForm(auto_id="vacancy_%s"),
        "decisions": [row for row in decisions_of(phase) if row.pk in shown],
        "missing": undecided_entries(phase) if phase.state == "tallied" else [],
        "officer": request.viewer.has_role("officer"),
        "decider": request.viewer.has_role("decider"),
    }
    return render(request, "review/ops/decisions.html", context, status=UNPROCESSABLE if posted else 200)


def _draft(request: HttpRequest, form: DecisionForm) -> Decision:
    data = form.cleaned_data
    draft = Draft(Outcome(data["outcome"]), Basis(data["basis"]), data["public_rationale"], data["private_rationale"])
    supersedes = standing_decision(data["entry"]) if data["supersede"] else None
    return actions.draft_decision(data["entry"], draft=draft, drafted_by=person(request), supersedes=supersedes)


@dataclass(frozen=True)
class StepForms:
    """The forms of the decision page; the one of the step that was asked for is bound."""

    minutes: MinutesChoiceForm
    reason: ReasonForm
    call: CallForm
    later: LaterForm


@access(rules.sees_decision)
@step_up_to_act
def decision(request: ViewerRequest, decision_id: int) -> HttpResponse:
    """One decision with its minutes, and the step that its state and the viewer's role allow."""
    row = _decision(decision_id)
    posted = request.method == "POST"
    wanted = request.POST.get("do", "")
    forms = StepForms(
        minutes=MinutesChoiceForm(request.POST if wanted == "endorse" else None, phase=row.phase),
        reason=ReasonForm(request.POST if wanted in {"return", "discard"} else None),
        call=CallForm(request.POST if wanted == "call" else None, vacated=row.phase, auto_id="call_%s"),
        later=_later_form(row, request.POST if wanted == "later" else None),
    )
    if posted and wanted in STEPS and STEPS[wanted](request, row, forms):
        return redirect("ops:decision", decision_id=row.pk)
    context = {
        "decision": row,
        "phase": row.phase,
        "minutes_form": forms.minutes,
        "reason_form": forms.reason,
        "call_form": forms.call,
        "later_form": forms.later,
        "later": row.later.order_by("pk"),
        "appeal": getattr(row, "appeal", None),
        "officer": request.viewer.has_role("officer"),
        "decider": request.viewer.has_role("decider"),
        "vacancy": row.outcome == Outcome.VACATE_SEAT,
    }
    return render(request, "review/ops/decision.html", context, status=UNPROCESSABLE if posted else 200)


def _later_form(row: Decision, posted: Any) -> LaterForm:
    return LaterForm(posted, outcomes=actions.later_outcomes(row), entries=affected_entries(row), auto_id="later_%s")


def _decision(decision_id: int) -> Decision:
    rows = Decision.objects.select_related(
        "phase__programme", "phase__ruleset", "entry__consortium", "entry__phase", "tally", "minutes__panel",
        "drafted_by", "approved_by", "supersedes", "concerns", "call",
    )  # fmt: skip
    return get_object_or_404(rows, pk=decision_id)


def _endorse(request: HttpRequest, row: Decision, forms: StepForms) -> bool:
    if not forms.minutes.is_valid():
        return False
    held = forms.minutes.cleaned_data["minutes"]
    return tried(
        request,
        lambda: actions.endorse_decision(row, minutes=held, endorsed_by=person(request)),
        done=_("Endorsed."),
    )


def _approve(request: HttpRequest, row: Decision, forms: StepForms) -> bool:
    return tried(request, lambda: actions.approve_decision(row, approved_by=person(request)), done=_("Approved."))


def _return(request: HttpRequest, row: Decision, forms: StepForms) -> bool:
    return forms.reason.is_valid() and tried(
        request,
        lambda: actions.return_decision(row, returned_by=person(request), reason=forms.reason.cleaned_data["reason"]),
        done=_("The decision is returned to its drafter."),
    )


def _discard(request: HttpRequest, row: Decision, forms: StepForms) -> bool:
    return forms.reason.is_valid() and tried(
        request,
        lambda: actions.discard_decision(row, discarded_by=person(request), reason=forms.reason.cleaned_data["reason"]),
        done=_("The draft is discarded and kept on record."),
    )


def _notify(request: HttpRequest, row: Decision, forms: StepForms) -> bool:
    return tried(
        request, lambda: actions.notify_decision(row, notified_by=person(request)), done=_("The notice is sent.")
    )


def _finalise(request: HttpRequest, row: Decision, forms: StepForms) -> bool:
    return tried(
        request,
        lambda: actions.finalise_decision(row, finalised_by=person(request)),
        done=_("The decision is final."),
    )


def _open_call(request: HttpRequest, row: Decision, forms: StepForms) -> bool:
    if not forms.call.is_valid():
        return False
    data = forms.call.cleaned_data
    return tried(
        request,
        lambda: actions.open_additional_call(
            row, phase=data["phase"], closes_at=data["closes"], opened_by=person(request)
        ),
        done=_("The additional call is open."),
    )


def _draft_later(request: HttpRequest, row: Decision, forms: StepForms) -> bool:
    if not forms.later.is_valid():
        return False
    data = forms.later.cleaned_data
    draft = Draft(Outcome(data["outcome"]), Basis(data["basis"]), data["public_rationale"], data["private_rationale"])
    return tried(
        request,
        lambda: actions.draft_later_decision(row, draft=draft, drafted_by=person(request), entry=data.get("entry")),
        done=_("The later decision is drafted; it needs minutes, approval and a notice like any decision."),
    )


STEPS: dict[str, Callable[[HttpRequest, Decision, StepForms], bool]] = {
    "endorse": _endorse,
    "approve": _approve,
    "return": _return,
    "discard": _discard,
    "notify": _notify,
    "finalise": _finalise,
    "call": _open_call,
    "later": _draft_later,
}


@access(rules.runs_phase)
@require_POST
def vacancy(request: HttpRequest, phase_id: int) -> HttpResponse:
    phase, form = get_phase(phase_id), VacancyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the number of seats and the rationale."))
        return redirect("ops:decisions", phase_id=phase_id)
    data = form.cleaned_data
    return tried_and_go(
        request,
        lambda: actions.draft_vacancy(
            phase, seats=data["seats"], public_rationale=data["public_rationale"], drafted_by=person(request)
        ),
        done=_("The vacancy is drafted; it needs minutes and approval like any decision."),
        to="ops:decisions",
        phase_id=phase_id,
    )


@access(rules.oversees_phase)
@step_up
@require_POST
def decide(request: HttpRequest, phase_id: int) -> HttpResponse:
    phase = get_phase(phase_id)
    return tried_and_go(
        request,
        lambda: actions.decide_phase(phase, decided_by=person(request)),
        done=_("The phase is decided."),
        to="ops:decisions",
        phase_id=phase_id,
    )


@access(rules.runs_phase)
@step_up
@require_POST
def notify(request: HttpRequest, phase_id: int) -> HttpResponse:
    phase = get_phase(phase_id)
    return tried_and_go(
        request,
        lambda: actions.notify_phase(phase, notified_by=person(request)),
        done=_("Every team has its notice. The window for objections starts tomorrow."),
        to="ops:notices",
        phase_id=phase_id,
    )


@access(rules.oversees_phase)
@step_up
@require_POST
def finalise(request: HttpRequest, phase_id: int) -> HttpResponse:
    """The end of the objection window: every notified decision, and with them the phase."""
    phase = get_phase(phase_id)
    return tried_and_go(
        request,
        lambda: actions.finalise_phase(phase, finalised_by=person(request)),
        done=_("The phase and its decisions are final."),
        to="ops:decisions",
        phase_id=phase_id,
    )


@access(rules.oversees_phase)
def notices(request: ViewerRequest, phase_id: int) -> HttpResponse:
    phase: Phase = get_phase(phase_id)
    rows = visible_to(request.viewer, Notice.objects.filter(entry__phase=phase))
    return render(
        request,
        "review/ops/notices.html",
        {"phase": phase, "notices": rows.select_related("consortium", "sent_by", "read_by")},
    )
