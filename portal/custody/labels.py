"""Words for what stands in rows as a key."""

from django.utils.translation import gettext as _

from portal.custody.selectors.retention import CALLED, SKETCH, UNUSED
from portal.submissions.enums import Role


def role_label(role: str) -> str:
    own = {
        CALLED: _("Checkpoint called by lot"),
        SKETCH: _("Sketch of a deposit"),
        UNUSED: _("Uploaded, never handed in"),
    }
    return own[role] if role in own else str(Role(role).label)
