"""Who sees what of measurements: a team its own reports at once, the office and the panel once nothing can change any more."""

from django.utils.translation import gettext as _

from portal.common.access import ALLOWED, UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.consortia.policies import oversees_phase
from portal.consortia.selectors import is_manager, is_member
from portal.measurements.enums import DrawState
from portal.measurements.models import Reproduction, ReproductionDraw
from portal.measurements.selectors.reported import places_of
from portal.programmes.models import Phase
from portal.programmes.policies import STAFF


def has_team(viewer: Viewer) -> Verdict:
    """What the page lists is filtered by membership."""
    return Verdict(allowed=viewer.user_id is not None)


def reports_for(viewer: Viewer, entry: int, place: str = "") -> Verdict:
    """The team's own page: nobody else reads figures there, and not before the deadline anywhere."""
    found = Entry.objects.select_related("consortium", "phase__ruleset").filter(pk=entry).first()
    known = found is not None and (not place or place in {row.address for row in places_of(found.phase)})
    if found is not None and known and is_member(viewer, found.consortium):
        return ALLOWED
    return Verdict(allowed=False) if viewer.is_anonymous else UNKNOWN


def reads_reproduction(viewer: Viewer, reproduction_id: int) -> Verdict:
    """The page of the team whose figure was drawn."""
    entry = Reproduction.objects.filter(pk=reproduction_id).values_list("figure__report__entry", flat=True).first()
    return reports_for(viewer, entry or 0)


def explains_reproduction(viewer: Viewer, row: Reproduction) -> bool:
    return row.state == "differs" and is_manager(viewer, row.figure.report.entry.consortium)


def oversees_reported(viewer: Viewer) -> Verdict:
    return Verdict(allowed=viewer.has_role(*STAFF), reason=_("Your account does not have the role for this page."))


def oversees_reproduction(viewer: Viewer, reproduction_id: int) -> Verdict:
    phase = Phase.objects.filter(reproduction_draws__reproductions=reproduction_id).values_list("pk", flat=True).first()
    return oversees_phase(viewer, phase or 0)


def sees_reproduction_draw(viewer: Viewer, draw_id: int) -> Verdict:
    """Public from the commitment on."""
    return ALLOWED if ReproductionDraw.objects.filter(pk=draw_id).exists() else UNKNOWN


def sees_reproduction_document(viewer: Viewer, draw_id: int) -> Verdict:
    made = ReproductionDraw.objects.filter(pk=draw_id, state=DrawState.DRAWN)
    return ALLOWED if made.exists() else UNKNOWN
