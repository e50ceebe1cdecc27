"""Redis stopped for the whole run: do the jobs finish by polling alone, and how soon is one taken?

    python benchmarks/jobs_polling.py [--jobs 60]

Jobs are asked for while the broker they would be announced to does not exist; a Celery worker waits for it in vain, two polling
workers and a reconciler go on. Ends with 1 unless every job has one result.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.chaos import verdict, work  # noqa: E402
from benchmarks.support.chaos.fleet import Fleet  # noqa: E402
from benchmarks.support.chaos.site import prepare_django  # noqa: E402
from tools import services  # noqa: E402

PATIENCE = 300  # seconds
PREFIX = "polling-"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=60)
    options = parser.parse_args()
    with services.temporary_folder() as folder, services.postgresql(folder / "pg") as url:
        stopped = f"redis://127.0.0.1:{services.free_port()}/0"
        prepare_django({"DATABASE_URL": url, "REDIS_URL": stopped}, folder=folder)
        fleet = Fleet(os.environ, small=None)
        try:
            begun = time.monotonic()
            work.ask_for(options.jobs, random.Random(1), prefix=PREFIX)
            asked = time.monotonic() - begun
            while work.unfinished() and time.monotonic() - begun < PATIENCE:
                time.sleep(0.2)
            return report(time.monotonic() - begun, asked=asked)
        finally:
            fleet.end()


def report(seconds: float, *, asked: float) -> int:
    from portal.jobs.models import Attempt, Job

    counts = verdict.counts_of(PREFIX, skewed=())
    sent = Job.objects.exclude(sent=None).count()
    workers = Attempt.objects.values("worker").distinct().count()
    waits = sorted(first_waits())
    print(f"Redis stopped: {Job.objects.count()} jobs asked for in {asked:.1f} s, all final after {seconds:.1f} s")
    print(
        f"messages sent {sent}; workers that did them {workers}; median wait until taken {waits[len(waits) // 2]:.1f} s"
    )
    print(", ".join(f"{name} {number}" for name, number in counts.items()))
    return 1 if sent or any(counts.values()) else 0


def first_waits() -> Sequence[float]:
    from portal.jobs.models import Attempt

    rows = Attempt.objects.filter(fence=1).select_related("job")
    return [(row.started - row.job.created).total_seconds() for row in rows] or [0.0]


if __name__ == "__main__":
    sys.exit(main())
