"""The draw of a public panel: quotas, a pool, a seed committed before the pool closes, the draw, and who is asked then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.formats.canonical import digest_of
from portal.review import drawing
from portal.review.actions.base import locked, require_outsider, require_role, require_text, step
from portal.review.actions.invitations import invite_places
from portal.review.enums import AuditAction, DrawState, PanelKind, Sex
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import (
    Candidate,
    CandidateAttributes,
    Draw,
    DrawCell,
    DrawnPlace,
    Panel,
    PanelInvitation,
)
from portal.review.selectors.draws import cells_of, pool_of, short_cells
from portal.review.selectors.invitations import barred_addresses
from portal.review.transitions import DRAW


@dataclass(frozen=True)
class Quota:
    sex: Sex
    age_group: str
    seats: int
    alternates: int = 0


@dataclass(frozen=True)
class PoolPerson:
    email: str
    sex: Sex
    age_group: str
    name: str = ""


@transaction.atomic
def draft_draw(panel: Panel, *, quotas: Sequence[Quota], drafted_by: User) -> Draw:
    """The quotas of a public panel's draw. While it is a draft without a pool, a new list takes the place of the old one."""
    _require_actor(panel, drafted_by)
    row = locked(panel)
    if row.kind != PanelKind.PUBLIC:
        raise NotPossible(_("Only a panel of the general public is drawn by lot."))
    if not any(quota.seats for quota in quotas):
        raise NotPossible(_("The quotas add up to no seat at all."))
    draw = row.draws.exclude(state=DrawState.VOID).first()
    if draw is not None and (draw.state != DrawState.DRAFTED or draw.pool.exists()):
        raise NotPossible(
            _("The quotas are fixed once the pool has people or the seed is committed. Void the draw first.")
        )
    draw = draw or Draw.objects.create(panel=row)
    draw.cells.all().delete()
    DrawCell.objects.bulk_create(
        DrawCell(draw=draw, sex=q.sex, age_group=q.age_group, seats=q.seats, alternates=q.alternates) for q in quotas
    )
    after: dict[str, object] = {"cells": [cell._asdict() for cell in cells_of(draw)]}
    leave_trace(AuditAction.DRAW_DRAFTED, by=drafted_by, subject=draw, after=after)
    return draw


def _require_actor(panel: Panel, user: User) -> None:
    require_role(user, "officer")
    require_outsider(user, panel.phase)


@transaction.atomic
def add_to_pool(draw: Draw, *, people: Sequence[PoolPerson], added_by: User) -> int:
    """Add whoever is not in the pool yet, all or, when one cannot take part, none; how many are new."""
    _require_actor(draw.panel, added_by)
    row = locked(draw)
    if row.state not in {DrawState.DRAFTED, DrawState.COMMITTED}:
        raise NotPossible(_("The pool is closed; nobody can be added."))
    cells = {(cell.sex, cell.age_group): cell for cell in row.cells.all()}
    barred = barred_addresses(row.panel.phase)
    holes = [hole for person in people if (hole := _hole(person, cells, barred))]
    if holes:
        raise Incomplete(_("Nobody was added to the pool. Correct:"), holes=holes)
    known = set(row.pool.values_list("email", flat=True))
    fresh = {person.email.lower(): person for person in people if person.email.lower() not in known}
    candidates = Candidate.objects.bulk_create(
        Candidate(draw=row, code=f"P{number:04d}", email=email, name=person.name)
        for number, (email, person) in enumerate(fresh.items(), start=len(known) + 1)
    )
    CandidateAttributes.objects.bulk_create(
        CandidateAttributes(candidate=candidate, cell=cells[person.sex, person.age_group])
        for candidate, person in zip(candidates, fresh.values(), strict=True)
    )
    after: dict[str, object] = {"added": len(fresh), "pool": len(known) + len(fresh)}
    leave_trace(AuditAction.DRAW_POOL_CHANGED, by=added_by, subject=row, after=after)
    return len(fresh)


def _hole(person: PoolPerson, cells: Mapping[tuple[str, str], DrawCell], barred: Mapping[str, str]) -> str:
    if (person.sex, person.age_group) not in cells:
        cell = f"{person.sex} {person.age_group}"
        return _("%(email)s: there is no quota for %(cell)s") % {"email": person.email, "cell": cell}
    why = barred.get(person.email.lower())
    return f"{person.email}: {why}" if why else ""


@transaction.atomic
def commit_draw(draw: Draw, *, committed_by: User, source: str = "") -> Draw:
    """Take 256 random bits that nobody is shown before the draw, and publish their digest; `source` names the public figure to come."""
    row, found = _stepping(draw, "commit", committed_by)
    secret = drawing.new_secret()
    row.secret, row.commitment, row.beacon_source = secret, drawing.commitment_to(secret), source.strip()
    row.committed_at = timezone.now()
    row.state = DrawState(found)
    row.save(update_fields=["secret", "commitment", "beacon_source", "committed_at", "state"])
    _trace(row, by=committed_by, after={"commitment": row.commitment, "source": row.beacon_source})
    return row


@transaction.atomic
def close_pool(draw: Draw, *, closed_by: User) -> Draw:
    """From here on the pool is what its digest says. The ledger also binds the people behind the codes, salted with the secret."""
    row, found = _stepping(draw, "close_pool", closed_by)
    short = short_cells(row)
    if short:
        raise Incomplete(_("The pool is too small to be closed. Open:"), holes=short)
    row.pool_digest, row.closed_at, row.state = drawing.pool_digest(pool_of(row)), timezone.now(), DrawState(found)
    row.save(update_fields=["pool_digest", "closed_at", "state"])
    people = [[person.code, person.email] for person in row.pool.all()]
    bound = digest_of({"salt": row.secret, "people": people})
    _trace(row, by=closed_by, after={"pool_digest": row.pool_digest, "people": bound})
    return row


@transaction.atomic
def make_draw(draw: Draw, *, drawn_by: User, figure: str = "") -> Draw:
    """Draw, and keep the whole of it as the document that is published."""
    row, found = _stepping(draw, "draw", drawn_by)
    if row.beacon_source:
        require_text(figure, _("Enter the public figure that was named when the seed was committed."))
    seed = drawing.Seed(row.secret, row.beacon_source, figure.strip() if row.beacon_source else "")
    row.document = drawing.document_of(cells_of(row), pool_of(row), seed=seed)
    row.digest, row.beacon, row.drawn_at = digest_of(row.document), seed.figure, timezone.now()
    row.state = DrawState(found)
    row.save(update_fields=["document", "digest", "beacon", "drawn_at", "state"])
    _write_places(row)
    _trace(row, by=drawn_by, after={"seed": seed.value, "document": row.digest})
    return row


def _write_places(row: Draw) -> None:
    people = {person.code: person for person in row.pool.all()}
    DrawnPlace.objects.bulk_create(
        DrawnPlace(draw=row, candidate=people[code], is_alternate=is_alternate, number=number)
        for outcome in (row.document or {})["outcome"]
        for is_alternate, codes in ((False, outcome["drawn"]), (True, outcome["alternates"]))
        for number, code in enumerate(codes, start=1)
    )


@transaction.atomic
def void_draw(draw: Draw, *, voided_by: User, reason: str) -> Draw:
    """Set a draw aside; it stays readable with the reason. Once people were invited on the ground of it, it stands."""
    row, found = _stepping(draw, "void", voided_by, reason=reason)
    if PanelInvitation.objects.filter(place__draw=row).exists():
        raise NotPossible(_("People were invited on the ground of this draw; it stands."))
    row.state, row.void_reason = DrawState(found), reason
    row.save(update_fields=["state", "void_reason"])
    _trace(row, by=voided_by, after={}, reason=reason)
    return row


@transaction.atomic
def invite_drawn(draw: Draw, *, answer_due: datetime, invited_by: User) -> list[PanelInvitation]:
    """Ask everybody drawn for a seat who was not asked before."""
    if draw.state != DrawState.DRAWN:
        raise NotPossible(_("Nobody is drawn yet."))
    places = draw.places.filter(is_alternate=False, invitation=None).select_related("candidate__attributes")
    if not places:
        raise NotPossible(_("Everybody who was drawn has been asked."))
    return invite_places(draw.panel, places=list(places), answer_due=answer_due, invited_by=invited_by)


def _stepping(draw: Draw, event: str, user: User, *, reason: str = "") -> tuple[Draw, str]:
    row = locked(draw)
    require_outsider(user, row.panel.phase)
    return row, step(DRAW, event, row.state, by=user, reason=reason).target


def _trace(row: Draw, *, by: User, after: dict[str, object], reason: str = "") -> None:
    leave_trace(AuditAction.DRAW_MOVED, by=by, subject=row, after={"state": row.state, **after}, reason=reason)
