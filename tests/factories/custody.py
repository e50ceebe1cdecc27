"""Deposits, draws and destructions through the real actions."""

import hashlib
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from portal.artifacts.models import Bundle
from portal.audit.actions import record
from portal.common.viewer import Viewer, viewer_of_user
from portal.consortia.models import Entry
from portal.custody import actions
from portal.custody.models import CheckpointDraw, Deposit, Destruction
from portal.programmes.enums import AuditAction
from portal.programmes.models import Phase
from tests.factories.accounts import make_user
from tests.factories.artifacts import manifest_of


def staff(*roles: str) -> Viewer:
    return viewer_of_user(make_user(*roles))


def member_of(entry: Entry) -> Viewer:
    """A manager of the entry's consortium."""
    return viewer_of_user(entry.consortium.memberships.get(role="manager").user)


def digest_like(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def deposit(entry: Entry, *, step: int, digest: str = "", sketch: Bundle | None = None) -> Deposit:
    promise = actions.Promise(
        step=step,
        tokens=step * 1000,
        digest=digest or digest_like(f"{entry.pk}/{step}"),
        size=4096,
        files=2,
        log_digest=digest_like(f"log {step}"),
        sketch=sketch,
    )
    return actions.deposit_checkpoint(entry, promise, actor="user:1")


def deposit_folder(entry: Entry, folder: Path, *, step: int, sketch: Bundle | None = None) -> Deposit:
    """Of a folder that is still with the team."""
    return deposit(entry, step=step, digest=manifest_of(folder).digest, sketch=sketch)


def drawn(phase: Phase, *, by: Viewer, seats: int = 1, days: int = 14) -> CheckpointDraw:
    draw = actions.commit_draw(phase, seats=seats, days=days, source="", by=by)
    actions.close_pool(draw, by=by)
    return actions.make_draw(draw, figure="", by=by)


def make_final(phase: Phase) -> None:
    """As `finalise` leaves it: the state and the event that tells when."""
    with transaction.atomic():
        Phase.objects.filter(pk=phase.pk).update(state="final")
        record(AuditAction.PHASE_MOVED, actor="system", subject=f"phase:{phase.pk}", after={"state": "final"})
    phase.refresh_from_db()


def make_due(phase: Phase, *, officer: Viewer, roles: tuple[str, ...] = ("checkpoint", "training_log")) -> None:
    """Final, and kept for no day longer. Uploads of the test lie before the deadline."""
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() + timedelta(seconds=1))
    make_final(phase)
    actions.set_retention(phase.programme, phase=phase, days=0, roles=list(roles), reason="공공기록물법", by=officer)


def proposed(entry: Entry, *, officer: Viewer) -> Destruction:
    make_due(entry.phase, officer=officer)
    entry.refresh_from_db()
    return actions.propose_destruction(entry, reason="보유 기간이 끝났다", by=officer)
