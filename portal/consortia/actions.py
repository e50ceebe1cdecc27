"""Every write on consortia, their institutions and their entries."""

from datetime import datetime
from itertools import count
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actions import invite, revoke_tokens_for
from portal.accounts.enums import Role
from portal.accounts.models import Invitation
from portal.audit.actions import record
from portal.common.transitions import find
from portal.common.viewer import Viewer
from portal.consortia.enums import AuditAction, EntryState, InstitutionRole, MemberRole
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Consortium, ConsortiumInstitution, Entry, Institution, Membership
from portal.consortia.policies import require_manager
from portal.consortia.selectors import invitations_for
from portal.consortia.transitions import ENTRY
from portal.programmes.enums import CallState, PhaseState
from portal.programmes.models import Call, Phase
from portal.programmes.policies import authorise

RESERVED = frozenset({"register", "invitations"})  # words of the addresses
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class InstitutionData(NamedTuple):
    name_ko: str
    name_en: str
    registration_number: str


@transaction.atomic
def register_consortium(slug: str, *, name_ko: str, name_en: str, lead: InstitutionData, actor: Viewer) -> Consortium:
    """A consortium with its lead institution; whoever registers it becomes its first manager."""
    if actor.user_id is None:
        raise PermissionDenied(_("Sign in to register a consortium."))
    if slug in RESERVED or Consortium.objects.filter(slug=slug).exists():
        raise ConsortiumError(_("The short name %(slug)s is taken; choose another.") % {"slug": slug})
    consortium = Consortium.objects.create(slug=slug, name_ko=name_ko, name_en=name_en)
    institution = _institution(lead)
    now = timezone.now()
    ConsortiumInstitution.objects.create(
        consortium=consortium,
        institution=institution,
        role=InstitutionRole.LEAD,
        accepted_at=now,
        starts=timezone.localdate(now),
    )
    Membership.objects.create(
        user_id=actor.user_id, consortium=consortium, institution=institution, role=MemberRole.MANAGER
    )
    record(
        AuditAction.CONSORTIUM_REGISTERED,
        actor=actor.actor,
        subject=f"consortium:{consortium.pk}",
        after={"slug": slug, "lead": institution.registration_number},
    )
    return consortium


def _institution(data: InstitutionData) -> Institution:
    """The institution with this number; the name it registered with first stays."""
    institution, _created = Institution.objects.get_or_create(
        registration_number=data.registration_number,
        defaults={"name_ko": data.name_ko, "name_en": data.name_en},
    )
    return institution


@transaction.atomic
def invite_institution(
    consortium: Consortium, *, institution: InstitutionData, email: str, actor: Viewer
) -> tuple[ConsortiumInstitution, str]:
    """Offer an institution a place. The token goes to its contact, whose consent makes the place count."""
    require_manager(actor, consortium)
    Consortium.objects.select_for_update().get(pk=consortium.pk)
    invited = _institution(institution)
    if consortium.places.filter(institution=invited, ends=None).exists():
        raise ConsortiumError(
            _("%(name)s has a place in this consortium already, or an invitation to it.") % {"name": invited.name}
        )
    place = ConsortiumInstitution.objects.create(
        consortium=consortium, institution=invited, role=InstitutionRole.MEMBER, invited_email=email.lower()
    )
    _invitation, token = _invite(place, actor=actor)
    record(
        AuditAction.INSTITUTION_INVITED,
        actor=actor.actor,
        subject=f"consortium:{consortium.pk}",
        after={"institution": invited.registration_number, "place": place.pk},
    )
    return place, token


def _invite(place: ConsortiumInstitution, *, actor: Viewer) -> tuple[Invitation, str]:
    return invite(email=place.invited_email, role=Role.TEAM, purpose=place.invitation_purpose, invited_by=actor.actor)


@transaction.atomic
def accept_institution_invitation(place: ConsortiumInstitution, *, actor: Viewer) -> ConsortiumInstitution:
    """The consent of the institution, given by the person who opened its invitation; that person becomes a contributor."""
    locked = ConsortiumInstitution.objects.select_for_update().get(pk=place.pk)
    if actor.user_id is None or locked.pk not in {waiting.pk for waiting in invitations_for(actor)}:
        raise PermissionDenied(_("This invitation is not yours, or it has been answered; ask the lead institution."))
    locked.accepted_at = place.accepted_at = timezone.now()
    locked.starts = place.starts = timezone.localdate(locked.accepted_at)
    locked.save(update_fields=["accepted_at", "starts"])
    Membership.objects.get_or_create(
        user_id=actor.user_id, consortium=locked.consortium, defaults={"institution": locked.institution}
    )
    record(
        AuditAction.INSTITUTION_ACCEPTED,
        actor=actor.actor,
        subject=f"consortium:{locked.consortium_id}",
        after={"institution": locked.institution.registration_number, "place": locked.pk},
    )
    return place


@transaction.atomic
def end_place(place: ConsortiumInstitution, *, actor: Viewer, reason: str) -> ConsortiumInstitution:
    """A member institution leaves, or an invitation is taken back. The lead stays as long as the consortium does."""
    require_manager(actor, place.consortium)
    locked = ConsortiumInstitution.objects.select_for_update().get(pk=place.pk)
    if locked.role == InstitutionRole.LEAD:
        raise ConsortiumError(_("The lead institution cannot leave its consortium."))
    if locked.ends is not None:
        raise ConsortiumError(_("This institution has left already."))
    if not reason.strip():
        raise ConsortiumError(_("A change of members is recorded with a reason; give one."))
    locked.ends = place.ends = timezone.localdate()
    locked.save(update_fields=["ends"])
    _end_memberships(locked, actor=actor)
    record(
        AuditAction.INSTITUTION_LEFT,
        actor=actor.actor,
        subject=f"consortium:{locked.consortium_id}",
        after={"institution": locked.institution.registration_number, "ends": locked.ends.isoformat()},
        reason=reason,
    )
    return place


def _end_memberships(place: ConsortiumInstitution, *, actor: Viewer) -> None:
    """People of the institution leave with it, and so do the keys of their programs."""
    leaving = Membership.objects.filter(consortium=place.consortium, institution=place.institution)
    for membership in leaving.select_related("user"):
        revoke_tokens_for(membership.user, account_key=place.consortium.account_key, actor=actor.actor)
    leaving.delete()


@transaction.atomic
def enter_phase(consortium: Consortium, *, phase: Phase, actor: Viewer, call: Call | None = None) -> Entry:
    """Enter the phase under the rules frozen for it. A revival enters through the call that selected it."""
    require_manager(actor, consortium)
    locked = Phase.objects.select_for_update(of=("self",)).select_related("ruleset").get(pk=phase.pk)
    _must_take_entries(locked, call=call, actor=actor)
    if Entry.objects.filter(consortium=consortium, phase=locked, call=call).exists():
        raise ConsortiumError(_("This consortium has entered the phase already; one entry is all it has."))
    assert locked.ruleset is not None  # noqa: S101 - past `drafted`, a constraint of the database holds it
    entry = Entry.objects.create(
        consortium=consortium, phase=locked, call=call, code=_next_code(locked), ruleset=locked.ruleset
    )
    record(
        AuditAction.PHASE_ENTERED,
        actor=actor.actor,
        subject=f"entry:{entry.pk}",
        after={"phase": locked.slug, "code": entry.code, "ruleset_digest": locked.ruleset.digest},
    )
    return entry


def _must_take_entries(phase: Phase, *, call: Call | None, actor: Viewer) -> None:
    if phase.state not in (PhaseState.RULES_FROZEN, PhaseState.RECEIVING):
        raise ConsortiumError(_("This phase takes no entries now: its rules are not frozen yet, or receiving is over."))
    if call is None:
        return
    if not actor.has_role("officer"):
        raise PermissionDenied(_("An entry through a call is made by an officer, after the selection."))
    if call.phase_id != phase.pk or call.state != CallState.FILLED:
        raise ConsortiumError(_("Only a call of this phase that was filled makes an entry."))


def _next_code(phase: Phase) -> str:
    """A, B, … Z, then A2, B2, …: the phase's row is locked by the caller."""
    taken = set(Entry.objects.filter(phase=phase).values_list("code", flat=True))
    codes = (letter + (str(turn) if turn > 1 else "") for turn in count(1) for letter in LETTERS)
    return next(code for code in codes if code not in taken)


@transaction.atomic
def move_entry(entry: Entry, event: str, *, actor: Viewer, reason: str = "") -> Entry:
    locked = Entry.objects.select_for_update().get(pk=entry.pk)
    step = find(ENTRY, event, locked.state)
    authorise(step, actor=actor, reason=reason)
    if event == "withdraw":
        require_manager(actor, locked.consortium)
    locked.state = entry.state = EntryState(step.target)
    locked.save(update_fields=["state"])
    record(
        AuditAction.ENTRY_MOVED,
        actor=actor.actor,
        subject=f"entry:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target, "event": event},
        reason=reason,
    )
    return entry


@transaction.atomic
def set_entry_deadline(entry: Entry, *, deadline: datetime, actor: Viewer, reason: str) -> Entry:
    """A deadline of its own for one entry, such as a team that joined a month after the others."""
    if not actor.has_role("officer"):
        raise PermissionDenied(_("Only officers set the deadline of an entry."))
    if deadline <= timezone.now():
        raise ConsortiumError(_("The deadline lies in the past; choose a later one."))
    if not reason.strip():
        raise ConsortiumError(_("A deadline of its own is recorded with a reason; give one."))
    locked = Entry.objects.select_for_update().get(pk=entry.pk)
    before, locked.deadline, locked.deadline_set_at = locked.deadline, deadline, timezone.now()
    entry.deadline, entry.deadline_set_at = deadline, locked.deadline_set_at
    locked.save(update_fields=["deadline", "deadline_set_at"])
    record(
        AuditAction.ENTRY_DEADLINE_SET,
        actor=actor.actor,
        subject=f"entry:{locked.pk}",
        before={"deadline": before.isoformat() if before else None},
        after={"deadline": deadline.isoformat()},
        reason=reason,
    )
    return entry
