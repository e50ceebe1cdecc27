"""Where an object belongs (phase, entry, owner) and which audiences a viewer is part of there."""

from dataclasses import dataclass
from functools import singledispatch

from django.db.models import Model

from portal.common.viewer import Viewer
from portal.consortia.models import Entry, Membership
from portal.programmes.models import Phase
from portal.review.enums import DeclarationState, DisqualificationState, PanelKind, SeatKind
from portal.review.models import (
    Appeal,
    Decision,
    Declaration,
    Disqualification,
    Minutes,
    Notice,
    OutsideResult,
    Panel,
    PanelSeat,
    Question,
    RecusalRequest,
    ScoreSheet,
    Tally,
    UnsuitableNaming,
    Verification,
)
from portal.review.policies.table import STAGES, Audience

CLEARED = (DeclarationState.CLEAR, DeclarationState.ALLOWED)


@dataclass(frozen=True)
class Scope:
    """`entry` is empty for what belongs to the phase; `owner` is the person whose work it is; `told` whether the team knows of it;
    `blinded` hides the entry from the owner until the notice: who rates in the blind console must not learn what was rated.
    """

    phase: Phase
    entry: Entry | None = None
    owner: int | None = None
    told: bool = True
    blinded: bool = False


@singledispatch
def scope_of(subject: Model) -> Scope:
    raise TypeError(f"{type(subject).__name__} has no place in the visibility table; add it to scope_of.")


@scope_of.register
def _(subject: Phase) -> Scope:
    return Scope(subject, told=False)


@scope_of.register
def _(subject: Entry) -> Scope:
    return Scope(subject.phase, subject)


@scope_of.register
def _(subject: PanelSeat) -> Scope:
    return Scope(subject.panel.phase, owner=subject.user_id, told=False)


@scope_of.register
def _(subject: Declaration) -> Scope:
    return scope_of(subject.seat)


@scope_of.register
def _(subject: UnsuitableNaming) -> Scope:
    return Scope(subject.entry.phase, subject.entry)


@scope_of.register
def _(subject: RecusalRequest) -> Scope:
    """A challenge is its party's; a member's own withdrawal belongs to no team."""
    return Scope(subject.seat.panel.phase, subject.entry, told=subject.entry is not None)


@scope_of.register
def _(subject: ScoreSheet) -> Scope:
    seat, entry = subject.assignment.seat, subject.assignment.entry
    return Scope(entry.phase, entry, seat.user_id, told=False, blinded=is_blinded(seat.panel, entry.phase))


@scope_of.register
def _(subject: Question) -> Scope:
    return Scope(subject.entry.phase, subject.entry)


@scope_of.register
def _(subject: Disqualification) -> Scope:
    return Scope(subject.entry.phase, subject.entry, told=subject.state != DisqualificationState.RAISED)


@scope_of.register
def _(subject: Verification) -> Scope:
    return Scope(subject.entry.phase, subject.entry)


@scope_of.register
def _(subject: OutsideResult) -> Scope:
    return Scope(subject.phase, subject.entry, told=False)


@scope_of.register
def _(subject: Tally) -> Scope:
    return Scope(subject.phase, told=False)


@scope_of.register
def _(subject: Minutes) -> Scope:
    return Scope(subject.panel.phase, told=False)


@scope_of.register
def _(subject: Decision) -> Scope:
    return Scope(subject.phase, subject.entry, told=subject.notified_at is not None)


@scope_of.register
def _(subject: Notice) -> Scope:
    return Scope(subject.entry.phase, subject.entry)


@scope_of.register
def _(subject: Appeal) -> Scope:
    return scope_of(subject.decision)


def is_blinded(panel: Panel, phase: Phase) -> bool:
    """Whether the panel's members must not learn yet which entry a sheet of theirs is about."""
    return panel.is_blind and STAGES.index(phase.state) < STAGES.index("notified")


@dataclass(frozen=True)
class Standing:
    """How a viewer stands to one phase: own teams in it, panel seats with cleared declarations, roles. Three queries, whatever is asked.

    Who belongs to a team is on no panel there, whatever was declared before joining it.
    """

    viewer: Viewer
    teams: frozenset[int] = frozenset()
    is_cleared: bool = False
    is_chair: bool = False
    is_sighted: bool = False  # holds a seat on a panel that judges named entries
    appealed: frozenset[int] = frozenset()  # entries whose objection was referred to a panel of the viewer


def standing_of(viewer: Viewer, phase: Phase) -> Standing:
    if viewer.user_id is None:
        return Standing(viewer)
    members = Membership.objects.filter(user_id=viewer.user_id, consortium__entries__phase=phase)
    teams = frozenset(members.values_list("consortium_id", flat=True))
    seats = PanelSeat.objects.filter(user_id=viewer.user_id, panel__phase=phase).exclude(panel__kind=PanelKind.APPEAL)
    held = list(seats.values_list("kind", "declaration__state", "panel__is_blind"))
    return Standing(
        viewer,
        teams=teams,
        is_cleared=bool(held) and not teams and all(state in CLEARED for _kind, state, _blind in held),
        is_chair=SeatKind.CHAIR in {kind for kind, _state, _blind in held},
        is_sighted=not all(blind for _kind, _state, blind in held),
        appealed=frozenset() if teams else _appealed(viewer.user_id, phase),
    )


def _appealed(user_id: int, phase: Phase) -> frozenset[int]:
    """As long as the declaration is clear; a recused member of an appeal panel reads nothing more."""
    rows = Appeal.objects.filter(
        decision__phase=phase,
        panel__seats__user_id=user_id,
        panel__seats__declaration__state__in=CLEARED,
    )
    return frozenset(pk for pk in rows.values_list("decision__entry_id", flat=True) if pk is not None)


def audiences_of(viewer: Viewer, scope: Scope) -> frozenset[Audience]:
    """Every audience the viewer belongs to for this scope."""
    return audiences_in(standing_of(viewer, scope.phase), scope)


def audiences_in(standing: Standing, scope: Scope) -> frozenset[Audience]:
    """The same from a standing already read. A person in a team of the phase never counts as staff there."""
    found = {Audience.PUBLIC} | _as_team(standing, scope) | _as_panel(standing, scope)
    if scope.entry is not None and scope.entry.pk in standing.appealed:
        found.add(Audience.APPEAL_PANEL)
    if not standing.teams:
        found |= _as_staff(standing.viewer)
    return frozenset(found)


def _as_team(standing: Standing, scope: Scope) -> set[Audience]:
    if not standing.teams:
        return set()
    if scope.told and scope.entry is not None and scope.entry.consortium_id in standing.teams:
        return {Audience.OWN_CONSORTIUM}
    return {Audience.OTHER_CONSORTIA}


def _as_panel(standing: Standing, scope: Scope) -> set[Audience]:
    """Nobody is a member before every declaration is clear or allowed; the owner of a sheet only while cleared."""
    if not standing.is_cleared:
        return set()
    found: set[Audience] = {Audience.PANEL_MEMBER} if standing.is_sighted else set()
    if standing.is_chair and standing.is_sighted:
        found.add(Audience.PANEL_CHAIR)
    if scope.owner == standing.viewer.user_id and not scope.blinded:
        found.add(Audience.SHEET_OWNER)
    return found


def _as_staff(viewer: Viewer) -> set[Audience]:
    names = {"officer": Audience.SECRETARIAT, "decider": Audience.DECISION_MAKER, "auditor": Audience.AUDITOR}
    return {audience for name, audience in names.items() if name in viewer.roles}
