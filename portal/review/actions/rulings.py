"""Rulings on declarations, the recusal with what follows from it, and the alternate who is called up."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.review.actions.base import locked, require_outsider, require_role, step
from portal.review.actions.invitations import replace_drawn
from portal.review.actions.sheets import mark_void, trace_void
from portal.review.enums import AuditAction, DeclarationState, RecusalGround, SeatKind, SheetState
from portal.review.errors import NotPossible
from portal.review.models import Declaration, PanelInvitation, PanelSeat, ScoreSheet
from portal.review.transitions import DECLARATION


@transaction.atomic
def rule_on_declaration(
    declaration: Declaration, *, event: str, ruled_by: User, reason: str, ground: RecusalGround | None = None
) -> Declaration:
    """`allow` or `recuse`. A recusal needs its ground and voids the person's sheets, which are kept; one who was drawn is replaced."""
    row = locked(declaration)
    refuse_own_case(row, ruled_by)
    if event == "recuse" and ground is None:
        raise NotPossible(_("Name the ground of the recusal: exclusion, challenge or withdrawal."))
    found = step(DECLARATION, event, row.state, by=ruled_by, reason=reason)
    row.state, row.ground, row.ruling_reason = found.target, ground or "", reason
    row.ruled_by, row.ruled_at = ruled_by, timezone.now()
    row.save(update_fields=["state", "ground", "ruling_reason", "ruled_by", "ruled_at"])
    voided = _leave_panel(row, ruled_by=ruled_by, reason=reason) if found.target == DeclarationState.RECUSED else []
    for sheet, before in voided:
        trace_void(sheet, before=before, voided_by=ruled_by, reason=reason)
    leave_trace(
        AuditAction.DECLARATION_RULED,
        by=ruled_by,
        subject=row,
        before={"state": found.source},
        after={"state": found.target, "ground": row.ground},
        reason=reason,
    )
    return row


def refuse_own_case(row: Declaration, user: User) -> None:
    require_outsider(user, row.seat.panel.phase)
    if row.seat.user_id == user.pk:
        raise NotPossible(_("Nobody rules on their own declaration."))


def _leave_panel(row: Declaration, *, ruled_by: User, reason: str) -> list[tuple[ScoreSheet, str]]:
    """The sheets of the seat, now void, each with its state before; events follow once every row is written."""
    sheets = ScoreSheet.objects.filter(assignment__seat=row.seat).exclude(state=SheetState.VOID)
    voided = [mark_void(sheet, voided_by=ruled_by, reason=reason) for sheet in sheets]
    invitation = PanelInvitation.objects.filter(seat=row.seat).first()
    if invitation is not None:
        replace_drawn(invitation)
    return voided


@transaction.atomic
def call_up_alternate(seat: PanelSeat, *, called_by: User) -> PanelSeat:
    """Make an alternate a member; the order in which alternates were seated is the order in which they are called."""
    require_role(called_by, "officer")
    require_outsider(called_by, seat.panel.phase)
    row = locked(seat)
    if row.kind != SeatKind.ALTERNATE:
        raise NotPossible(_("Seat %(code)s is no alternate.") % {"code": row.code})
    earlier = row.panel.seats.filter(kind=SeatKind.ALTERNATE, pk__lt=row.pk)
    waiting = earlier.exclude(declaration__state=DeclarationState.RECUSED).first()
    if waiting is not None:
        raise NotPossible(_("Alternates are called in order: %(code)s comes first.") % {"code": waiting.code})
    if row.declaration.state == DeclarationState.RECUSED:
        raise NotPossible(_("Seat %(code)s is recused.") % {"code": row.code})
    row.kind = SeatKind.REGULAR
    row.save(update_fields=["kind"])
    before, after = {"kind": SeatKind.ALTERNATE}, {"kind": row.kind}
    leave_trace(AuditAction.SEAT_CALLED_UP, by=called_by, subject=row, before=dict(before), after=dict(after))
    return row
