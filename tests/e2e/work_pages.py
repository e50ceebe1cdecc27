"""The work room with everything in it: workers, a queue, a job at work with its log, one that failed, and quotas."""

from collections.abc import Iterator

from django.urls import reverse

from portal.jobs import actions
from portal.jobs.enums import Cause
from portal.jobs.errors import Failure
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.consortia import make_consortium
from tests.factories.work import CARDS, failed_job, running_job, waiting_job

KIND = "originality.report"  # the server of the walk knows no kind of the tests
LOG = "loading the checkpoint\n" + "\n".join(f"item {n} of 400: 0.{n:03} s" for n in range(60)) + "\n"


def pages() -> Iterator[Page]:
    officer, auditor = make_user("officer", name="사업 담당 12"), make_user("auditor", name="감사 담당 12")
    account = f"consortium:{make_consortium().pk}"
    actions.report_in("node-1-4711", capabilities=CARDS)
    actions.report_in("node-2-17", capabilities={"cpu": 16, "memory_gb": 128, "gpus": 0})
    actions.set_quota("", card_seconds=100 * 3600, concurrent=4, by=f"user:{officer.pk}")
    actions.set_quota(account, kind=KIND, runs=1, by=f"user:{officer.pk}")
    running = running_job(
        kind=KIND, account=account, log=LOG, requirements={"gpus": 2, "gpu_memory_gb": 80}, priority=3
    )
    waiting_job(kind=KIND, account=account, requirements={"gpus": 2})
    waiting_job(kind=KIND, requirements={"gpus": 16})
    crash = Failure(Cause.EXIT, "exit code 139: ended by SIGSEGV", transient=False)
    failed = failed_job(crash, log=LOG, priority=9, kind=KIND)
    waiting_job(kind=KIND, priority=1)
    yield Page("work-room", reverse("ops_measurements:work"), officer)
    yield Page("work-running", reverse("ops_measurements:job", args=[running.pk]), auditor)
    yield Page("work-failed", reverse("ops_measurements:job", args=[failed.pk]), officer)
    yield Page("work-quotas", reverse("ops_measurements:quotas"), officer)
