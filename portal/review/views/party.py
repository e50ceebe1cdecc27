"""A team's side of the panels: whom it thinks unsuitable, who sits there once the roster is open, and its challenges."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.access import ViewerRequest, access
from portal.common.acts import tried
from portal.common.posted import number_in
from portal.consortia.models import Entry
from portal.review import actions
from portal.review.actions.challenges import NAMING_STAGES
from portal.review.models import PanelSeat, RecusalRequest, UnsuitableNaming
from portal.review.panel_forms import ChallengeForm, NamingForm
from portal.review.policies import rules, visible_to
from portal.review.selectors.panels import open_rosters
from portal.review.views.flow import person

UNPROCESSABLE = 422


@access(rules.is_of_team)
def panels(request: ViewerRequest, entry_id: int) -> HttpResponse:
    rows = Entry.objects.select_related("phase__programme", "consortium")
    entry = get_object_or_404(rows, pk=entry_id)
    posted = request.method == "POST"
    wanted = request.POST.get("do", "") if posted else ""
    naming = NamingForm(request.POST if wanted == "name" else None)
    if posted and _act(request, entry, wanted, naming):
        return redirect("review:party_panels", entry_id=entry.pk)
    return render(
        request, "review/team/panels.html", _context(request, entry, naming), status=UNPROCESSABLE if posted else 200
    )


def _context(request: ViewerRequest, entry: Entry, naming: NamingForm) -> dict[str, Any]:
    rosters = open_rosters(entry.phase)
    typed = request.POST if request.POST.get("do") == "challenge" else None
    return {
        "entry": entry,
        "phase": entry.phase,
        "rosters": rosters,
        "naming_form": naming,
        "may_name": entry.phase.state in NAMING_STAGES and not rosters,
        "namings": visible_to(request.viewer, UnsuitableNaming.objects.filter(entry=entry)),
        "challenges": visible_to(request.viewer, RecusalRequest.objects.filter(entry=entry)).select_related(
            "seat__user", "seat__panel"
        ),
        "typed_lost": typed is not None and not any(roster.may_challenge for roster in rosters),
        "typed_seat": number_in(request.POST, "seat", default=0) if typed else 0,
        "typed_reason": typed.get("reason", "") if typed else "",
        "now": timezone.now(),
    }


def _act(request: HttpRequest, entry: Entry, wanted: str, naming: NamingForm) -> bool:
    user = person(request)
    if wanted == "name" and naming.is_valid():
        act = partial(actions.name_unsuitable, entry, named_by=user, **naming.cleaned_data)
        return tried(request, act, done=_("Your naming is on record."))
    if wanted == "challenge":
        return _challenge(request, entry)
    if wanted == "take_back":
        row = get_object_or_404(RecusalRequest, pk=number_in(request.POST, "challenge", default=0), entry=entry)
        take_back = partial(actions.take_back_challenge, row, taken_back_by=user)
        return tried(request, take_back, done=_("Your challenge is taken back."))
    return False


def _challenge(request: HttpRequest, entry: Entry) -> bool:
    seats = PanelSeat.objects.filter(panel__phase=entry.phase, panel__roster_opened_at__isnull=False)
    seat = get_object_or_404(seats.select_related("panel__phase"), pk=number_in(request.POST, "seat", default=0))
    form = ChallengeForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    act = partial(actions.challenge, seat, entry=entry, reason=reason, lodged_by=person(request))
    return tried(request, act, done=_("Your challenge is lodged. The secretariat rules with a reason."))
