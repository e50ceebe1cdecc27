"""Reads about who may be invited, who was, and who comes next when somebody drops out."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.accounts.purposes import Origin
from portal.consortia.models import Membership
from portal.programmes.models import Phase
from portal.review.enums import InvitationState, NamingState
from portal.review.models import DrawnPlace, Panel, PanelInvitation, UnsuitableNaming


def barred_addresses(phase: Phase) -> dict[str, str]:
    """Address -> why it gets no seat in the phase. Two queries, however long the list that is held against it."""
    members = Membership.objects.filter(consortium__entries__phase=phase).values_list("user__email", flat=True)
    named = UnsuitableNaming.objects.filter(entry__phase=phase, state=NamingState.UPHELD)
    unsuitable = dict.fromkeys(named.values_list("email", flat=True), _("was ruled unsuitable for this phase"))
    return unsuitable | dict.fromkeys(members, _("belongs to a team of this phase"))


def addresses_known(panel: Panel) -> frozenset[str]:
    """Addresses that sit on the panel or were invited to it, whatever they answered."""
    seated = panel.seats.values_list("user__email", flat=True)
    return frozenset(seated) | frozenset(panel.invitations.values_list("email", flat=True))


def invitations_open_to(email: str) -> "QuerySet[PanelInvitation]":
    """What a person can answer: the address of an account is proven, so it is enough."""
    rows = PanelInvitation.objects.filter(email=email.lower(), state=InvitationState.INVITED)
    return rows.select_related("panel__phase__programme")


def origin_of_seat(purpose: str) -> Origin | None:
    """Who invites a reviewer, and onto which panel, for the page on which a newcomer opens an account."""
    number = purpose.partition(":")[2]
    rows = PanelInvitation.objects.select_related("panel__phase__programme", "invited_by")
    row = rows.filter(pk=int(number)).first() if number.isdecimal() else None
    if row is None:
        return None
    phase = row.panel.phase
    return Origin(row.invited_by.name or phase.programme.name, f"{phase.name} · {row.panel.name}")


def next_alternate(place: DrawnPlace) -> DrawnPlace | None:
    """The next alternate of the same cell whom nobody has invited yet, in the order of the draw."""
    cell = place.candidate.attributes.cell_id
    rows = DrawnPlace.objects.filter(draw=place.draw, is_alternate=True, candidate__attributes__cell=cell)
    return rows.filter(invitation=None).order_by("number").first()
