"""A program signs in by a person's browser (RFC 8628): it asks, a person types its code and decides, it fetches a token.

The token is made when the program fetches it, so its secret is never stored.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actions.tokens import issue_token
from portal.accounts.enums import AuditAction, DeviceState, Scope
from portal.accounts.errors import DeviceRefused
from portal.accounts.models import ApiToken, DeviceGrant, User
from portal.accounts.represented import represented_by
from portal.accounts.tokens import digest_of_secret, new_secret, new_user_code
from portal.accounts.transitions import DEVICE
from portal.audit.actions import record
from portal.common.transitions import find

LIFETIME = timedelta(minutes=10)
KEPT = timedelta(days=7)  # rows, after they are over; the ledger keeps the story
INTERVAL = 5  # seconds
OPEN_PER_ADDRESS = 20  # people of one institution often share an address
OPEN_IN_ALL = 500


class NotYet(DeviceRefused):
    """Nobody has decided; ask again."""


@transaction.atomic
def start_device(*, scopes: Iterable[str], label: str = "", address: str | None = None) -> tuple[DeviceGrant, str]:
    """A grant and its device code, which exists nowhere else."""
    names = sorted(set(scopes))
    if not names or not set(names) <= set(Scope.values):
        raise DeviceRefused("invalid_scope", "Unknown scope.", hint=f"Known scopes: {' '.join(Scope.values)}.")
    now = timezone.now()
    DeviceGrant.objects.filter(expires_at__lt=now - KEPT).delete()
    _require_room(address, now=now)
    secret = new_secret()
    grant = DeviceGrant.objects.create(
        user_code=new_user_code(),
        device_digest=digest_of_secret(secret),
        label=label,
        address=address,
        scope_names=" ".join(names),
        interval=INTERVAL,
        expires_at=now + LIFETIME,
    )
    record(AuditAction.DEVICE_ASKED, actor="anonymous", subject=f"device:{grant.pk}", after={"scopes": names})
    return grant, secret


def _require_room(address: str | None, *, now: datetime) -> None:
    waiting = DeviceGrant.objects.filter(state=DeviceState.PENDING, expires_at__gt=now)
    if waiting.count() >= OPEN_IN_ALL or waiting.filter(address=address).count() >= OPEN_PER_ADDRESS:
        raise DeviceRefused(
            "slow_down", "Too many sign-ins wait for their codes.", hint="Try again in a few minutes.", interval=60
        )


@transaction.atomic
def claim_device(user_code: str, *, user: User) -> DeviceGrant:
    """Whoever types the code first decides; to anybody else it is unknown from then on."""
    grant = DeviceGrant.objects.select_for_update().filter(user_code=user_code).first()
    if grant and grant.user_id == user.pk and grant.state == DeviceState.CLAIMED and not grant.is_over:
        return grant
    if grant is None or grant.is_over or grant.state != DeviceState.PENDING:
        text = _("This code is not known or has expired. Codes are valid for ten minutes; start the sign-in again.")
        raise DeviceRefused("unknown_code", text)
    _step(grant, "claim", user=user)
    record(AuditAction.DEVICE_CLAIMED, actor=user.actor, subject=f"device:{grant.pk}")
    return grant


@transaction.atomic
def approve_device(grant: DeviceGrant, *, user: User, account_key: str, days: int) -> None:
    locked = _decided_by(grant, user=user)
    if account_key not in {account.key for account in represented_by(user)}:
        raise DeviceRefused("not_yours", _("You do not manage this team any more. Ask one of its managers."))
    _step(locked, "approve", account_key=account_key, days=days)
    after = {"account": account_key, "scopes": locked.scope_names, "days": days}
    record(AuditAction.DEVICE_APPROVED, actor=user.actor, subject=f"device:{locked.pk}", after=after)


@transaction.atomic
def deny_device(grant: DeviceGrant, *, user: User) -> None:
    locked = _decided_by(grant, user=user)
    _step(locked, "deny")
    record(AuditAction.DEVICE_DENIED, actor=user.actor, subject=f"device:{locked.pk}")


def redeem_device(device_code: str) -> tuple[ApiToken, str]:
    """The token, once; NotYet while nobody has decided. Every question counts for the interval, refused ones too."""
    with transaction.atomic():
        grant = DeviceGrant.objects.select_for_update().filter(device_digest=digest_of_secret(device_code)).first()
        if grant is None or grant.state == DeviceState.REDEEMED:
            raise DeviceRefused("invalid_grant", "This device code is not known.", hint="Start the sign-in again.")
        refusal = _waits(grant) or _refused(grant)
        if refusal is None:
            _step(grant, "redeem")
            return _issue(grant)
    raise refusal  # outside of the transaction, which keeps when it was asked


def _issue(grant: DeviceGrant) -> tuple[ApiToken, str]:
    """The constraints of the row: an approved grant has a person and a number of days."""
    person, days = cast("User", grant.user), cast("int", grant.days)
    scopes = grant.scope_names.split()
    return issue_token(user=person, account_key=grant.account_key, scopes=scopes, label=grant.label, days=days)


def _refused(grant: DeviceGrant) -> DeviceRefused | None:
    if grant.state == DeviceState.DENIED:
        return DeviceRefused("access_denied", "The sign-in was refused on the portal's page.")
    if grant.is_over:
        return DeviceRefused("expired_token", "The code has expired.", hint="Start the sign-in again.")
    if grant.account_key not in {account.key for account in represented_by(cast("User", grant.user))}:
        return DeviceRefused("access_denied", "Whoever approved it does not manage the team any more.")
    return None


def _waits(grant: DeviceGrant) -> NotYet | None:
    if grant.is_over or grant.state == DeviceState.DENIED:
        return None
    if _too_soon(grant):
        return NotYet("slow_down", f"Ask every {grant.interval} seconds.", interval=grant.interval)
    if grant.state != DeviceState.APPROVED:
        return NotYet("authorization_pending", "Nobody has decided yet.", interval=grant.interval)
    return None


def _too_soon(grant: DeviceGrant) -> bool:
    """Five seconds more for each question that came too soon (RFC 8628, section 3.5)."""
    now, before = timezone.now(), grant.polled_at
    soon = before is not None and now - before < timedelta(seconds=grant.interval - 0.5)
    grant.polled_at = now
    grant.interval += INTERVAL if soon else 0
    grant.save(update_fields=["polled_at", "interval"])
    return soon


def _decided_by(grant: DeviceGrant, *, user: User) -> DeviceGrant:
    locked = DeviceGrant.objects.select_for_update().get(pk=grant.pk, user=user)
    if locked.is_over:
        raise DeviceRefused("expired_token", _("The code has expired. Start the sign-in again where the program runs."))
    return locked


def _step(grant: DeviceGrant, event: str, **facts: object) -> None:
    grant.state = find(DEVICE, event, grant.state).target
    for name, value in facts.items():
        setattr(grant, name, value)
    grant.save(update_fields=["state", *facts])
