"""Doors of the pages around panels: invitations, requests for recusal, draws."""

from portal.accounts.models import User
from portal.common.access import ALLOWED, UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.review.enums import InvitationState
from portal.review.models import Draw, PanelInvitation


def has_open_invitation(user_id: int | None) -> bool:
    if user_id is None:
        return False
    address = User.objects.filter(pk=user_id).values("email")
    return PanelInvitation.objects.filter(email__in=address, state=InvitationState.INVITED).exists()


def is_asked(viewer: Viewer, invitation_id: int) -> Verdict:
    """The person of the invited address; strangers are asked to sign in first, so that the letter's link works."""
    row = PanelInvitation.objects.filter(pk=invitation_id).first()
    if viewer.user_id is None:
        return Verdict(allowed=False)
    mine = row is not None and User.objects.filter(pk=viewer.user_id, email=row.email).exists()
    return ALLOWED if mine else UNKNOWN


def sees_draw(viewer: Viewer, draw_id: int) -> Verdict:
    """Public from the commitment on; before it a draft is the staff's and has no public address."""
    return ALLOWED if Draw.objects.filter(pk=draw_id).exclude(commitment="").exists() else UNKNOWN


def sees_draw_document(viewer: Viewer, draw_id: int) -> Verdict:
    row = Draw.objects.filter(pk=draw_id).exclude(commitment="").first()
    return ALLOWED if row is not None and row.document is not None else UNKNOWN
