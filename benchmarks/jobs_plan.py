"""What a claim costs while 10,000 jobs wait: the plan PostgreSQL makes for it, and the time of a claim beside a short queue.

    python benchmarks/jobs_plan.py [--queued 10000] [--routes 300]

Ends with 1 unless the plan walks along the index of the queue, in its order, and every claim at the long queue takes a job.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.chaos.site import prepare_django  # noqa: E402
from tools import services  # noqa: E402

CLAIMS = 50
SHORT = 500  # waiting jobs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queued", type=int, default=10_000)
    parser.add_argument("--routes", type=int, default=300, help="distinct needs among them")
    options = parser.parse_args()
    with services.temporary_folder() as folder, services.postgresql(folder / "pg") as url:
        prepare_django({"DATABASE_URL": url, "REDIS_URL": ""}, folder=folder)
        from tests.jobs.queues import claim_plan, fill_queue, uses_queue_index

        fill_queue(SHORT, routes=10)
        short = seconds_of_a_claim()
        fill_queue(options.queued, routes=options.routes)
        plan = claim_plan()
        long = seconds_of_a_claim()
    print(f"{options.queued} jobs wait, {options.routes} distinct needs; the query of a claim:")
    print("\n".join(f"  {line}" for line in plan))
    print(f"median of {CLAIMS} claims: {long * 1000:.1f} ms, {long / short:.1f} × that at {SHORT} waiting jobs")
    good = uses_queue_index(plan)
    print("the claim walks along the index of the queue" if good else "THE CLAIM DOES NOT USE THE INDEX OF THE QUEUE")
    return 0 if good else 1


def seconds_of_a_claim() -> float:
    from portal.jobs.actions import claim

    taken = []
    for number in range(CLAIMS):
        begun = time.perf_counter()
        if claim(f"worker-{number}", capabilities={"cpu": 8}) is None:
            raise SystemExit("A claim found no job in a queue that holds some.")
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(main())
