"""Panels and their seats, declarations before anything opens, and assignment."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.consortia.models import Entry, Membership
from portal.programmes.models import Phase
from portal.review.actions.base import locked, require_role, require_stage, step
from portal.review.enums import AuditAction, DeclarationState, PanelKind, SeatKind
from portal.review.errors import Incomplete, NotPossible
from portal.review.labels import PLEDGE, PLEDGE_VERSION
from portal.review.models import Assignment, Declaration, DeclaredInterest, Panel, PanelSeat, ScoreSheet
from portal.review.selectors.panels import institutions_to_declare, is_unsuitable
from portal.review.selectors.rules import scored_parts
from portal.review.transitions import DECLARATION

SCORING_KINDS = frozenset({PanelKind.EXPERT, PanelKind.USER, PanelKind.PUBLIC})
ASSIGNING_STAGES = ("drafted", "rules_frozen", "receiving", "closed", "scoring")  # a sheet given later is never signed
Interest = tuple[int, int]  # (consortium id, institution id)


@transaction.atomic
def create_panel(phase: Phase, *, kind: PanelKind, name: str, created_by: User, part: str = "") -> Panel:
    """A body for one phase. Experts, users and the public score a part of the frozen rule set; the others score none."""
    require_role(created_by, "officer")
    if kind in SCORING_KINDS and part not in {row.key for row in scored_parts(phase)}:
        raise NotPossible(_("The rule set has no part “%(part)s” that a panel scores.") % {"part": part})
    if Panel.objects.filter(phase=phase, name=name).exists():
        raise NotPossible(_("There is a panel “%(name)s” in this phase already.") % {"name": name})
    panel = Panel.objects.create(phase=phase, kind=kind, name=name, part=part)
    leave_trace(AuditAction.PANEL_CREATED, by=created_by, subject=panel, after={"kind": kind, "part": part})
    return panel


@transaction.atomic
def seat_panel(panel: Panel, *, user: User, seated_by: User, kind: SeatKind = SeatKind.REGULAR) -> PanelSeat:
    """Give a person a place. Members of a competing team are refused, and first-panel members on an appeal panel."""
    require_role(seated_by, "officer")
    seat = fill_seat(panel, user=user, kind=kind)
    leave_trace(AuditAction.SEAT_FILLED, by=seated_by, subject=seat, after={"panel": panel.pk, "kind": kind})
    return seat


def fill_seat(panel: Panel, *, user: User, kind: SeatKind) -> PanelSeat:
    """The seat with its declaration still to make; the caller checks who acts and leaves the trace.

    The panel is locked, so that two people seated at once get two codes.
    """
    row = locked(panel)
    _refuse_party(row, user)
    if row.seats.filter(user=user).exists():
        raise NotPossible(_("%(user)s already has a seat on this panel.") % {"user": user})
    code = f"{row.kind[0]}{row.seats.count() + 1:02d}"
    seat = PanelSeat.objects.create(panel=row, user=user, kind=kind, code=code)
    Declaration.objects.create(seat=seat)
    return seat


def _refuse_party(panel: Panel, user: User) -> None:
    if Membership.objects.filter(user=user, consortium__entries__phase=panel.phase).exists():
        raise NotPossible(_("%(user)s belongs to a team of this phase and cannot judge it.") % {"user": user})
    if is_unsuitable(panel.phase, user.email):
        raise NotPossible(_("%(user)s was ruled unsuitable for this phase and gets no seat.") % {"user": user})
    elsewhere = PanelSeat.objects.filter(user=user, panel__phase=panel.phase).exclude(panel=panel)
    others = (
        elsewhere.exclude(panel__kind=PanelKind.APPEAL)
        if panel.kind == PanelKind.APPEAL
        else elsewhere.filter(panel__kind=PanelKind.APPEAL)
    )
    if others.exists():
        raise NotPossible(_("An appeal panel shares nobody with the panels whose work it judges."))


@transaction.atomic
def declare(
    declaration: Declaration,
    *,
    declared_by: User,
    interests: Mapping[Interest, str | None],
    pledged: Iterable[int],
) -> Declaration:
    """Record one answer per institution of every team: None for no interest, else the explanation. All nine pledges are needed."""
    row = locked(declaration)
    if row.seat.user_id != declared_by.pk:
        raise NotPossible(_("A declaration is made by the person who holds the seat."))
    _require_whole_pledge(pledged)
    _require_every_answer(row, interests)
    event = "declare_interest" if any(text is not None for text in interests.values()) else "declare_clear"
    if event == "declare_clear" and row.state == DeclarationState.CLEAR:
        return row
    found = step(DECLARATION, event, row.state, by=declared_by)
    _write_interests(row, interests)
    row.state, row.pledge_version, row.declared_at = found.target, PLEDGE_VERSION, timezone.now()
    row.save(update_fields=["state", "pledge_version", "declared_at"])
    leave_trace(
        AuditAction.DECLARATION_MADE,
        by=declared_by,
        subject=row,
        before={"state": found.source},
        after={"state": found.target, "pledge": PLEDGE_VERSION},
    )
    return row


def _require_whole_pledge(pledged: Iterable[int]) -> None:
    missing = sorted(set(range(1, len(PLEDGE) + 1)) - set(pledged))
    if missing:
        holes = [_("item %(n)s") % {"n": number} for number in missing]
        raise Incomplete(_("Every item of the pledge is needed. Missing:"), holes=holes)


def _require_every_answer(row: Declaration, interests: Mapping[Interest, str | None]) -> None:
    places = institutions_to_declare(row.seat.panel.phase)
    holes = [f"{place.consortium} / {place.institution}" for place in places if place.key not in interests]
    holes += [
        _("%(name)s: describe the interest") % {"name": place.institution}
        for place in places
        if (text := interests.get(place.key)) is not None and not text.strip()
    ]
    if holes:
        raise Incomplete(_("Answer for every institution of every team. Open:"), holes=holes)


def _write_interests(row: Declaration, interests: Mapping[Interest, str | None]) -> None:
    for (consortium, institution), text in interests.items():
        DeclaredInterest.objects.update_or_create(
            declaration=row,
            consortium_id=consortium,
            institution_id=institution,
            defaults={"interest": text is not None, "explanation": text or ""},
        )


@transaction.atomic
def assign(seat: PanelSeat, *, entries: Iterable[Entry], assigned_by: User) -> list[ScoreSheet]:
    """Give a cleared member the entries to score; an entry assigned before keeps its sheet."""
    require_role(assigned_by, "officer")
    _require_scoring(seat.panel)
    if seat.kind == SeatKind.ALTERNATE:
        raise NotPossible(_("Seat %(code)s is an alternate; call it up first.") % {"code": seat.code})
    if not Declaration.objects.get(seat=seat).opens_content:
        raise NotPossible(
            _("Seat %(code)s has not declared clear or been allowed; nothing can be assigned.") % {"code": seat.code}
        )
    sheets = [_sheet_for(seat, entry) for entry in entries]
    leave_trace(
        AuditAction.SHEET_ASSIGNED, by=assigned_by, subject=seat, after={"sheets": [sheet.pk for sheet in sheets]}
    )
    return sheets


def _require_scoring(panel: Panel) -> None:
    if not panel.part:
        raise NotPossible(_("The panel “%(panel)s” scores no part of the rule set.") % {"panel": panel})
    require_stage(Phase.objects.get(pk=panel.phase_id), *ASSIGNING_STAGES, doing=_("Assigning sheets"))


@transaction.atomic
def assign_panel(panel: Panel, *, entries: Sequence[Entry], assigned_by: User) -> int:
    """Give every cleared member of a panel the entries; how many members have them now for the first time."""
    require_role(assigned_by, "officer")
    _require_scoring(panel)
    cleared = panel.seats.filter(declaration__state__in=(DeclarationState.CLEAR, DeclarationState.ALLOWED))
    seats = list(cleared.exclude(kind=SeatKind.ALTERNATE).select_related("panel"))
    if not seats:
        raise NotPossible(_("No member of this panel has declared clear or been allowed yet."))
    before = Assignment.objects.filter(seat__in=seats).values_list("seat", flat=True).distinct().count()
    sheets = [_sheet_for(seat, entry) for seat in seats for entry in entries]
    after: dict[str, object] = {"seats": len(seats), "sheets": len(sheets)}
    leave_trace(AuditAction.SHEET_ASSIGNED, by=assigned_by, subject=panel, after=after)
    return len(seats) - before


def _sheet_for(seat: PanelSeat, entry: Entry) -> ScoreSheet:
    if entry.phase_id != seat.panel.phase_id:
        raise NotPossible(_("Entry %(entry)s belongs to another phase.") % {"entry": entry})
    assignment, _new = Assignment.objects.get_or_create(seat=seat, entry=entry)
    sheet, _new = ScoreSheet.objects.get_or_create(assignment=assignment)
    return sheet
