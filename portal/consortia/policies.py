"""Who may act for a consortium: its members see it, its managers change it, staff read."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.common.access import UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import (
    Amendment,
    ComponentQuestion,
    Consortium,
    ConsortiumInstitution,
    Entry,
    Membership,
    Proposal,
    SupportGrant,
    SupportOutage,
)
from portal.consortia.selectors import invitations_for, is_manager, is_member, phases_to_enter
from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase, Programme
from portal.programmes.policies import STAFF

READERS = ("officer", "auditor")


def require_manager(actor: Viewer, consortium: Consortium) -> None:
    """Refuse whoever is neither a manager of the consortium nor the programme's officer."""
    if not actor.has_role("officer") and not is_manager(actor, consortium):
        raise PermissionDenied(_("Only a manager of the consortium may do this."))


def sees_consortium(viewer: Viewer, slug: str) -> Verdict:
    consortium = Consortium.objects.filter(slug=slug).first()
    if consortium and (viewer.has_role(*READERS) or is_member(viewer, consortium)):
        return Verdict(allowed=True)
    return _hidden(viewer)


def manages_consortium(viewer: Viewer, slug: str) -> Verdict:
    """Members who are no managers learn why; to everybody else the consortium is not there."""
    seen = sees_consortium(viewer, slug)
    if not seen.allowed:
        return seen
    allowed = is_manager(viewer, Consortium.objects.get(slug=slug))
    return Verdict(allowed=allowed, reason=_("Only a manager of the consortium may do this."))


def manages_place(viewer: Viewer, slug: str, place: int) -> Verdict:
    verdict = manages_consortium(viewer, slug)
    known = ConsortiumInstitution.objects.filter(pk=place, consortium__slug=slug).exists()
    return verdict if not verdict.allowed or known else UNKNOWN


def enters_phase(viewer: Viewer, slug: str, phase: str) -> Verdict:
    """A phase that takes no entries, or not this consortium's, has no page to enter it."""
    verdict = manages_consortium(viewer, slug)
    if not verdict.allowed:
        return verdict
    open_phases = phases_to_enter(Consortium.objects.get(slug=slug))
    return verdict if phase in {row.slug for row in open_phases} else UNKNOWN


def is_invited(viewer: Viewer, place: int) -> Verdict:
    if any(waiting.pk == place for waiting in invitations_for(viewer)):
        return Verdict(allowed=True)
    return _hidden(viewer)


def _hidden(viewer: Viewer) -> Verdict:
    """A visitor is asked to sign in, whether the thing is there or not; a member of another team finds nothing."""
    return Verdict(allowed=False) if viewer.is_anonymous else UNKNOWN


def reads_entry(viewer: Viewer, entry: int) -> Verdict:
    """The team's own page of an entry; staff without a team of their own read it, other teams do not find it."""
    found = Entry.objects.filter(pk=entry).select_related("consortium", "phase").first()
    if found and is_member(viewer, found.consortium):
        return Verdict(allowed=True)
    if found and viewer.has_role(*READERS) and not takes_part(viewer, found.phase.programme_id):
        return Verdict(allowed=True)
    return _hidden(viewer)


def speaks_for_entry(viewer: Viewer, entry: int) -> Verdict:
    """Managers of the entry's own consortium; nobody speaks in their place."""
    seen = reads_entry(viewer, entry)
    if not seen.allowed:
        return seen
    allowed = is_manager(viewer, Entry.objects.get(pk=entry).consortium)
    return Verdict(allowed=allowed, reason=_("Only a manager of the consortium speaks for it."))


def reads_amendment(viewer: Viewer, entry: int, amendment: int) -> Verdict:
    verdict = reads_entry(viewer, entry)
    put = Amendment.objects.filter(pk=amendment, phase__entries=entry).exists()
    return verdict if not verdict.allowed or put else UNKNOWN


def takes_back_proposal(viewer: Viewer, entry: int, proposal: int) -> Verdict:
    verdict = speaks_for_entry(viewer, entry)
    return verdict if not verdict.allowed or Proposal.objects.filter(pk=proposal, entry=entry).exists() else UNKNOWN


def takes_back_question(viewer: Viewer, entry: int, question: int) -> Verdict:
    verdict = speaks_for_entry(viewer, entry)
    known = ComponentQuestion.objects.filter(pk=question, entry=entry).exists()
    return verdict if not verdict.allowed or known else UNKNOWN


def sees_records(viewer: Viewer, phase: str, **kwargs: object) -> Verdict:
    """Records of a phase are for everybody as soon as its rules are frozen."""
    known = Phase.objects.filter(slug=phase).exclude(state=PhaseState.DRAFTED).exists()
    return Verdict(allowed=True) if known else UNKNOWN


def sees_support(viewer: Viewer, slug: str) -> Verdict:
    return Verdict(allowed=True) if Programme.objects.filter(slug=slug).exists() else UNKNOWN


def oversees_phase(viewer: Viewer, phase_id: int) -> Verdict:
    return _outside_staff(viewer, *STAFF, phases=Phase.objects.filter(pk=phase_id))


def oversees_amendment(viewer: Viewer, amendment_id: int) -> Verdict:
    return _outside_staff(viewer, *STAFF, phases=Phase.objects.filter(amendments=amendment_id))


def sees_question(viewer: Viewer, question_id: int) -> Verdict:
    asked = ComponentQuestion.objects.filter(pk=question_id)
    return _outside_staff(viewer, *READERS, phases=Phase.objects.filter(pk__in=asked.values("phase")))


def sees_questions(viewer: Viewer, phase_id: int) -> Verdict:
    return _outside_staff(viewer, *READERS, phases=Phase.objects.filter(pk=phase_id))


def sees_proposals(viewer: Viewer, phase_id: int) -> Verdict:
    return _outside_staff(viewer, *STAFF, phases=Phase.objects.filter(pk=phase_id))


def sets_entry_deadline(viewer: Viewer, entry_id: int) -> Verdict:
    return _outside_staff(viewer, "officer", phases=Phase.objects.filter(entries=entry_id))


def keeps_support(viewer: Viewer, slug: str) -> Verdict:
    return _staff(viewer, "officer", known=lambda: Programme.objects.filter(slug=slug).exists())


def oversees_support(viewer: Viewer, slug: str) -> Verdict:
    return _staff(viewer, *STAFF, known=lambda: Programme.objects.filter(slug=slug).exists())


def oversees_grant(viewer: Viewer, grant_id: int) -> Verdict:
    return _staff(viewer, *STAFF, known=lambda: SupportGrant.objects.filter(pk=grant_id).exists())


def keeps_grant(viewer: Viewer, grant_id: int) -> Verdict:
    return _staff(viewer, "officer", known=lambda: SupportGrant.objects.filter(pk=grant_id).exists())


def keeps_outage(viewer: Viewer, outage_id: int) -> Verdict:
    return _staff(viewer, "officer", known=lambda: SupportOutage.objects.filter(pk=outage_id).exists())


def _staff(viewer: Viewer, *roles: str, known: Callable[[], bool]) -> Verdict:
    """Whoever lacks the role learns nothing about what is there."""
    if not viewer.has_role(*roles):
        return Verdict(allowed=False, reason=_("Your account does not have the role for this page."))
    return Verdict(allowed=True) if known() else UNKNOWN


def _outside_staff(viewer: Viewer, *roles: str, phases: "QuerySet[Phase]") -> Verdict:
    """Staff of the phase's programme: what rivals ask and propose is hidden from whoever belongs to a team there, too."""
    programme = phases.values_list("programme", flat=True).first()
    verdict = _staff(viewer, *roles, known=lambda: programme is not None)
    if not verdict.allowed or programme is None or not takes_part(viewer, programme):
        return verdict
    return Verdict(allowed=False, reason=_("You belong to a consortium of this programme; somebody else does this."))


def takes_part(viewer: Viewer, programme_id: int) -> bool:
    """Whether the viewer belongs to a consortium that entered a phase of the programme."""
    entered = Membership.objects.filter(consortium__entries__phase__programme=programme_id)
    return viewer.user_id is not None and entered.filter(user=viewer.user_id).exists()
