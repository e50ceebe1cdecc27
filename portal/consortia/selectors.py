"""Reads on consortia and entries. What belongs to a viewer hangs on membership, never on a role."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.models import ApiToken, Invitation
from portal.common.viewer import Viewer
from portal.consortia.enums import EntryState, MemberRole
from portal.consortia.models import Consortium, ConsortiumInstitution, Entry, Membership
from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase

STILL_IN = (EntryState.COMPETING, EntryState.HELD)


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


def entries_in(phase: Phase) -> QuerySet[Entry]:
    return Entry.objects.filter(phase=phase).select_related("consortium", "phase", "ruleset").order_by("code")


def places_of(consortium: Consortium) -> QuerySet[ConsortiumInstitution]:
    """Institutions of the consortium, those that left included; the lead comes first."""
    return consortium.places.select_related("institution").order_by("role", "invited_at")


def memberships_of(consortium: Consortium) -> QuerySet[Membership]:
    return consortium.memberships.select_related("user", "institution").order_by("joined_at")


def entries_by(consortium: Consortium) -> QuerySet[Entry]:
    return consortium.entries.select_related("phase__programme", "ruleset", "call").order_by("entered_at")


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


def deadline_of(entry: Entry) -> datetime | None:
    """The entry's own deadline, moved by every later change of the phase's; else the phase's."""
    if entry.deadline is None or entry.deadline_set_at is None:
        return entry.phase.closes_at
    later = entry.phase.deadline_changes.filter(decided_at__gt=entry.deadline_set_at, before__isnull=False)
    moved = sum((change.after - change.before for change in later if change.before), timedelta())
    return entry.deadline + moved


def accepts_submissions(entry: Entry) -> bool:
    deadline = deadline_of(entry)
    in_time = deadline is None or timezone.now() < deadline
    return entry.phase.state == PhaseState.RECEIVING and entry.state in STILL_IN and in_time


def phases_to_enter(consortium: Consortium) -> QuerySet[Phase]:
    """Phases whose rules are frozen, that still take entries, and that this consortium has not entered."""
    taking = Phase.objects.filter(state__in=(PhaseState.RULES_FROZEN, PhaseState.RECEIVING))
    return taking.exclude(entries__consortium=consortium).select_related("programme", "ruleset")
