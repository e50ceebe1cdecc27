"""Operations: gates, questions to a team, and the disqualification procedure."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.common.access import ViewerRequest, access, step_up, step_up_to_act
from portal.common.acts import tried
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review import actions
from portal.review.decision_forms import OverturnForm
from portal.review.forms import DueForm, PassGateForm, QuestionForm, RaiseForm, UpholdForm
from portal.review.models import Disqualification
from portal.review.policies import Subject, rules, view
from portal.review.selectors.gates import open_verification
from portal.review.selectors.operations import gate_table
from portal.review.views.flow import person, tried_and_go
from portal.review.views.ops_phase import get_phase
from portal.submissions.selectors import current_submission, dossier


@access(rules.oversees_phase)
def gates(request: HttpRequest, phase_id: int) -> HttpResponse:
    phase = get_phase(phase_id)
    return render(request, "review/ops/gates.html", {"phase": phase, "rows": gate_table(phase)})


def _entry(phase_id: int, entry_id: int) -> Entry:
    rows = Entry.objects.select_related("phase__programme", "phase__ruleset", "consortium")
    return get_object_or_404(rows, pk=entry_id, phase_id=phase_id)


@access(rules.oversees_phase)
def entry(request: ViewerRequest, phase_id: int, entry_id: int) -> HttpResponse:
    """One entry's evidence with everything staff can do about it: pass a gate, raise a doubt, ask."""
    row = _entry(phase_id, entry_id)
    phase = row.phase
    seen = view(request.viewer, Subject.EVIDENCE, row).allowed
    submission = current_submission(row) if seen else None
    context = {
        "phase": phase,
        "entry": row,
        "dossier": dossier(submission) if submission else None,
        "line": next(line for line in gate_table(phase) if line["entry"].pk == row.pk),
        "raise_form": RaiseForm(phase=phase, auto_id="raise_%s"),
        "question_form": QuestionForm(auto_id="question_%s"),
        "questions": row.questions.select_related("answer"),
        "verifications": row.verifications.all(),
        "officer": request.viewer.has_role("officer"),
        "may_hold": phase.state in actions.HOLDING_STAGES and row.state == "competing",
    }
    return render(request, "review/ops/entry.html", context)


@access(rules.runs_phase)
@step_up
@require_POST
def pass_gate(request: HttpRequest, phase_id: int, entry_id: int) -> HttpResponse:
    row, form = _entry(phase_id, entry_id), PassGateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a reason: it goes into the record."))
        return redirect("ops:entry", phase_id=phase_id, entry_id=entry_id)
    data = form.cleaned_data
    return tried_and_go(
        request,
        lambda: actions.pass_gate(row, ruled_by=person(request), **data),
        done=_("The gate is passed."),
        to="ops:entry",
        phase_id=phase_id,
        entry_id=entry_id,
    )


@access(rules.runs_phase)
@require_POST
def raise_doubt(request: HttpRequest, phase_id: int, entry_id: int) -> HttpResponse:
    row = _entry(phase_id, entry_id)
    form = RaiseForm(request.POST, phase=row.phase, auto_id="raise_%s")
    if form.is_valid():
        data = form.cleaned_data
        tried(
            request,
            lambda: actions.raise_disqualification(
                row,
                gate=data["gate"],
                grounds=data["grounds"],
                evidence=data["evidence"],
                raised_by=person(request),
            ),
            done=_("The procedure is opened. The team is not told before you notify it."),
        )
    else:
        _tell_errors(request, form.errors.values())
    return redirect("ops:entry", phase_id=phase_id, entry_id=entry_id)


@access(rules.runs_phase)
@require_POST
def ask(request: HttpRequest, phase_id: int, entry_id: int) -> HttpResponse:
    row, form = _entry(phase_id, entry_id), QuestionForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        tried(
            request,
            lambda: actions.ask_question(row, text=data["text"], due_at=data["due"], asked_by=person(request)),
            done=_("The question is sent."),
        )
    else:
        _tell_errors(request, form.errors.values())
    return redirect("ops:entry", phase_id=phase_id, entry_id=entry_id)


def _tell_errors(request: HttpRequest, groups: object) -> None:
    for errors in groups:  # type: ignore[attr-defined]
        messages.error(request, " ".join(str(error) for error in errors))


@access(rules.sees_disqualification)
@step_up_to_act
def disqualification(request: ViewerRequest, disqualification_id: int) -> HttpResponse:
    """The case: grounds, evidence, reply; notify, record a lapse, or rule, as its state allows."""
    rows = Disqualification.objects.select_related(
        "entry__phase__programme", "entry__phase__ruleset", "entry__consortium"
    )
    case = get_object_or_404(rows, pk=disqualification_id)
    phase: Phase = case.entry.phase
    posted = request.POST if request.method == "POST" else None
    wanted = posted.get("do", "") if posted is not None else ""
    due = DueForm(posted if wanted == "notify" else None)
    ruling = UpholdForm(posted if wanted == "rule" else None, phase=phase)
    overturn = OverturnForm(posted if wanted == "overturn" else None, phase=phase)
    if wanted == "overturn" and overturn.is_valid() and _overturn(request, case, overturn):
        return redirect("ops:disqualification", disqualification_id=case.pk)
    if posted is not None and _handle(request, case, wanted, due=due, ruling=ruling):
        return redirect("ops:disqualification", disqualification_id=case.pk)
    round_ = open_verification(case.entry)
    context = {
        "case": case,
        "entry": case.entry,
        "phase": phase,
        "due_form": due,
        "ruling_form": ruling,
        "overturn_form": overturn,
        "reopened": round_ is not None and round_.reopened_by_id is not None,
        "officer": request.viewer.has_role("officer"),
        "staff": request.viewer.has_role("officer", "decider"),
    }
    return render(request, "review/ops/disqualification.html", context, status=422 if posted is not None else 200)


def _overturn(request: HttpRequest, case: Disqualification, form: OverturnForm) -> bool:
    data = form.cleaned_data
    return tried(
        request,
        lambda: actions.overturn_disqualification(
            case, minutes=data["minutes"], reason=data["reason"], ruled_by=person(request)
        ),
        done=_("The ruling is overturned; the gate is passed."),
    )


def _handle(request: HttpRequest, case: Disqualification, wanted: str, *, due: DueForm, ruling: UpholdForm) -> bool:
    user = person(request)
    if wanted == "notify" and due.is_valid():
        when = due.cleaned_data["due"]
        return tried(
            request,
            lambda: actions.notify_disqualification(case, reply_due=when, notified_by=user),
            done=_("The team is told and may reply."),
        )
    if wanted == "lapse":
        return tried(
            request,
            lambda: actions.lapse_disqualification(case, lapsed_by=user),
            done=_("It is recorded that no reply came."),
        )
    if wanted == "rule" and ruling.is_valid():
        data = ruling.cleaned_data
        return tried(
            request,
            lambda: actions.rule_on_disqualification(
                case, uphold=ruling.upholds, minutes=data["minutes"], reason=data["reason"], ruled_by=user
            ),
            done=_("The ruling is recorded."),
        )
    return False
