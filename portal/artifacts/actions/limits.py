"""The room of an account. A limit below what is used or reserved takes nothing away: it meets the next declaration."""

from django.db import transaction

from portal.artifacts.enums import AuditAction
from portal.artifacts.models import StorageAccount
from portal.audit.actions import record


@transaction.atomic
def set_limit(owner: str, *, limit: int | None, actor: str, reason: str) -> StorageAccount:
    """Give the account a limit of its own in bytes; None goes back to the setting's. The same again changes nothing."""
    account, _ = StorageAccount.objects.get_or_create(owner=owner)
    account = StorageAccount.objects.select_for_update().get(pk=account.pk)
    if account.limit == limit:
        return account
    before, account.limit = account.limit, limit
    account.save(update_fields=["limit"])
    record(
        AuditAction.LIMIT_SET,
        actor=actor,
        subject=f"storage:{owner}",
        before={"limit": before},
        after={"limit": limit},
        reason=reason,
    )
    return account
