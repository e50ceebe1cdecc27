"""Who sits where, and what a declaration has to answer."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from portal.consortia.models import Consortium, Institution
from portal.consortia.selectors import institutions_in
from portal.programmes.models import Phase
from portal.review.enums import NamingState
from portal.review.models import Panel, PanelSeat, UnsuitableNaming

CHALLENGED_IN = ("rules_frozen", "receiving", "closed", "scoring")


@dataclass(frozen=True)
class Place:
    """One institution of one team. The same institution in two teams is answered for twice."""

    consortium: Consortium
    institution: Institution

    @property
    def key(self) -> tuple[int, int]:
        return (self.consortium.pk, self.institution.pk)


def institutions_to_declare(phase: Phase) -> list[Place]:
    """Every institution behind the teams of the phase, team by team."""
    return [Place(row.consortium, row.institution) for row in institutions_in(phase)]


def seats_held(user_id: int) -> "QuerySet[PanelSeat]":
    rows = PanelSeat.objects.filter(user_id=user_id).select_related("panel__phase__programme", "declaration")
    return rows.order_by("-panel__phase_id", "pk")


def is_unsuitable(phase: Phase, email: str) -> bool:
    """Whether a naming by a party of the phase was upheld for this address."""
    rows = UnsuitableNaming.objects.filter(entry__phase=phase, state=NamingState.UPHELD)
    return rows.filter(email=email.lower()).exists()


def panels_of(phase: Phase) -> "QuerySet[Panel]":
    return Panel.objects.filter(phase=phase).prefetch_related("seats__user", "seats__declaration__interests")


@dataclass(frozen=True)
class Roster:
    """A panel as the parties read it: names and seats, no code and no address."""

    panel: Panel
    members: list[PanelSeat]

    @property
    def may_challenge(self) -> bool:
        due = self.panel.challenge_due
        return due is not None and timezone.now() < due and self.panel.phase.state in CHALLENGED_IN


def open_rosters(phase: Phase) -> list[Roster]:
    rows = Panel.objects.filter(phase=phase, roster_opened_at__isnull=False).select_related("phase")
    return [Roster(row, list(row.seats.select_related("user", "declaration"))) for row in rows]
