"""Operations: the dossiers of a phase, planning a session, and the page on which one session is run."""

from functools import partial
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.access import access, step_up
from portal.common.acts import status_of, tried
from portal.common.viewer import viewer_of
from portal.consortia.models import Entry
from portal.dossiers import actions, policies
from portal.dossiers.enums import SessionState
from portal.dossiers.forms import FORMS, PlanForm, attendee_label, form_for
from portal.dossiers.models import VerificationSession
from portal.dossiers.selectors.sessions import pieces_of
from portal.dossiers.views.running import act_of, pressed
from portal.programmes.models import Phase

FORMS_WHILE = {
    SessionState.PLANNED: ("item", "show", "seat", "member", "officer", "institution", "hold", "reschedule", "cancel"),
    SessionState.HELD: ("ask", "minutes"),
}


@access(policies.oversees_phase)
@require_safe
def phase(request: HttpRequest, phase_id: int) -> HttpResponse:
    found = get_object_or_404(Phase.objects.select_related("programme"), pk=phase_id)
    entries = found.entries.select_related("consortium").prefetch_related("verification_sessions").order_by("code")
    may_write = viewer_of(request).has_role("officer")
    return render(request, "dossiers/ops/phase.html", {"phase": found, "entries": entries, "may_write": may_write})


@access(policies.plans_session)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, entry_id: int) -> HttpResponse:
    rows = Entry.objects.select_related("consortium", "phase__programme")
    entry = get_object_or_404(rows, pk=entry_id)
    form = PlanForm(request.POST if request.method == "POST" else None)
    made: list[VerificationSession] = []

    def act() -> None:
        made.append(actions.plan_session(entry, plan=actions.Plan(**form.cleaned_data), by=viewer_of(request)))

    if (
        request.method == "POST"
        and form.is_valid()
        and tried(request, act, form=form, done=_("The session is planned; the team was told. Now set the agenda."))
    ):
        return redirect("ops_dossiers:session", session_id=made[0].pk)
    context = {"entry": entry, "phase": entry.phase, "form": form}
    return render(request, "dossiers/ops/plan.html", context, status=status_of(form))


@access(policies.oversees_session)
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Everything about one session; what the officer sends is an act by its name (`do`), with a form or on one row."""
    row = _session(session_id)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    bound: Form | None = None
    if wanted in FORMS:
        bound = form_for(wanted, row, request.POST)
        if bound.is_valid() and _carried_out(request, row, wanted, bound):
            return redirect("ops_dossiers:session", session_id=row.pk)
    elif wanted:
        act, done = pressed(wanted, row, request.POST, viewer_of(request))
        if act is not None:
            tried(request, act, done=done)
        return redirect("ops_dossiers:session", session_id=row.pk)
    context = _context(request, _session(session_id), wanted, bound)
    return render(request, "dossiers/ops/session.html", context, status=status_of(bound) if bound else 200)


def _carried_out(request: HttpRequest, row: VerificationSession, wanted: str, form: Form) -> bool:
    act, done = act_of(wanted, row, form.cleaned_data, viewer_of(request))
    return tried(request, act, form=form, done=done)


def _context(request: HttpRequest, row: VerificationSession, wanted: str, bound: Form | None) -> dict[str, Any]:
    names = FORMS_WHILE.get(SessionState(row.state), ()) if viewer_of(request).has_role("officer") else ()
    forms = {name: bound if bound is not None and name == wanted else form_for(name, row) for name in names}
    pieces = pieces_of(row)
    return {
        "session": row,
        "entry": row.entry,
        "phase": row.entry.phase,
        "agenda": row.agenda.prefetch_related("exhibits"),
        "attendees": [(one, attendee_label(one)) for one in row.attendees.select_related("user", "seat")],
        "questions": row.questions.select_related("answer", "item"),
        "lines": row.lines.all(),
        "pieces": pieces,
        "unanswered": sum(piece.agreed is None for piece in pieces),
        "forms": forms,
        "may_write": bool(names),
    }


@access(policies.runs_session)
@require_POST
@step_up
def publish(request: HttpRequest, session_id: int) -> HttpResponse:
    row = _session(session_id)
    act = partial(actions.publish_record, row, by=viewer_of(request))
    tried(request, act, done=_("The record is public. It holds what the team agreed to publish."))
    return redirect("ops_dossiers:session", session_id=row.pk)


def _session(number: int) -> VerificationSession:
    rows = VerificationSession.objects.select_related("entry__consortium", "entry__phase__programme")
    return get_object_or_404(rows, pk=number)
