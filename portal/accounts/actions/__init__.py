"""The only writes to people, roles, invitations, tokens and sign-ins of programs."""

from portal.accounts.actions.devices import (
    NotYet,
    approve_device,
    claim_device,
    deny_device,
    redeem_device,
    start_device,
)
from portal.accounts.actions.people import (
    INVITATION_DAYS,
    accept_invitation,
    create_user,
    grant_role,
    invite,
    revoke_role,
)
from portal.accounts.actions.tokens import TOKEN_DAYS, issue_token, revoke_token, revoke_tokens_for
from portal.accounts.errors import AccountError

__all__ = [
    "INVITATION_DAYS",
    "TOKEN_DAYS",
    "AccountError",
    "NotYet",
    "accept_invitation",
    "approve_device",
    "claim_device",
    "create_user",
    "deny_device",
    "grant_role",
    "invite",
    "issue_token",
    "redeem_device",
    "revoke_role",
    "revoke_token",
    "revoke_tokens_for",
    "start_device",
]
