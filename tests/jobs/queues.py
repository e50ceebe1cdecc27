"""Long queues, and what PostgreSQL makes of a claim at them."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from portal.jobs import capabilities as needs
from portal.jobs.models import Job
from portal.jobs.selectors import claimable

OFFERED = {"cpu": 8}
QUEUE_INDEX = "job_queue"


def fill_queue(count: int, *, routes: int, kind: str = "script") -> None:
    """Waiting jobs of many distinct needs, every tenth of which a worker that offers 8 CPUs can do."""
    now = timezone.now()
    rows = []
    for number in range(count):
        wanted = {"cpu": 1 + number % 8} if number % 10 == 0 else {"gpus": 1 + number % routes, "memory_gb": 80}
        rows.append(
            Job(
                kind=kind,
                idempotency_key=f"queue-{count}-{number}",
                requirements=wanted,
                route=needs.route_of(wanted),
                priority=number % 5,
                requested_by="system",
                deadline=now + timedelta(days=14),
            )
        )
    Job.objects.bulk_create(rows, batch_size=1000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE jobs_job")


def claim_plan() -> list[str]:
    """The plan of the query that takes the next job, as it is run: first row only, locked."""
    with transaction.atomic():
        query = claimable(OFFERED).select_for_update(skip_locked=True)[:1]
        return query.explain(analyze=True, costs=False, timing=False, summary=False).splitlines()


def uses_queue_index(plan: list[str]) -> bool:
    """Along the index in its order: nothing is sorted, and the table is never read from end to end."""
    text = "\n".join(plan)
    return f"Index Scan using {QUEUE_INDEX}" in text and "Sort" not in text and "Seq Scan on jobs_job" not in text
