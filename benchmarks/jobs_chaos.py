"""Jobs under faults, on a real PostgreSQL and Redis: is any lost, done twice, or written by a worker that had lost its lease?

    python benchmarks/jobs_chaos.py [--jobs 260] [--seeds 1 2 3] [--each 4]

Polling workers (one on a small disk), a Celery worker and two reconcilers do short jobs while faults of sixteen kinds happen
around them, each `--each` times per seed in a shuffled order. Every fifth job is announced to no broker, every other one three times,
and each is asked for twice; every sixth puts together the five before it and must not begin earlier than they end; jobs
that are cancelled come on top. Ends with 1 unless every count is 0.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.chaos import verdict, work  # noqa: E402
from benchmarks.support.chaos.faults import FAULTS, Scene  # noqa: E402
from benchmarks.support.chaos.site import site  # noqa: E402

PATIENCE = 600  # seconds after which jobs of a seed that are not final count as lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=260, help="per seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--each", type=int, default=4, help="faults of each kind per seed")
    options = parser.parse_args()
    begun, faults, total = time.monotonic(), Counter[str](), Counter[str]()
    with site(options.seeds[0]) as scene:
        for seed in options.seeds:
            met, counts = one_round(scene, seed=seed, jobs=options.jobs, each=options.each)
            faults += met
            total.update(counts)
        left = scene.fleet.end()
        total["processes left"] = len(left)
        total["folders left"] = folders_left(scene)
    print(f"\nfaults of {len(faults)} kinds, {faults.total()} in all:")
    for name, number in sorted(faults.items()):
        print(f"  {number:4}  {name}")
    print(f"{len(options.seeds)} seeds, {time.monotonic() - begun:.0f} s")
    print(", ".join(f"{name} {number}" for name, number in total.items()), flush=True)
    return 1 if total.total() else 0


def folders_left(scene: Scene) -> int:
    """The next worker on a disk clears away what killed ones left there."""
    from django.conf import settings

    code = scene.fleet.start(("manage.py", "run_worker", "--once")).wait(PATIENCE)
    left = verdict.folders_left(settings.WORK_DIR)
    for folder in left:
        print(f"left by a worker, and not removed by the next, which ended with {code}: {folder}")
    return len(left)


def one_round(scene: Scene, *, seed: int, jobs: int, each: int) -> tuple[Counter[str], dict[str, int]]:
    scene.chance.seed(seed)
    scene.prefix = f"seed-{seed}-"
    scene.doomed.clear()
    begun = time.monotonic()
    met = Counter(work.ask_for(jobs, scene.chance, prefix=scene.prefix))
    met += strike(scene, each=each)
    counts = verdict.counts_of(scene.prefix, skewed=scene.skewed)
    outcomes = ", ".join(f"{name} {number}" for name, number in verdict.attempt_outcomes(scene.prefix).items())
    done = jobs + len(scene.doomed)
    print(f"seed {seed}: {done} jobs, {met.total()} faults in {time.monotonic() - begun:.0f} s; attempts: {outcomes}")
    print("  " + ", ".join(f"{name} {number}" for name, number in counts.items()), flush=True)
    for story in verdict.stories_of_lost(scene.prefix):
        print(f"  lost: {story}", flush=True)
    return met, counts


def strike(scene: Scene, *, each: int) -> Counter[str]:
    """Spread the faults over the work, then let everything settle."""
    order = [name for name in FAULTS for _ in range(each)]
    scene.chance.shuffle(order)
    met, until = Counter[str](), time.monotonic() + PATIENCE
    while time.monotonic() < until and (order or work.unfinished()):
        if order:
            name = order.pop()
            met[name] += FAULTS[name](scene)
        scene.fleet.look_after()
        time.sleep(scene.chance.uniform(0.1, 0.8))
    for thread in scene.threads:
        thread.join()
    scene.threads.clear()
    return met


if __name__ == "__main__":
    sys.exit(main())
