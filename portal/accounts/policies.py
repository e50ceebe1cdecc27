from typing import Any

from django.utils import timezone

from portal.accounts.enums import DeviceState
from portal.accounts.models import ApiToken, DeviceGrant
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


def decides_device(viewer: Viewer, *, grant: int, **kwargs: Any) -> Verdict:
    """Only who typed the code sees the sign-in, while it waits for the decision."""
    if viewer.is_anonymous:
        return Verdict(allowed=False)
    waiting = DeviceGrant.objects.filter(state=DeviceState.CLAIMED, expires_at__gt=timezone.now())
    return Verdict(allowed=True) if waiting.filter(pk=grant, user=viewer.user_id).exists() else UNKNOWN
