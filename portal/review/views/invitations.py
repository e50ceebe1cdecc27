"""A person's answer to an invitation, and a member's withdrawal."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.common.access import access
from portal.common.acts import tried
from portal.review import actions
from portal.review.enums import DeclarationState, RecusalState
from portal.review.models import PanelInvitation, PanelSeat
from portal.review.panel_forms import DeclineForm, WithdrawalForm
from portal.review.policies import panels, rules
from portal.review.views.flow import person

UNPROCESSABLE = 422


@access(panels.is_asked)
def invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """What is asked, until when, and the answer: accepting leads to the declaration of interests."""
    rows = PanelInvitation.objects.select_related("panel__phase__programme", "invited_by", "seat", "place")
    row = get_object_or_404(rows, pk=invitation_id)
    user, posted = person(request), request.method == "POST"
    declining = posted and request.POST.get("do") == "decline"
    form = DeclineForm(request.POST if declining else None)
    if posted and not declining:
        act = partial(actions.accept_panel_invitation, row, accepted_by=user)
        if tried(request, act, done=_("You have your seat. Declare your interests now.")):
            return redirect("review:declaration", seat_id=PanelSeat.objects.get(invitation=row).pk)
    elif declining and form.is_valid():
        decline = partial(actions.decline_panel_invitation, row, declined_by=user, reason=form.cleaned_data["reason"])
        if tried(request, decline, done=_("You have declined. Thank you for your answer.")):
            return redirect("review:invitation", invitation_id=row.pk)
    context = {"invitation": row, "panel": row.panel, "phase": row.panel.phase, "form": form}
    return render(request, "review/invitation.html", context, status=UNPROCESSABLE if posted else 200)


@access(rules.owns_seat)
def withdrawal(request: HttpRequest, seat_id: int) -> HttpResponse:
    rows = PanelSeat.objects.select_related("panel__phase__programme", "declaration")
    seat = get_object_or_404(rows, pk=seat_id)
    posted = request.method == "POST"
    form = WithdrawalForm(request.POST if posted else None)
    if posted and form.is_valid():
        act = partial(actions.ask_to_withdraw, seat, reason=form.cleaned_data["reason"], asked_by=person(request))
        if tried(request, act, done=_("Your withdrawal is lodged. Nothing is open to you until the ruling.")):
            return redirect("review:withdrawal", seat_id=seat.pk)
    own = seat.recusal_requests.filter(entry=None)
    context = {
        "seat": seat,
        "phase": seat.panel.phase,
        "form": form,
        "requests": own,
        "open": seat.declaration.state != DeclarationState.RECUSED
        and not own.filter(state=RecusalState.LODGED).exists(),
    }
    return render(request, "review/withdrawal.html", context, status=UNPROCESSABLE if posted else 200)
