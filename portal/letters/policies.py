"""Who oversees what leaves: addresses and subjects of every team stand here, so nobody who belongs to a team."""

from django.utils.translation import gettext as _

from portal.common.access import Verdict
from portal.common.viewer import Viewer


def oversees_letters(viewer: Viewer, **kwargs: object) -> Verdict:
    held = viewer.has_role("officer", "auditor", "operator") and not viewer.has_role("team")
    return Verdict(allowed=held, reason=_("This page is for the programme's staff who belong to no team."))


def sends_again(viewer: Viewer, **kwargs: object) -> Verdict:
    held = viewer.has_role("officer") and not viewer.has_role("team")
    return Verdict(allowed=held, reason=_("This page is for the programme's staff who belong to no team."))
