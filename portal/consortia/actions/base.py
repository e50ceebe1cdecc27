"""What several writes on entries share: the locked phase, who speaks for a team, and its addresses."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.common.viewer import Viewer
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Consortium, Entry, Membership
from portal.consortia.selectors import STILL_IN, is_manager
from portal.programmes.models import Phase, Programme


def locked_phase(phase_id: int) -> Phase:
    """The phase's row is the one lock of everything that is decided within it."""
    phases = Phase.objects.select_for_update(of=("self",)).select_related("ruleset", "programme")
    return phases.get(pk=phase_id)


def require_spokesperson(actor: Viewer, entry: Entry) -> None:
    """A manager of the entry's own consortium, and nobody in its place."""
    if not is_manager(actor, entry.consortium):
        raise PermissionDenied(_("Only a manager of the consortium speaks for it."))
    if entry.state not in STILL_IN:
        raise ConsortiumError(_("This entry is no longer in the phase; it is not asked any more."))


def require_outsider(actor: Viewer, programme: Programme) -> None:
    """Whoever belongs to a consortium of the programme decides nothing in it, whatever the role."""
    entered = Membership.objects.filter(consortium__entries__phase__programme=programme)
    if entered.filter(user=actor.user_id).exists():
        raise PermissionDenied(_("You belong to a consortium of this programme; somebody else does this."))


def require_state(phase: Phase, *states: str) -> None:
    if phase.state not in states:
        raise ConsortiumError(_("This is not possible in the present state of the phase."))


def require_text(text: str, refusal: str) -> str:
    if not text.strip():
        raise ConsortiumError(refusal)
    return text.strip()


def addresses_of(*consortia: Consortium) -> list[str]:
    """Where letters to these consortia go: to every person of each of them."""
    people = User.objects.filter(memberships__consortium__in=consortia, is_active=True)
    return list(people.order_by("email").values_list("email", flat=True).distinct())
