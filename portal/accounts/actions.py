"""The only writes to people, roles, invitations and tokens; each leaves an event in the ledger."""

from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.enums import AuditAction, Role
from portal.accounts.models import ApiToken, Invitation, RoleGrant, User
from portal.accounts.tokens import digest_of_secret, new_secret
from portal.audit.actions import record

INVITATION_DAYS = 14
TOKEN_DAYS = 90


class AccountError(ValueError):
    """What was asked is not possible; the message is for the person who asked."""


@transaction.atomic
def create_user(
    *,
    email: str,
    password: str,
    roles: Iterable[str] = (),
    name: str = "",
    totp_secret: str | None = None,
    actor: str = "system",
) -> User:
    """A person with a proven address. `totp_secret` (base32) sets up the second factor at once: demonstrations only."""
    address = email.strip().lower()
    if User.objects.filter(email=address).exists():
        raise AccountError(_("There is already an account for %(email)s.") % {"email": address})
    user = User(email=address, name=name)
    validate_password(password, user)
    user.set_password(password)
    user.save()
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    if totp_secret:
        TOTP.activate(user, totp_secret)
    names = sorted(roles)
    for role in names:
        RoleGrant.objects.create(user=user, role=Role(role), granted_by=actor)
    record(AuditAction.USER_CREATED, actor=actor, subject=user.actor, after={"roles": names})
    return user


@transaction.atomic
def grant_role(user: User, *, role: str, actor: str, reason: str = "") -> None:
    """Idempotent: a role that is already there leaves no second event."""
    _grant, created = RoleGrant.objects.get_or_create(user=user, role=Role(role), defaults={"granted_by": actor})
    user.forget_roles()
    if created:
        record(AuditAction.ROLE_GRANTED, actor=actor, subject=user.actor, after={"role": role}, reason=reason)


@transaction.atomic
def revoke_role(user: User, *, role: str, actor: str, reason: str = "") -> None:
    deleted, _models = RoleGrant.objects.filter(user=user, role=role).delete()
    user.forget_roles()
    if deleted:
        record(AuditAction.ROLE_REVOKED, actor=actor, subject=user.actor, before={"role": role}, reason=reason)


@transaction.atomic
def invite(
    *, email: str, role: str, invited_by: str, purpose: str = "", days: int = INVITATION_DAYS
) -> tuple[Invitation, str]:
    """An invitation and its token, which exists nowhere else: put it into the mail, then forget it."""
    token = new_secret()
    invitation = Invitation.objects.create(
        email=email.strip().lower(),
        role=Role(role),
        purpose=purpose,
        invited_by=invited_by,
        token_digest=digest_of_secret(token),
        expires_at=timezone.now() + timedelta(days=days),
    )
    facts = {"role": role, "purpose": purpose}
    record(AuditAction.INVITATION_SENT, actor=invited_by, subject=f"invitation:{invitation.pk}", after=facts)
    return invitation, token


@transaction.atomic
def accept_invitation(
    token: str, *, user: User | None = None, name: str = "", password: str = ""
) -> tuple[Invitation, User]:
    """Give the invitation's role to `user`, who is signed in under its address, or to a new account."""
    invitation = Invitation.objects.select_for_update().filter(token_digest=digest_of_secret(token)).first()
    if invitation is None:
        raise AccountError(_("This invitation is not known. Ask whoever invited you for a new one."))
    _require_open(invitation)
    if user is None:
        user = create_user(email=invitation.email, password=password, name=name, actor="system")
    elif user.email != invitation.email:
        raise AccountError(_("This invitation was sent to another address than the one you are signed in with."))
    grant_role(user, role=invitation.role, actor=invitation.invited_by)
    invitation.accepted_by, invitation.accepted_at = user, timezone.now()
    invitation.save(update_fields=["accepted_by", "accepted_at"])
    record(AuditAction.INVITATION_ACCEPTED, actor=user.actor, subject=f"invitation:{invitation.pk}")
    return invitation, user


def _require_open(invitation: Invitation) -> None:
    if invitation.state == "accepted":
        raise AccountError(_("This invitation has already been accepted. Sign in with your address."))
    if invitation.state == "expired":
        raise AccountError(_("This invitation has expired. Ask whoever invited you for a new one."))


@transaction.atomic
def issue_token(
    *, user: User, account_key: str, scopes: Iterable[str], label: str = "", days: int = TOKEN_DAYS
) -> tuple[ApiToken, str]:
    """A token for programs and its secret, shown once. Whether `user` may act for the account is the caller's rule."""
    secret = new_secret()
    token = ApiToken.objects.create(
        user=user,
        account_key=account_key,
        scope_names=" ".join(sorted(set(scopes))),
        label=label,
        digest=digest_of_secret(secret),
        expires_at=timezone.now() + timedelta(days=days),
    )
    facts = {"account": account_key, "scopes": token.scope_names}
    record(AuditAction.TOKEN_ISSUED, actor=user.actor, subject=f"token:{token.pk}", after=facts)
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: str) -> None:
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(AuditAction.TOKEN_REVOKED, actor=actor, subject=f"token:{token.pk}")


@transaction.atomic
def revoke_tokens_for(user: User, *, account_key: str, actor: str) -> None:
    """When somebody leaves an account, their programs leave with them."""
    for token in ApiToken.objects.filter(user=user, account_key=account_key, revoked_at=None):
        revoke_token(token, actor=actor)
