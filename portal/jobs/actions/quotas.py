"""The share of its account's quota that a job takes: reserved with its lease, settled on success, else returned."""

from django.db import transaction
from django.utils import timezone

from portal.jobs.enums import AttemptOutcome, ReservationState
from portal.jobs.models import Attempt, Job, Quota, Reservation
from portal.jobs.quotas import most_card_seconds, quotas_for, refusal


def reserve(job: Job) -> bool:
    """Take the job's share, if every quota that binds it leaves room; the caller holds the job's lock.

    The quotas' rows are locked before anything is counted, so that two workers cannot both take the last share.
    """
    quotas = quotas_for(job).order_by("pk").select_for_update()
    if any(refusal(quota, job) for quota in quotas):
        return False
    if job.account:
        facts = {"account": job.account, "kind": job.kind, "card_seconds": most_card_seconds(job)}
        facts |= {"state": ReservationState.HELD, "made": timezone.now()}
        Reservation.objects.update_or_create(job=job, defaults=facts)
    return True


def settle(job: Job, attempt: Attempt | None, outcome: str) -> None:
    """At the end of an attempt: keep what a success used, give everything else back."""
    held = Reservation.objects.filter(job=job, state=ReservationState.HELD)
    if outcome != AttemptOutcome.SUCCEEDED:
        held.update(state=ReservationState.RETURNED, card_seconds=0)
        return
    taken = attempt.ended - attempt.started if attempt and attempt.ended else None
    cards = int(job.requirements.get("gpus", 0))
    used = cards * int(taken.total_seconds()) if taken else 0
    held.update(state=ReservationState.SETTLED, card_seconds=max(0, used))


@transaction.atomic
def set_quota(
    account: str,
    *,
    kind: str = "",
    days: int = 30,
    runs: int | None = None,
    card_seconds: int | None = None,
    concurrent: int | None = None,
    by: str,
) -> Quota | None:
    """Set what the account ("" for each one without its own) may use; without any limit the quota is removed."""
    limits = {"runs": runs, "card_seconds": card_seconds, "concurrent": concurrent}
    if all(limit is None for limit in limits.values()):
        Quota.objects.filter(account=account, kind=kind).delete()
        return None
    facts = {"days": days, "set_by": by, **limits}
    quota, _created = Quota.objects.update_or_create(account=account, kind=kind, defaults=facts)
    return quota
