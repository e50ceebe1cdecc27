"""Do N workers do N times as much? Jobs that only sleep, on 1, 2 and 4 simulated workers and a real PostgreSQL.

    python benchmarks/jobs_scaling.py [--each 4] [--seconds 6]

All workers have reported in before the first job is asked for. Throughput is jobs over the time from the first claim to the last
end, as the database has it. Ends with 1 unless it is within a tenth of N times that of one worker.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.chaos.site import prepare_django  # noqa: E402
from tools import services  # noqa: E402

PATIENCE = 300  # seconds
WORKER = (sys.executable, "manage.py", "run_worker", "--every", "0.05", "--grace", "0")
TOLERANCE = 0.10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=4, help="jobs per worker")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each sleeps")
    options = parser.parse_args()
    with services.temporary_folder() as folder, services.postgresql(folder / "pg") as url:
        prepare_django({"DATABASE_URL": url, "REDIS_URL": ""}, folder=folder)
        rates = {
            number: throughput(number, jobs=number * options.each, seconds=options.seconds) for number in (1, 2, 4)
        }
    print(f"{options.each} jobs per worker, each sleeps {options.seconds:g} s")
    off = 0
    for number, rate in rates.items():
        ratio = rate / rates[1]
        off += abs(ratio / number - 1) > TOLERANCE
        print(f"  {number} workers: {rate:.3f} jobs/s, {ratio:.2f} × one worker ({ratio / number:.0%} of {number} ×)")
    return 1 if off else 0


def throughput(number: int, *, jobs: int, seconds: float) -> float:
    from portal.jobs import actions
    from portal.jobs.models import Attempt, Worker

    Worker.objects.all().delete()
    workers = [start_worker() for _ in range(number)]
    try:
        wait_for(lambda: Worker.objects.count() == number)
        payload = {"script": f"time.sleep({seconds}); result(1)", "walled": False}
        made = [
            actions.enqueue("script", key=f"{number}-{one}", payload=payload, actor="system") for one in range(jobs)
        ]
        attempts = Attempt.objects.filter(job__in=made)
        wait_for(lambda: attempts.filter(outcome="succeeded").count() == jobs)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    begun, ended = min(row.started for row in attempts), max(row.ended for row in attempts if row.ended)
    return jobs / (ended - begun).total_seconds()


def start_worker() -> "subprocess.Popen[bytes]":
    quiet = subprocess.DEVNULL
    return subprocess.Popen(WORKER, cwd=ROOT, env=os.environ, stdout=quiet, stderr=quiet, start_new_session=True)


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > until:
            raise SystemExit("The workers did not get there in time.")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
