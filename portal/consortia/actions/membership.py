"""Writes on a consortium: who founds it, who joins, who leaves."""

from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actions import invite, revoke_tokens_for
from portal.accounts.enums import Role
from portal.accounts.models import Invitation
from portal.audit.actions import record
from portal.common.viewer import Viewer
from portal.consortia.enums import AuditAction, InstitutionRole, MemberRole
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Consortium, ConsortiumInstitution, Institution, Membership
from portal.consortia.policies import require_manager
from portal.consortia.selectors import invitations_for
from portal.letters.actions import post_letter

RESERVED = frozenset({"register", "invitations", "entries"})  # words of the addresses


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
    """Offer an institution a place. The token is mailed to its contact, whose consent makes the place count."""
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
    post_letter(
        [place.invited_email],
        kind="institution_invitation",
        subject_key=f"consortia.place:{place.pk}",
        context={"place": place, "inviter": consortium.places.get(role=InstitutionRole.LEAD, ends=None).institution},
        secrets={"token": token},
    )
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
