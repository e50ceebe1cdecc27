"""What an account may use of the nodes and what it has used. Reads; the writes are in `actions/quotas.py`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.time import kst
from portal.jobs import registry
from portal.jobs.enums import ReservationState
from portal.jobs.models import Job, Quota, Reservation


class Usage(NamedTuple):
    """Within the days of a quota: runs and card-seconds that are held or used; `concurrent` are held now."""

    runs: int
    card_seconds: int
    concurrent: int


def time_limit_of(job: Job) -> int:
    """Seconds the child may take; a job of a kind that this version no longer has can only be looked at."""
    kind = registry.find_kind(job.kind)
    return job.time_limit or (kind.time_limit if kind else 0)


def most_card_seconds(job: Job) -> int:
    """What one attempt can use at most: that much is reserved."""
    return int(job.requirements.get("gpus", 0)) * time_limit_of(job)


def quotas_for(job: Job) -> QuerySet[Quota]:
    """Those that bind the job: for its kind and for all kinds, the account's own before the one for each account."""
    if not job.account:
        return Quota.objects.none()
    own = Quota.objects.filter(account=job.account)
    kinds = Q(kind=job.kind) | Q(kind="")
    common = Q(account="") & ~Q(kind__in=own.values("kind"))
    return Quota.objects.filter(kinds, Q(account=job.account) | common)


def usage_under(quota: Quota, account: str) -> Usage:
    since = timezone.now() - timedelta(days=quota.days)
    held = Q(state=ReservationState.HELD)
    rows = Reservation.objects.filter(account=account).filter(held | Q(state=ReservationState.SETTLED, made__gte=since))
    if quota.kind:
        rows = rows.filter(kind=quota.kind)
    found = rows.aggregate(runs=Count("pk"), card_seconds=Sum("card_seconds"), concurrent=Count("pk", filter=held))
    return Usage(found["runs"], found["card_seconds"] or 0, found["concurrent"])


def in_the_way_of(job: Job) -> str:
    """Why the quota leaves no room for the job now, or an empty text."""
    return next(filter(None, (refusal(quota, job) for quota in quotas_for(job).order_by("pk"))), "")


def refusal(quota: Quota, job: Job) -> str:
    need = most_card_seconds(job)
    if quota.card_seconds is not None and need > quota.card_seconds:
        return _(
            "The job needs up to %(need)s card-hours; the account's quota allows %(allowed)s in %(days)s days."
        ) % {
            "need": hours(need),
            "allowed": hours(quota.card_seconds),
            "days": quota.days,
        }
    used = usage_under(quota, job.account)
    if quota.concurrent is not None and used.concurrent >= quota.concurrent:
        return _("The account has %(count)s jobs at work, as many as its quota allows at once.") % {
            "count": used.concurrent
        }
    return period_refusal(quota, job, used, need)


def period_refusal(quota: Quota, job: Job, used: Usage, need: int) -> str:
    """A period that is used up; the earliest time at which something of it comes back is said with it."""
    facts: Mapping[str, object] = {"days": quota.days, "time": kst(room_again(quota, job.account))}
    if quota.runs is not None and used.runs >= quota.runs:
        return _(
            "The account's quota of %(runs)s runs in %(days)s days is used up. The oldest comes back at %(time)s."
        ) % {
            **facts,
            "runs": quota.runs,
        }
    if quota.card_seconds is not None and used.card_seconds + need > quota.card_seconds:
        return _(
            "The account's quota leaves %(left)s card-hours in %(days)s days and the job may need %(need)s. "
            "The oldest come back at %(time)s."
        ) % {**facts, "left": hours(max(0, quota.card_seconds - used.card_seconds)), "need": hours(need)}
    return ""


def room_again(quota: Quota, account: str) -> datetime:
    """When the oldest use leaves the period."""
    rows = Reservation.objects.filter(account=account).exclude(state=ReservationState.RETURNED)
    if quota.kind:
        rows = rows.filter(kind=quota.kind)
    now = timezone.now()
    period = timedelta(days=quota.days)
    oldest = rows.filter(made__gte=now - period).order_by("made").values_list("made", flat=True).first()
    return (oldest or now) + period


def hours(card_seconds: int) -> str:
    """Card-hours with one decimal, as text."""
    return f"{card_seconds / 3600:.1f}"
