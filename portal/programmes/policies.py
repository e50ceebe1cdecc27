"""Who may act on programmes. Rule sets are public as soon as they are frozen; before, staff alone see them."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.access import UNKNOWN, Verdict
from portal.common.transitions import Transition
from portal.common.viewer import Viewer
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import Phase, Programme, RuleSetVersion
from portal.programmes.transitions import EDITABLE, SETTLED_LATE

STAFF = ("officer", "decider", "auditor", "operator")


def authorise(step: Transition, *, actor: Viewer, reason: str = "") -> None:
    """Refuse a step that the actor's roles do not allow, or that lacks the reason it needs."""
    if not actor.has_role(*step.by):
        raise PermissionDenied(_("Your role does not allow this step."))
    if step.needs_reason and not reason.strip():
        raise ProgrammeError(_("This step is recorded with a reason; give one."))


def needs_reason(step: Transition, phase: Phase) -> bool:
    """Also for closing before the announced deadline, which departs from what everybody was told."""
    early = step.event == "close_receiving" and phase.closes_at is not None and phase.closes_at > timezone.now()
    return step.needs_reason or early


def require_role(actor: Viewer, *names: str) -> None:
    if not actor.has_role(*names):
        raise PermissionDenied(_("Your role does not allow this step."))


def editable_fields(phase: Phase) -> frozenset[str]:
    """The fields of the plan that an officer may still write."""
    late = {"seats"} if phase.seats is None and phase.state in SETTLED_LATE else frozenset()
    return EDITABLE.get(phase.state, frozenset()) | late


def sees_programme(viewer: Viewer, slug: str) -> Verdict:
    return Verdict(allowed=True) if Programme.objects.filter(slug=slug).exists() else UNKNOWN


def sees_ruleset(viewer: Viewer, slug: str, version: int) -> Verdict:
    found = RuleSetVersion.objects.filter(programme__slug=slug, version=version).first()
    return Verdict(allowed=True) if found is not None and reads_version(viewer, found) else UNKNOWN


def compares_rulesets(viewer: Viewer, slug: str, before: int, after: int) -> Verdict:
    """Whoever may read both versions may read what differs."""
    verdicts = [sees_ruleset(viewer, slug, version) for version in (before, after)]
    return Verdict(allowed=True) if all(verdict.allowed for verdict in verdicts) else UNKNOWN


def reads_version(viewer: Viewer, version: RuleSetVersion) -> bool:
    """Everybody, once it is frozen or put to everybody as a proposal; staff always."""
    return bool(version.frozen_at or version.shown_at) or viewer.has_role(*STAFF)


def sees_operations(viewer: Viewer, **kwargs: object) -> Verdict:
    return Verdict(allowed=viewer.has_role(*STAFF), reason=_("This page is for the staff of the programme."))


def runs_phase(viewer: Viewer, phase: str) -> Verdict:
    """Staff see a phase's page; which steps they may take is the table's business."""
    verdict = sees_operations(viewer)
    return verdict if not verdict.allowed or Phase.objects.filter(slug=phase).exists() else UNKNOWN


def changes_phase(viewer: Viewer, phase: str) -> Verdict:
    if not viewer.has_role("officer"):
        return Verdict(allowed=False, reason=_("Only officers change a phase."))
    return runs_phase(viewer, phase)


def plans(viewer: Viewer) -> Verdict:
    return Verdict(allowed=viewer.has_role("officer"), reason=_("Only officers create programmes and phases."))


def changes_programme(viewer: Viewer, slug: str) -> Verdict:
    verdict = plans(viewer)
    return sees_programme(viewer, slug) if verdict.allowed else verdict
