"""Reads of deposits, of the pool of a draw, and of what is called."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.models import Event
from portal.audit.selectors import checkpoint_covering, inclusion_proof
from portal.common.formats.lot import Candidate, Cell
from portal.consortia.models import Consortium, Entry
from portal.custody.enums import CallState, DrawState
from portal.custody.models import CalledCheckpoint, CheckpointDraw, Deposit
from portal.programmes.models import Phase
from portal.submissions.registry import DepositRow

WAITING = (CallState.CALLED, CallState.MISSED, CallState.REPLIED)  # bytes that come are still looked for


def deposits_in(phase: Phase, *, until: datetime | None = None) -> QuerySet[Deposit]:
    """Deposits that no lot has taken, in the order of their codes."""
    rows = (
        Deposit.objects.filter(entry__phase=phase, call=None).select_related("entry").order_by("entry__code", "number")
    )
    return rows.filter(deposited_at__lte=until) if until else rows


def deposited_digests(consortia: QuerySet[Consortium]) -> set[str]:
    """Checkpoints and sketches sent for deposits: the team's page does not take them for a forgotten hand-in."""
    rows = Deposit.objects.filter(entry__consortium__in=consortia).values_list("digest", "sketch__digest")
    return {digest for pair in rows for digest in pair if digest}


def deposited_rows(entry: Entry) -> list[DepositRow]:
    """Every digest of the entry that the ledger knows, with the bytes where they were called and came."""
    rows = Deposit.objects.filter(entry=entry).select_related("call__bundle")
    return [_row(row) for row in rows]


def _row(row: Deposit) -> DepositRow:
    call = getattr(row, "call", None)
    return DepositRow(
        digest=row.digest,
        step=row.step,
        tokens=row.tokens,
        at=row.deposited_at,
        log_digest=row.log_digest,
        log_bytes=row.log_bytes,
        bundle=call.bundle if call else None,
    )


def pool_of(draw: CheckpointDraw) -> list[Deposit]:
    return list(deposits_in(draw.phase, until=draw.pool_until))


def candidates(pool: list[Deposit]) -> list[Candidate]:
    return [Candidate(deposit.code, deposit.entry.code) for deposit in pool]


def cells_of(pool: list[Deposit], *, seats: int) -> list[Cell]:
    """One cell per team: nobody's share depends on how often the others deposit."""
    counts: dict[str, int] = {}
    for deposit in pool:
        counts[deposit.entry.code] = counts.get(deposit.entry.code, 0) + 1
    return [Cell(code, min(seats, count)) for code, count in sorted(counts.items())]


def public_draws() -> QuerySet[CheckpointDraw]:
    return CheckpointDraw.objects.select_related("phase__programme").order_by("-committed_at")


def open_draw(phase: Phase) -> CheckpointDraw | None:
    open_states = (DrawState.COMMITTED, DrawState.CLOSED)
    return CheckpointDraw.objects.filter(phase=phase, state__in=open_states).first()


def calls_of(entry_id: int) -> QuerySet[CalledCheckpoint]:
    rows = CalledCheckpoint.objects.filter(deposit__entry=entry_id)
    return rows.select_related("deposit__entry", "draw", "bundle", "reply")


def calls_waiting() -> QuerySet[CalledCheckpoint]:
    return CalledCheckpoint.objects.filter(state__in=WAITING).select_related("deposit__entry__consortium")


def calls_overdue() -> QuerySet[CalledCheckpoint]:
    return CalledCheckpoint.objects.filter(state=CallState.CALLED, due_at__lt=timezone.now())


def deposit_document(deposit: Deposit) -> dict[str, Any]:
    """The deposit with its place in the ledger: whoever keeps this can show later when it was made."""
    event = Event.objects.filter(subject=f"deposit:{deposit.pk}").first()
    checkpoint = checkpoint_covering(event) if event else None
    return {
        "deposit": summary(deposit),
        "ledger": inclusion_proof(event, checkpoint) if event and checkpoint else None,
    }


def summary(deposit: Deposit) -> dict[str, Any]:
    call: CalledCheckpoint | None = getattr(deposit, "call", None)
    return {
        "id": deposit.pk,
        "code": deposit.code,
        "step": deposit.step,
        "tokens": deposit.tokens,
        "digest": deposit.digest,
        "bytes": deposit.size,
        "files": deposit.files,
        "log_digest": deposit.log_digest or None,
        "log_bytes": deposit.log_bytes,
        "sketch": deposit.sketch.digest if deposit.sketch else None,
        "deposited_at": deposit.deposited_at.isoformat(),
        "called": None if call is None else {"state": call.state, "due_at": call.due_at.isoformat()},
    }
