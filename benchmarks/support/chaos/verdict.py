"""What must be true when everything has come to rest."""

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from benchmarks.support.chaos.work import DOOMED


def counts_of(prefix: str, *, skewed: Collection[int]) -> dict[str, int]:
    """Every count has to be 0."""
    from portal.jobs.models import Attempt, Job
    from tests.jobs.kinds.models import Result

    jobs = {job.pk: job for job in Job.objects.filter(idempotency_key__startswith=prefix)}
    results = [row for row in Result.objects.all() if row.job_id in jobs]
    written = Counter(row.job_id for row in results)
    succeeded = {pk for pk, job in jobs.items() if job.state == "succeeded"}
    wanted = {pk for pk, job in jobs.items() if DOOMED not in job.idempotency_key}
    return {
        "lost": len(wanted - succeeded) + len(succeeded - written.keys()),
        "duplicate results": sum(number - 1 for number in written.values()),
        "results of jobs that did not succeed": len(written.keys() - succeeded),
        "fence mismatches": sum(jobs[row.job_id].fence != row.fence for row in results),
        "wrong values": sum(
            str((jobs[row.job_id].outcome or {}).get("value")) != row.value
            for row in results
            if row.job_id in succeeded
        ),
        "too early": too_early(jobs, skewed=skewed),
        "open attempts": Attempt.objects.filter(job__in=jobs, ended=None).count(),
        "quota not settled": quota_not_settled(jobs, succeeded=succeeded),
        "not final": sum(not job.is_final for job in jobs.values()),
    }


def stories_of_lost(prefix: str) -> list[str]:
    """What became of each job that should have succeeded: for whoever looks for the reason."""
    from portal.jobs.models import Job

    lost = Job.objects.filter(idempotency_key__startswith=prefix).exclude(state__in=("succeeded", "cancelled"))
    return [
        f"{job} {job.cause} {job.error!r} {job.payload.get('script', '')[:20]!r} walled {job.payload.get('walled')}: "
        + ", ".join(f"{row.fence} {row.outcome} {row.cause}" for row in job.attempts.all())
        for job in lost
    ]


def quota_not_settled(jobs: Collection[int], *, succeeded: Collection[int]) -> int:
    """A success has used its share; whatever else became of a job, its share came back."""
    from portal.jobs.models import Reservation

    states = dict(Reservation.objects.filter(job__in=jobs).values_list("job_id", "state"))
    return sum(state != ("settled" if pk in succeeded else "returned") for pk, state in states.items())


def too_early(jobs: Collection[int], *, skewed: Collection[int]) -> int:
    """Attempts that began before all that the job needs had ended, by workers whose clocks were right."""
    from portal.jobs.models import Attempt, Need

    wrong = tuple(f"-{pid}" for pid in skewed)
    ends = {
        row.job_id: row.ended
        for row in Attempt.objects.filter(job__in=jobs, outcome="succeeded")
        if not row.worker.endswith(wrong)
    }
    needs = Counter[int]()
    begun: dict[int, list[Any]] = {}
    for row in Attempt.objects.filter(job__in=jobs):
        if not row.worker.endswith(wrong):
            begun.setdefault(row.job_id, []).append(row.started)
    for need in Need.objects.filter(job__in=jobs):
        needs[need.job_id] += sum(
            start < ends[need.on_id] for start in begun.get(need.job_id, ()) if need.on_id in ends
        )
    return needs.total()


def attempt_outcomes(prefix: str) -> dict[str, int]:
    from portal.jobs.models import Attempt

    rows = Attempt.objects.filter(job__idempotency_key__startswith=prefix)
    return dict(sorted(Counter(outcome or "open" for outcome in rows.values_list("outcome", flat=True)).items()))


def folders_left(root: Path) -> list[Path]:
    """Folders of attempts that no worker came back for."""
    return list((root / "jobs").glob("*/[0-9]*-[0-9]*"))
