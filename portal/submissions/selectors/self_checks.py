"""A team's own looks at its checkpoints: which there are, what may be checked, and how many are left."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from originality.selectors import highest_level
from portal.artifacts.models import Upload
from portal.consortia.models import Consortium
from portal.jobs.enums import ENDED_WITHOUT, FINAL
from portal.submissions.models import SelfCheck
from portal.submissions.selectors.runs import RunStatus, run_status

WEIGHTS = ".safetensors"
LISTED = 50


class SelfCheckRow(NamedTuple):
    """`level` is the highest one over all references, None until there is a result."""

    check: SelfCheck
    status: RunStatus
    level: int | None
    open: bool


class Quota(NamedTuple):
    """How many checks were asked for in the last `days`; one that failed or was cancelled does not count."""

    used: int
    limit: int
    days: int
    open: SelfCheck | None
    next_at: datetime | None

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def self_checks_of(consortium: Consortium) -> list[SelfCheckRow]:
    """Return the team's checks, the newest first."""
    rows = SelfCheck.objects.filter(consortium=consortium).select_related("run__job", "run__bundle")
    return [self_check_row(row) for row in rows.prefetch_related("run__comparisons")[:LISTED]]


def self_check_row(check: SelfCheck) -> SelfCheckRow:
    job = check.run.job
    if job is None:
        raise SelfCheck.DoesNotExist(f"{check} has no job")
    return SelfCheckRow(check, run_status(job), highest_level(check.run), open=not job.is_final)


def self_check_summary(row: SelfCheckRow) -> dict[str, Any]:
    """What a program reads; `run` is the address part of its report under /api/originality/runs/."""
    check = row.check
    return {
        "id": check.pk,
        "label": check.label,
        "run": str(check.run_id),
        "bundle": check.run.bundle.digest,
        "requested_at": check.requested_at.isoformat(),
        "state": row.status.label,
        "explanation": row.status.explanation,
        "open": row.open,
        "level": row.level,
    }


def open_self_check(consortium: Consortium) -> SelfCheck | None:
    return SelfCheck.objects.filter(consortium=consortium).exclude(run__job__state__in=FINAL).first()


def self_check_quota(consortium: Consortium) -> Quota:
    """Return what is used of the team's own quota; `next_at` says when one comes back where none is left."""
    limit, days = settings.ORIGINALITY_SELF_CHECKS, settings.ORIGINALITY_SELF_CHECK_DAYS
    since = timezone.now() - timedelta(days=days)
    counted = SelfCheck.objects.filter(consortium=consortium, requested_at__gt=since)
    times = list(
        counted.exclude(run__job__state__in=ENDED_WITHOUT).order_by("requested_at").values_list("requested_at")
    )
    used = len(times)
    next_at = times[used - limit][0] + timedelta(days=days) if used >= limit > 0 else None
    return Quota(used, limit, days, open_self_check(consortium), next_at)


def checkable_uploads(consortium: Consortium) -> list[Upload]:
    """Return the team's uploads with weights whose bytes are here, the newest first."""
    rows = Upload.objects.filter(owner=consortium.account_key, bundle__destroyed_at=None, bundle__isnull=False)
    return [row for row in rows.select_related("bundle").defer("manifest")[:LISTED] if has_weights(row)]


def has_weights(upload: Upload) -> bool:
    files = upload.bundle.file_list() if upload.bundle else []
    return any(file["path"].endswith(WEIGHTS) for file in files)
