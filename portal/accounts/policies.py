from typing import Any

from portal.accounts.models import ApiToken
from portal.accounts.selectors import invitation_by_token
from portal.common.access import UNKNOWN, Verdict
from portal.common.viewer import Viewer


def own_token(viewer: Viewer, *, token_id: int, **kwargs: Any) -> Verdict:
    """A token of somebody else does not exist for the viewer."""
    if viewer.is_anonymous:
        return Verdict(allowed=False)
    return Verdict(allowed=True) if ApiToken.objects.filter(pk=token_id, user=viewer.user_id).exists() else UNKNOWN


def holder_of_invitation(viewer: Viewer, *, token: str, **kwargs: Any) -> Verdict:
    """Whoever knows the token is the holder; a guess answers 404."""
    return Verdict(allowed=True) if invitation_by_token(token) else UNKNOWN
