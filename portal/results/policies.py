"""Who may see a release. The embargo is a comparison with the clock at every read, never a flag that somebody sets."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.access import UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.programmes.models import Phase
from portal.results.bundle.disclosure import disclosed
from portal.results.enums import PUBLIC_STATES
from portal.results.models import Release
from portal.review.policies.rules import oversees_phase

HIDDEN = UNKNOWN
YES = Verdict(allowed=True)


def public_releases(*, at: datetime) -> QuerySet[Release]:
    """What anybody may read at this moment."""
    rows = Release.objects.filter(state__in=PUBLIC_STATES, embargo_until__lte=at)
    return rows.select_related("phase__programme", "content", "corrects")


def sees_round(viewer: Viewer, programme: str, phase: str) -> Verdict:
    """The page of a round is public from the day its rules are frozen; what it shows depends on its releases."""
    known = Phase.objects.filter(programme__slug=programme, slug=phase, ruleset__isnull=False, is_rehearsal=False)
    return YES if known.exists() else HIDDEN


def sees_release(viewer: Viewer, programme: str, phase: str, version: int, **kwargs: object) -> Verdict:
    """Everything under a version: hidden until it is public and its embargo is over."""
    found = public_releases(at=timezone.now()).filter(
        phase__programme__slug=programme, phase__slug=phase, version=version
    )
    return YES if found.exists() else HIDDEN


def compares(viewer: Viewer, phase: Phase) -> Verdict:
    """Entries item by item, for everybody: as soon as a public release shows the figures of single items."""
    release = public_releases(at=timezone.now()).filter(phase=phase).order_by("-version").first()
    if release is None or phase.ruleset is None:
        return HIDDEN
    return YES if "item_points" in disclosed(phase.ruleset.document, scope=release.scope, stage=phase.state) else HIDDEN


def oversees_releases(viewer: Viewer, phase_id: int) -> Verdict:
    return oversees_phase(viewer, phase_id=phase_id)


def oversees_release(viewer: Viewer, release: int) -> Verdict:
    """The working page of a release and its preview: staff of its phase, embargo or not."""
    row = Release.objects.filter(pk=release).first()
    return HIDDEN if row is None else oversees_phase(viewer, phase_id=row.phase_id)


def audits_release(viewer: Viewer, release: int) -> Verdict:
    """The auditor's bundle names people and single scores: for auditors who have no part in the phase."""
    verdict = oversees_release(viewer, release)
    if verdict.allowed and not viewer.has_role("auditor"):
        return Verdict(allowed=False, reason=_("The auditor's bundle is opened by auditors only."))
    return verdict
