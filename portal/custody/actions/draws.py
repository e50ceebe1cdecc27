"""The seeded lot over deposits: the seed is committed first, the pool closes, the lot is made, the bytes are called."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.formats import lot
from portal.common.formats.canonical import digest_of
from portal.common.time import kst
from portal.common.viewer import Viewer
from portal.consortia.actions.base import addresses_of
from portal.custody.actions.base import leave_trace, locked, require_staff, require_text, step
from portal.custody.enums import AuditAction, DrawState
from portal.custody.errors import CustodyError
from portal.custody.models import CalledCheckpoint, CheckpointDraw, Deposit
from portal.custody.selectors.deposits import candidates, cells_of, open_draw, pool_of
from portal.custody.transitions import DRAW
from portal.letters.actions import post_letter
from portal.programmes.models import Phase


@transaction.atomic
def commit_draw(phase: Phase, *, seats: int, days: int, source: str, by: Viewer) -> CheckpointDraw:
    """Take a secret that nobody sees and publish its digest. Deposits are taken until the pool closes."""
    phase = Phase.objects.select_for_update(of=("self",)).select_related("programme").get(pk=phase.pk)
    require_staff(by, "officer", programme=phase.programme)
    if open_draw(phase):
        raise CustodyError(_("A draw of this phase is open already; make it or set it aside first."))
    secret = lot.new_secret()
    draw = CheckpointDraw.objects.create(
        phase=phase,
        seats=seats,
        days=days,
        source=source.strip(),
        secret=secret,
        commitment=lot.commitment_to(secret),
        committed_by=by.actor,
    )
    after = {"phase": phase.pk, "commitment": draw.commitment, "seats": seats, "days": days, "source": draw.source}
    leave_trace(AuditAction.DRAW_COMMITTED, by=by, subject=draw, after=after)
    return draw


@transaction.atomic
def close_pool(draw: CheckpointDraw, *, by: Viewer) -> CheckpointDraw:
    """From now on no deposit can enter or leave the pool; its digest is public."""
    row = _locked(draw, by)
    found = step(DRAW, "close_pool", row.state, by=by)
    row.pool_until = row.closed_at = timezone.now()
    pool = pool_of(row)
    if not pool:
        raise CustodyError(_("Nobody has deposited anything that could be drawn."))
    row.state, row.pool_digest = found.target, lot.pool_digest(candidates(pool))
    row.save(update_fields=["state", "pool_until", "closed_at", "pool_digest"])
    after = {"pool": row.pool_digest, "deposits": len(pool)}
    leave_trace(AuditAction.DRAW_CLOSED, by=by, subject=row, after=after)
    return row


@transaction.atomic
def make_draw(draw: CheckpointDraw, *, figure: str, by: Viewer) -> CheckpointDraw:
    """Draw, publish everything and call the bytes of what was drawn; the teams get letters."""
    row = _locked(draw, by)
    found = step(DRAW, "draw", row.state, by=by)
    row.figure = require_text(figure, field="figure") if row.source else ""
    pool = pool_of(row)
    seed = lot.Seed(row.secret, row.source, row.figure)
    row.document = lot.document_of(cells_of(pool, seats=row.seats), candidates(pool), seed=seed)
    if row.document["pool_digest"] != row.pool_digest:
        raise CustodyError(_("The pool is not the one whose digest was published; set this draw aside."))
    row.state, row.drawn_at, row.digest = found.target, timezone.now(), digest_of(row.document)
    row.save(update_fields=["state", "figure", "document", "drawn_at", "digest"])
    drawn = {code for outcome in row.document["outcome"] for code in outcome["drawn"]}
    called = [deposit for deposit in pool if deposit.code in drawn]
    _call(row, called, due_at=row.drawn_at + timedelta(days=row.days))
    leave_trace(AuditAction.DRAW_MADE, by=by, subject=row, after={"digest": row.digest, "called": len(called)})
    return row


def _call(draw: CheckpointDraw, deposits: list[Deposit], *, due_at: datetime) -> None:
    CalledCheckpoint.objects.bulk_create(
        CalledCheckpoint(draw=draw, deposit=deposit, due_at=due_at) for deposit in deposits
    )
    for call in draw.calls.select_related("deposit__entry__consortium", "deposit__entry__phase__programme"):
        entry = call.deposit.entry
        post_letter(
            addresses_of(entry.consortium),
            kind="checkpoint_called",
            subject_key=f"custody.call:{call.pk}",
            context={"call": call, "deposit": call.deposit, "entry": entry, "phase": entry.phase, "due": kst(due_at)},
        )


@transaction.atomic
def void_draw(draw: CheckpointDraw, *, reason: str, by: Viewer) -> CheckpointDraw:
    row = _locked(draw, by)
    found = step(DRAW, "void", row.state, by=by, reason=reason)
    row.state, row.void_reason = DrawState(found.target), reason.strip()
    row.save(update_fields=["state", "void_reason"])
    leave_trace(AuditAction.DRAW_VOIDED, by=by, subject=row, before={"state": found.source}, reason=row.void_reason)
    return row


def _locked(draw: CheckpointDraw, by: Viewer) -> CheckpointDraw:
    row = locked(draw)
    require_staff(by, "officer", programme=row.phase.programme)
    return row
