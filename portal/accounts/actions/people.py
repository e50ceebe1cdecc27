"""The only writes to people, roles and invitations; each leaves an event in the ledger."""

from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.enums import AuditAction, Role
from portal.accounts.errors import AccountError
from portal.accounts.models import Invitation, RoleGrant, User
from portal.accounts.tokens import digest_of_secret, new_secret
from portal.audit.actions import record

INVITATION_DAYS = 14


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
