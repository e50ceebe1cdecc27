"""Operations: the additional verification that holds one verdict, with its questions and evidence."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.access import ViewerRequest, access
from portal.common.acts import tried
from portal.consortia.models import Entry
from portal.review import actions
from portal.review.decision_forms import EvidenceForm, HoldForm
from portal.review.forms import QuestionForm, ReasonForm
from portal.review.models import Verification
from portal.review.policies import rules
from portal.review.selectors.decisions import standing_decision
from portal.review.views.flow import person

UNPROCESSABLE = 422


@access(rules.runs_phase)
def hold(request: HttpRequest, phase_id: int, entry_id: int) -> HttpResponse:
    """Hold the verdict on one entry; the phase goes on without it."""
    rows = Entry.objects.select_related("phase__programme", "phase__ruleset", "consortium")
    entry = get_object_or_404(rows, pk=entry_id, phase_id=phase_id)
    form = HoldForm(request.POST or None)
    posted = request.method == "POST"
    if posted and form.is_valid():
        reason = form.cleaned_data["reason"]
        if tried(
            request,
            lambda: actions.hold_entry(entry, reason=reason, held_by=person(request)),
            done=_("The verdict is held. The team is told."),
        ):
            return redirect("ops:entry", phase_id=phase_id, entry_id=entry_id)
    context = {"phase": entry.phase, "entry": entry, "form": form}
    return render(request, "review/ops/hold.html", context, status=UNPROCESSABLE if posted else 200)


@access(rules.sees_verification)
def verification(request: ViewerRequest, verification_id: int) -> HttpResponse:
    """The round: why, what was asked and answered, what was looked at, and how it ended."""
    rows = Verification.objects.select_related(
        "entry__phase__programme", "entry__phase__ruleset", "entry__consortium", "reopened_by", "opened_by"
    )
    row = get_object_or_404(rows, pk=verification_id)
    posted = request.POST if request.method == "POST" else None
    wanted = posted.get("do", "") if posted is not None else ""
    bound = {name: _form(name, posted if name == wanted else None) for name in FORMS}
    if posted is not None and wanted in FORMS and _handled(request, row, wanted, bound[wanted]):
        return redirect("ops:verification", verification_id=row.pk)
    context = {
        "verification": row,
        "entry": row.entry,
        "phase": row.entry.phase,
        "forms": bound,
        "questions": row.questions.select_related("answer"),
        "evidence": row.evidence.select_related("added_by"),
        "standing": standing_decision(row.entry),
        "officer": request.viewer.has_role("officer"),
        "releasable": row.reopened_by_id is None and row.entry.phase.state in actions.HOLDING_STAGES,
        "now": timezone.now(),
    }
    return render(request, "review/ops/verification.html", context, status=200 if posted is None else UNPROCESSABLE)


FORMS: dict[str, type[forms.Form]] = {"ask": QuestionForm, "evidence": EvidenceForm, "release": ReasonForm}


def _form(name: str, posted: Any) -> forms.Form:
    return FORMS[name](posted, auto_id=f"{name}_%s")


def _handled(request: HttpRequest, row: Verification, wanted: str, form: forms.Form) -> bool:
    if not form.is_valid():
        return False
    data, user = form.cleaned_data, person(request)
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "ask": (
            lambda: actions.ask_question(row.entry, text=data["text"], due_at=data["due"], asked_by=user),
            _("The question is sent."),
        ),
        "evidence": (
            lambda: actions.add_evidence(row, text=data["text"], references=data["evidence"], added_by=user),
            _("The evidence is on record."),
        ),
        "release": (
            lambda: actions.release_entry(row, reason=data["reason"], released_by=user),
            _("The hold is released; the entry is decided with the others."),
        ),
    }
    act, done = acts[wanted]
    return tried(request, act, done=done)
