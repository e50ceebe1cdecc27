"""The jobs that are asked for, and what else the benchmark itself does to the queue. Imports Django late: it is set up first."""

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from benchmarks.support.chaos.scripts import SCRIPTS

T = TypeVar("T")
PARTS = 5  # every sixth job puts together the five before it
PATIENCE = 60  # seconds for a database that was just stopped
DOOMED = "doomed"
ACCOUNT = "team"
AT_ONCE = 4  # jobs of the account, by its quota; the workers could do one or two more


def patiently(act: Callable[[], T]) -> T | None:
    """Repeat while the database is away; None when it stays away."""
    from django.db import InterfaceError, OperationalError, connections

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            return act()
        except (OperationalError, InterfaceError):
            connections.close_all()
            time.sleep(0.2)
    return None


def ask_for(count: int, chance: random.Random, *, prefix: str) -> dict[str, int]:
    """Ask for each job twice: every fifth is announced to no broker, the others three times. How many of each sort."""
    from django.conf import settings

    from portal.jobs import actions
    from portal.jobs.actions.sending import send

    actions.set_quota(ACCOUNT, concurrent=AT_ONCE, runs=1_000_000, by="system")
    broker, parts, silent = settings.CELERY_BROKER_URL, list[Any](), 0
    for number in range(count):
        together = number % (PARTS + 1) == PARTS
        script = SCRIPTS[number % len(SCRIPTS)]
        payload = {"script": script.text(seconds=chance.uniform(0.05, 0.7), value=number), "walled": script.walled}
        settings.CELERY_BROKER_URL = "" if number % 5 == 0 else broker
        silent += not settings.CELERY_BROKER_URL
        for _ in range(2):
            key, after = f"{prefix}{number}", parts if together else ()
            job = actions.enqueue("hasty", key=key, payload=payload, actor="system", after=after, account=ACCOUNT)
        for _ in range(2 if settings.CELERY_BROKER_URL else 0):
            send(job.pk)
        parts = [] if together else [*parts, job]
    settings.CELERY_BROKER_URL = broker
    return {"message never sent": silent, "message sent three times": count - silent}


def send_again(chance: random.Random, *, times: int) -> int:
    from portal.jobs.actions.sending import send
    from portal.jobs.models import Job

    known = patiently(lambda: list(Job.objects.values_list("pk", flat=True))) or []
    chosen = chance.sample(known, min(len(known), 5))
    sent = [patiently(lambda pk=pk: send(pk)) for pk in chosen * times]
    return sum(bool(one) for one in sent)


def doomed_job(prefix: str, *, number: int) -> int | None:
    from portal.jobs import actions

    payload = {"script": f"time.sleep(0.4); result('{DOOMED}')", "walled": False}
    key = f"{prefix}{DOOMED}-{number}"
    facts = {"key": key, "payload": payload, "actor": "system", "priority": 9, "account": ACCOUNT}
    job = patiently(lambda: actions.enqueue("hasty", **facts))
    return job.pk if job else None


def cancel_later(pk: int, *, wait: float) -> None:
    """Once the job runs, after `wait` seconds. From a thread of its own, so the connection is closed at the end."""
    from django.db import connections

    from portal.jobs import actions
    from portal.jobs.models import Job

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and patiently(lambda: Job.objects.get(pk=pk).state) in {"queued", "leased"}:
        time.sleep(0.02)
    time.sleep(wait)
    patiently(lambda: actions.cancel(Job.objects.get(pk=pk)))
    connections.close_all()


def unfinished() -> int:
    from portal.jobs.enums import FINAL
    from portal.jobs.models import Job

    left = patiently(lambda: Job.objects.exclude(state__in=FINAL).count())
    return 1 if left is None else left
