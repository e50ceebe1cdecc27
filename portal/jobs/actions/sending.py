"""Telling the broker. A message is only latency: one that is lost is sent again by the reconciler."""

import logging
from collections.abc import Mapping
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from portal.jobs.models import Job
from portal.jobs.queues import queue_for

logger = logging.getLogger(__name__)


def send_after_commit(job: Job) -> None:
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(partial(send, job.pk, requirements=job.requirements))


def send(job_id: int, *, requirements: Mapping[str, int] | None = None) -> bool:
    """Publish the job's id to the queue of its needs; False when no broker answers, which leaves it to polling and the next pass.

    The task is called by its name: tasks stand above actions.
    """
    if requirements is None:
        requirements = Job.objects.values_list("requirements", flat=True).get(pk=job_id)
    queue = queue_for(requirements)
    try:
        current_app.send_task("jobs.run", args=[job_id], queue=queue, retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("Job %s waits for the next reconciler pass: the broker does not answer (%s).", job_id, error)
        return False
    Job.objects.filter(pk=job_id).update(sent=timezone.now())
    return True
