"""Who may act for a consortium: its members see it, its managers change it, staff read."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portal.common.access import UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Consortium, ConsortiumInstitution
from portal.consortia.selectors import invitations_for, is_manager, is_member, phases_to_enter

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
