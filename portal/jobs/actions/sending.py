"""Telling the broker. A message is only latency: one that is lost is sent again by the reconciler."""

import logging
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from portal.jobs.models import Job

logger = logging.getLogger(__name__)


def send_after_commit(job_id: int) -> None:
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(partial(send, job_id))


def send(job_id: int) -> bool:
    """Publish the job's id; False when no broker answers, which leaves the job to polling and to the next pass.

    The task is called by its name: tasks stand above actions.
    """
    try:
        current_app.send_task("jobs.run", args=[job_id], retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("Job %s waits for the next reconciler pass: the broker does not answer (%s).", job_id, error)
        return False
    Job.objects.filter(pk=job_id).update(sent=timezone.now())
    return True
