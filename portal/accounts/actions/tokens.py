"""Keys of programs: issued, shown once, revoked."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.accounts.enums import AuditAction
from portal.accounts.models import ApiToken, User
from portal.accounts.tokens import digest_of_secret, new_secret
from portal.audit.actions import record

TOKEN_DAYS = 90


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
