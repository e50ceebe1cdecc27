"""Whom a party does not want as a judge: named before seating, challenged after the roster opened; and the member who withdraws."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.consortia.models import Entry
from portal.letters.actions import post_letter
from portal.programmes.models import Phase
from portal.review.actions.base import (
    locked,
    require_member,
    require_outsider,
    require_role,
    require_stage,
    require_text,
    step,
)
from portal.review.actions.rulings import refuse_own_case, rule_on_declaration
from portal.review.enums import AuditAction, DeclarationState, NamingState, PanelKind, RecusalGround, RecusalState
from portal.review.errors import NotPossible
from portal.review.models import Declaration, Panel, PanelSeat, RecusalRequest, UnsuitableNaming
from portal.review.selectors.outcomes import discloses
from portal.review.selectors.panels import CHALLENGED_IN
from portal.review.transitions import DECLARATION, NAMING, RECUSAL

NAMING_STAGES = ("rules_frozen", "receiving", "closed")


@transaction.atomic
def name_unsuitable(entry: Entry, *, person: str, reason: str, named_by: User, email: str = "") -> UnsuitableNaming:
    """A party's word before the rosters open. The person named does not learn of it."""
    require_member(named_by, entry.consortium_id)
    require_stage(entry.phase, *NAMING_STAGES, doing=_("Naming unsuitable reviewers"))
    if Panel.objects.filter(phase=entry.phase, roster_opened_at__isnull=False).exists():
        raise NotPossible(_("The panels are seated and their rosters open. Challenge a member instead."))
    require_text(person, _("Say who is meant: name and affiliation."))
    require_text(reason, _("Give a reason: it goes into the record."))
    row = UnsuitableNaming.objects.create(
        entry=entry, person=person.strip(), email=email.strip().lower(), reason=reason, named_by=named_by
    )
    leave_trace(AuditAction.UNSUITABLE_NAMED, by=named_by, subject=row, after={"entry": entry.code})
    return row


@transaction.atomic
def rule_on_naming(
    naming: UnsuitableNaming, *, uphold: bool, reason: str, ruled_by: User, email: str = ""
) -> UnsuitableNaming:
    """Upheld, the person gets no seat: `email` says who was meant, because seats are given to addresses."""
    row = locked(naming)
    require_outsider(ruled_by, row.entry.phase)
    found = step(NAMING, "uphold" if uphold else "dismiss", row.state, by=ruled_by, reason=reason)
    address = (email.strip() or row.email).lower()
    if uphold and not address:
        raise NotPossible(_("Enter the address of the person who is meant; without it nobody can be kept from a seat."))
    seated = PanelSeat.objects.filter(panel__phase=row.entry.phase, user__email=address)
    if uphold and seated.exclude(declaration__state=DeclarationState.RECUSED).exists():
        raise NotPossible(_("This person has a seat already. Rule on the declaration of that seat."))
    row.state, row.email, row.ruling_reason = NamingState(found.target), address, reason
    row.ruled_by, row.ruled_at = ruled_by, timezone.now()
    row.save(update_fields=["state", "email", "ruling_reason", "ruled_by", "ruled_at"])
    _tell(row.named_by, f"naming:{row.pk}", phase=row.entry.phase, page="review:party_panels", subject=row.entry_id)
    before, after = {"state": found.source}, {"state": found.target}
    leave_trace(
        AuditAction.UNSUITABLE_RULED,
        by=ruled_by,
        subject=row,
        before=dict(before),
        after=dict(after),
        reason=reason,
    )
    return row


@transaction.atomic
def open_roster(panel: Panel, *, challenge_due: datetime, opened_by: User) -> Panel:
    """Let the parties read who sits on the panel, and challenge until `challenge_due`; only as the frozen rules disclose the roster."""
    require_role(opened_by, "officer")
    row = locked(panel)
    require_outsider(opened_by, row.phase)
    require_stage(row.phase, *CHALLENGED_IN, doing=_("Opening a roster"))
    if row.kind == PanelKind.PUBLIC:
        raise NotPossible(_("Members of the general public sit without names; their roster is not opened."))
    if row.roster_opened_at is not None:
        raise NotPossible(_("The roster is open already."))
    if not discloses(row.phase, "panel_roster", audience="own_consortium", at=row.phase.state):
        raise NotPossible(_("The frozen disclosure matrix does not open the roster to the parties at this stage."))
    if challenge_due <= timezone.now():
        raise NotPossible(_("The last day for challenges lies in the past."))
    if not row.seats.exists():
        raise NotPossible(_("The panel has no member yet."))
    row.roster_opened_at, row.challenge_due = timezone.now(), challenge_due
    row.save(update_fields=["roster_opened_at", "challenge_due"])
    leave_trace(AuditAction.ROSTER_OPENED, by=opened_by, subject=row, after={"due": challenge_due.isoformat()})
    return row


@transaction.atomic
def challenge(seat: PanelSeat, *, entry: Entry, reason: str, lodged_by: User) -> RecusalRequest:
    """A party's challenge (기피) of one member, within the term that began when the roster opened."""
    require_member(lodged_by, entry.consortium_id)
    row = locked(seat)
    panel = row.panel
    if entry.phase_id != panel.phase_id or panel.roster_opened_at is None:
        raise NotPossible(_("The roster of this panel is not open."))
    require_stage(panel.phase, *CHALLENGED_IN, doing=_("A challenge"))
    if panel.challenge_due is not None and timezone.now() >= panel.challenge_due:
        raise NotPossible(_("The term for challenges is over."))
    require_text(reason, _("Give a reason: it goes into the record."))
    if row.declaration.state == DeclarationState.RECUSED:
        raise NotPossible(_("This member is recused already."))
    if row.recusal_requests.filter(entry=entry, state=RecusalState.LODGED).exists():
        raise NotPossible(_("Your challenge of this member waits for its ruling."))
    return _lodge(row, ground=RecusalGround.CHALLENGE, reason=reason, lodged_by=lodged_by, entry=entry)


@transaction.atomic
def take_back_challenge(request: RecusalRequest, *, taken_back_by: User) -> RecusalRequest:
    row = locked(request)
    if row.entry is None:
        raise NotPossible(_("A withdrawal is ruled, it cannot be taken back."))
    require_member(taken_back_by, row.entry.consortium_id)
    found = step(RECUSAL, "take_back", row.state, by=taken_back_by)
    row.state = RecusalState(found.target)
    row.save(update_fields=["state"])
    _trace(row, found.source, by=taken_back_by)
    return row


@transaction.atomic
def ask_to_withdraw(seat: PanelSeat, *, reason: str, asked_by: User) -> RecusalRequest:
    """A member's own withdrawal (회피). Nothing stays open to them until it is ruled: a declared interest counts as a conflict."""
    row = locked(seat)
    if row.user_id != asked_by.pk:
        raise NotPossible(_("A withdrawal is asked for by the person who holds the seat."))
    require_stage(row.panel.phase, *CHALLENGED_IN, doing=_("A withdrawal"))
    require_text(reason, _("Give a reason: it goes into the record."))
    if row.recusal_requests.filter(entry=None, state=RecusalState.LODGED).exists():
        raise NotPossible(_("Your withdrawal waits for its ruling."))
    declaration = locked(row.declaration)
    if declaration.state == DeclarationState.RECUSED:
        raise NotPossible(_("You are recused already."))
    if declaration.opens_content:
        found = step(DECLARATION, "ask_to_withdraw", declaration.state, by=asked_by, reason=reason)
        declaration.state = DeclarationState(found.target)
        declaration.save(update_fields=["state"])
    return _lodge(row, ground=RecusalGround.WITHDRAWAL, reason=reason, lodged_by=asked_by, entry=None)


def _lodge(
    seat: PanelSeat, *, ground: RecusalGround, reason: str, lodged_by: User, entry: Entry | None
) -> RecusalRequest:
    request = RecusalRequest.objects.create(seat=seat, ground=ground, entry=entry, reason=reason, lodged_by=lodged_by)
    after: dict[str, object] = {"ground": ground, "seat": seat.pk, "entry": entry.code if entry else ""}
    leave_trace(AuditAction.RECUSAL_LODGED, by=lodged_by, subject=request, after=after)
    return request


@transaction.atomic
def rule_on_recusal(request: RecusalRequest, *, grant: bool, reason: str, ruled_by: User) -> RecusalRequest:
    """Granted, the seat is recused with all that follows; a refused withdrawal lets the member go on where nothing else stands open."""
    row = locked(request)
    declaration = row.seat.declaration
    refuse_own_case(declaration, ruled_by)
    found = step(RECUSAL, "grant" if grant else "refuse", row.state, by=ruled_by, reason=reason)
    row.state, row.ruling_reason = RecusalState(found.target), reason
    row.ruled_by, row.ruled_at = ruled_by, timezone.now()
    row.save(update_fields=["state", "ruling_reason", "ruled_by", "ruled_at"])
    page, subject = ("review:party_panels", row.entry_id) if row.entry_id else ("review:withdrawal", row.seat_id)
    _tell(row.lodged_by, f"recusal:{row.pk}", phase=row.seat.panel.phase, page=page, subject=subject)
    _carry_out(row, declaration, grant=grant, reason=reason, ruled_by=ruled_by)
    _trace(row, found.source, by=ruled_by, reason=reason)
    return row


def _tell(person: User, key: str, *, phase: Phase, page: str, subject: int) -> None:
    """A letter that there is a ruling, with the page where it stands; the ruling itself is in no mail."""
    context: dict[str, object] = {"phase": phase, "page": page, "subject": subject}
    post_letter([person.email], kind="panel_ruling", subject_key=f"review.{key}", context=context)


def _carry_out(row: RecusalRequest, declaration: Declaration, *, grant: bool, reason: str, ruled_by: User) -> None:
    waits = row.ground == RecusalGround.WITHDRAWAL and declaration.state == DeclarationState.DECLARED
    if grant and declaration.state != DeclarationState.RECUSED:
        ground = RecusalGround(row.ground)
        rule_on_declaration(declaration, event="recuse", ground=ground, reason=reason, ruled_by=ruled_by)
    elif not grant and waits and not declaration.interests.filter(interest=True).exists():
        rule_on_declaration(declaration, event="allow", reason=reason, ruled_by=ruled_by)


def _trace(row: RecusalRequest, before: str, *, by: User, reason: str = "") -> None:
    leave_trace(
        AuditAction.RECUSAL_RULED,
        by=by,
        subject=row,
        before={"state": before},
        after={"state": row.state},
        reason=reason,
    )
