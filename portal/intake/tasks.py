"""What the reconciler looks after: no upload stays in its check without somebody who does it."""

from datetime import timedelta

from django.utils import timezone

from portal.artifacts.enums import UploadState
from portal.artifacts.models import Upload
from portal.intake.jobs import key_of, reopen, request_check
from portal.jobs.enums import JobState
from portal.jobs.models import Job

ALONE_AFTER = timedelta(seconds=30)  # a check within a request has no job; when it was killed, a job goes on


def look_after_checks() -> int:
    """Ask for checks that nobody does; open the uploads whose job was ended without an answer."""
    changed = 0
    for upload in Upload.objects.filter(state=UploadState.CHECKING).defer("manifest"):
        job = Job.objects.filter(idempotency_key=key_of(upload)).first()
        if job is None and upload.active_at < timezone.now() - ALONE_AFTER:
            request_check(upload, actor=upload.actor)
            changed += 1
        elif job is not None and job.state in {JobState.CANCELLED, JobState.FAILED}:
            reopen(upload, why=job.cause or job.state)
            changed += 1
    return changed
