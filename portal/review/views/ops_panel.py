"""Operations: one panel with its members, its roster, the alternates and the invitations."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from portal.common.access import ViewerRequest, access, step_up
from portal.common.acts import REFUSALS, told, tried
from portal.common.posted import text_in
from portal.review import actions
from portal.review.enums import PanelKind, SeatKind
from portal.review.errors import Incomplete
from portal.review.forms import ReasonForm
from portal.review.lists import read_guests
from portal.review.models import Panel, PanelInvitation, PanelSeat
from portal.review.panel_forms import AnswerDueForm, InviteForm, RosterForm
from portal.review.policies import rules
from portal.review.selectors.invitations import barred_addresses
from portal.review.views.flow import person, tried_and_go

UNPROCESSABLE = 422
GUEST_COLUMNS = gettext_lazy("email,name,seat")


def get_panel(phase_id: int, panel_id: int) -> Panel:
    rows = Panel.objects.select_related("phase__programme", "phase__ruleset")
    return get_object_or_404(rows, pk=panel_id, phase_id=phase_id)


@access(rules.oversees_phase)
def panel(request: ViewerRequest, phase_id: int, panel_id: int) -> HttpResponse:
    return _panel_page(request, get_panel(phase_id, panel_id), RosterForm())


def _panel_page(request: ViewerRequest, row: Panel, roster: RosterForm, *, status: int = 200) -> HttpResponse:
    seats = list(row.seats.select_related("user", "declaration"))
    context = {
        "phase": row.phase,
        "panel": row,
        "seats": seats,
        "alternates": [seat for seat in seats if seat.kind == SeatKind.ALTERNATE],
        "invitations": row.invitations.count(),
        "roster_form": roster,
        "officer": request.viewer.has_role("officer"),
        "drawn": row.kind == PanelKind.PUBLIC,
    }
    return render(request, "review/ops/panel.html", context, status=status)


@access(rules.runs_phase)
@step_up
@require_POST
def open_roster(request: ViewerRequest, phase_id: int, panel_id: int) -> HttpResponse:
    row, form = get_panel(phase_id, panel_id), RosterForm(request.POST)
    if form.is_valid() and tried(
        request,
        lambda: actions.open_roster(row, challenge_due=form.cleaned_data["challenge_due"], opened_by=person(request)),
        done=_("The roster is open to the parties."),
    ):
        return redirect("ops:panel", phase_id=phase_id, panel_id=panel_id)
    return _panel_page(request, row, form, status=UNPROCESSABLE)


@access(rules.runs_phase)
@require_POST
def call_up(request: HttpRequest, phase_id: int, seat_id: int) -> HttpResponse:
    seat = get_object_or_404(PanelSeat.objects.select_related("panel__phase"), pk=seat_id, panel__phase_id=phase_id)
    return tried_and_go(
        request,
        lambda: actions.call_up_alternate(seat, called_by=person(request)),
        done=_("The alternate is now a member of the panel."),
        to="ops:panel",
        phase_id=phase_id,
        panel_id=seat.panel_id,
    )


@access(rules.runs_phase)
def invitations(request: ViewerRequest, phase_id: int, panel_id: int) -> HttpResponse:
    """A list to upload or paste, and what became of every invitation. A list with a bad row invites nobody."""
    row = get_panel(phase_id, panel_id)
    posted = request.method == "POST"
    form = InviteForm(*_sent(request), columns=GUEST_COLUMNS)
    faults: list[str] = []
    if posted and form.is_valid():
        faults = _invite(request, row, form)
        if not faults:
            return redirect("ops:invitations", phase_id=phase_id, panel_id=panel_id)
        form = keep_list(form, InviteForm, columns=GUEST_COLUMNS)
    context: dict[str, Any] = {
        "phase": row.phase,
        "panel": row,
        "form": form,
        "faults": faults,
        "invitations": row.invitations.select_related("seat", "place"),
        "due_form": AnswerDueForm(auto_id=False),
        "reason_form": ReasonForm(auto_id=False),
    }
    return render(request, "review/ops/invitations.html", context, status=UNPROCESSABLE if posted else 200)


def _sent(request: HttpRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def keep_list(form: Any, form_class: Any, **kwargs: Any) -> Any:
    """The form again with what was typed; an uploaded list comes back as lines, to be corrected in place."""
    return form_class(initial={**form.cleaned_data, "file": None}, **kwargs)


def _invite(request: HttpRequest, row: Panel, form: InviteForm) -> list[str]:
    guests, faults = read_guests(form.cleaned_data["text"], barred=barred_addresses(row.phase))
    if faults:
        return [str(fault) for fault in faults]
    try:
        invited = actions.invite_to_panel(
            row, guests=guests, answer_due=form.cleaned_data["answer_due"], invited_by=person(request)
        )
    except Incomplete as refusal:
        return refusal.holes
    except REFUSALS as refusal:
        return [told(refusal)]
    text = ngettext("%(count)s person is invited.", "%(count)s people are invited.", len(invited.new))
    done = text % {"count": len(invited.new)}
    if invited.known:
        done += " " + _("%(count)s were invited or seated before and got no second invitation.") % {
            "count": invited.known
        }
    messages.success(request, done)
    return []


@access(rules.runs_phase)
@require_POST
def move_invitation(request: HttpRequest, phase_id: int, invitation_id: int) -> HttpResponse:
    """A new date to answer by, or the invitation taken back with a reason."""
    rows = PanelInvitation.objects.select_related("panel__phase", "place")
    row = get_object_or_404(rows, pk=invitation_id, panel__phase_id=phase_id)
    user = person(request)
    if request.POST.get("do") == "renew":
        form = AnswerDueForm(request.POST)
        if form.is_valid():
            due = form.cleaned_data["answer_due"]
            tried(
                request,
                lambda: actions.renew_panel_invitation(row, answer_due=due, renewed_by=user),
                done=_("A new letter is on its way."),
            )
        else:
            messages.error(request, _("Enter the date to answer by."))
    else:
        reason = text_in(request.POST, "reason")
        tried(
            request,
            lambda: actions.revoke_panel_invitation(row, revoked_by=user, reason=reason),
            done=_("The invitation is taken back."),
        )
    return redirect("ops:invitations", phase_id=phase_id, panel_id=row.panel_id)
