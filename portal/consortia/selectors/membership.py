"""Reads on consortia and entries. What belongs to a viewer hangs on membership, never on a role."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.accounts.models import ApiToken, Invitation, User
from portal.accounts.purposes import Origin
from portal.accounts.represented import Represented
from portal.common.viewer import Viewer
from portal.consortia.enums import InstitutionRole, MemberRole
from portal.consortia.models import Consortium, ConsortiumInstitution, Entry, Membership
from portal.programmes.models import Phase


def consortia_of(viewer: Viewer) -> QuerySet[Consortium]:
    mine = Membership.objects.filter(user=viewer.user_id)  # nobody's, for a viewer without an account
    return Consortium.objects.filter(pk__in=mine.values("consortium"))


def entries_of(viewer: Viewer) -> QuerySet[Entry]:
    return Entry.objects.filter(consortium__in=consortia_of(viewer))


def consortium_for_account(account_key: str) -> Consortium | None:
    prefix, colon, number = account_key.partition(":")
    if prefix != "consortium" or not colon or not number.isdecimal():
        return None
    return Consortium.objects.filter(pk=int(number)).first()


def is_member(viewer: Viewer, consortium: Consortium) -> bool:
    return Membership.objects.filter(user=viewer.user_id, consortium=consortium).exists()


def is_manager(viewer: Viewer, consortium: Consortium) -> bool:
    managers = Membership.objects.filter(consortium=consortium, role=MemberRole.MANAGER)
    return managers.filter(user=viewer.user_id).exists()


def accounts_managed_by(user: User) -> list[Represented]:
    """The teams for which somebody may sign programs in: where they are a manager, as on the page of tokens."""
    managed = Membership.objects.filter(user=user, role=MemberRole.MANAGER).select_related("consortium")
    return [Represented(row.consortium.account_key, row.consortium.name) for row in managed.order_by("consortium")]


def places_of(consortium: Consortium) -> QuerySet[ConsortiumInstitution]:
    """Institutions of the consortium, those that left included; the lead comes first."""
    return consortium.places.select_related("institution").order_by("role", "invited_at")


def memberships_of(consortium: Consortium) -> QuerySet[Membership]:
    return consortium.memberships.select_related("user", "institution").order_by("joined_at")


def tokens_of(consortium: Consortium) -> QuerySet[ApiToken]:
    """Keys that act for the consortium, whoever issued them."""
    return ApiToken.objects.filter(account_key=consortium.account_key).select_related("user").order_by("-created_at")


def institutions_in(phase: Phase) -> QuerySet[ConsortiumInstitution]:
    """Every institution behind the entries of a phase: what a reviewer must declare against."""
    places = ConsortiumInstitution.objects.filter(
        consortium__entries__phase=phase, accepted_at__isnull=False, ends=None
    )
    return places.select_related("institution", "consortium").distinct().order_by("consortium__slug", "role")


def invitations_for(viewer: Viewer) -> list[ConsortiumInstitution]:
    """Places that wait for this person's consent: those whose invitation this person has opened with its token."""
    opened = Invitation.objects.filter(accepted_by__isnull=False, accepted_by=viewer.user_id)
    purposes = opened.values_list("purpose", flat=True)
    ids = [int(purpose.partition(":")[2]) for purpose in purposes if purpose.startswith("institution:")]
    waiting = ConsortiumInstitution.objects.filter(pk__in=ids, accepted_at=None, ends=None)
    return list(waiting.select_related("institution", "consortium"))


def origin_of_place(purpose: str) -> Origin | None:
    """Who invites an institution: the consortium by its lead institution, and into which place."""
    number = purpose.partition(":")[2]
    places = ConsortiumInstitution.objects.select_related("institution", "consortium")
    place = places.filter(pk=int(number)).first() if number.isdecimal() else None
    if place is None:
        return None
    lead = place.consortium.places.get(role=InstitutionRole.LEAD, ends=None).institution
    inviter = _("%(institution)s, lead institution of %(consortium)s") % {
        "institution": lead.name,
        "consortium": place.consortium.name,
    }
    return Origin(inviter, place.institution.name)
