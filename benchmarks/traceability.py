"""Do the checks of a training run find what was forged, and leave honest runs alone? Trains small models here and forges dossiers from them.

    python benchmarks/traceability.py [--seed 200] [--keep FOLDER] [--out FOLDER] [--workers 2]

Every dossier goes the way of the portal's jobs: logs read and stored, legs between checkpoints, step 0, loss on withheld
text, findings. Prints the matrix of dossiers and checks. Exit code 1 if an honest dossier has a finding above level 0, or a
forged one is not caught by the check that benchmarks/support/tracelab/expected.toml names.
"""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = str(ROOT)

from benchmarks.support.tracelab import tables, text, work  # noqa: E402
from benchmarks.support.tracelab.dossier import Dossier, honest  # noqa: E402
from benchmarks.support.tracelab.makers import dossiers, runs_of  # noqa: E402
from benchmarks.support.tracelab.tables import Judged  # noqa: E402
from benchmarks.support.tracelab.training import Run  # noqa: E402
from benchmarks.support.tracelab.writing import Written, digest_of, write  # noqa: E402

JUDGED_ON = 200  # seeds of 100 are for finding thresholds


def main() -> int:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # seen while it runs, in a file as well
    begun = time.monotonic()
    runs = runs_of(options.seed, workers=options.workers, cache=options.keep)
    print(f"{len(runs)} runs trained in {time.monotonic() - begun:.0f} s")
    with tempfile.TemporaryDirectory() as scratch:
        judged = judge(runs, folder=options.out or Path(scratch), seed=options.seed, workers=options.workers)
    print(f"{len(judged)} dossiers judged after {time.monotonic() - begun:.0f} s\n")
    print(
        "0 shown, - not shown, · not applicable, 1 to be explained, 2 contradiction; * the check that the table names"
    )
    print("\n".join([*tables.matrix(judged), "", *tables.figures(judged)]))
    failures = tables.failures(judged)
    print(f"\n{time.monotonic() - begun:.0f} s in all")
    for failure in failures:
        print(f"FAILED {failure}")
    return 1 if failures else 0


def judge(runs: dict[str, Run], *, folder: Path, seed: int, workers: int) -> list[Judged]:
    folder.mkdir(parents=True, exist_ok=True)
    fair, forged = dossiers(runs, seed=seed)
    withheld = folder / "withheld.txt"
    withheld.write_text(text.withheld(), encoding="utf-8")
    reference = work.registered(runs[work.REFERENCE].final, honest(runs[work.REFERENCE]), folder=folder)
    written = [
        _written(one, folder=folder / kind, reference=reference)
        for kind, ones in (("honest", fair), ("forged", forged))
        for one in ones
    ]
    jobs = [list(work.jobs_of(one, withheld=withheld, reference=reference)) for one in written]
    results = work.done((job for some in jobs for job in some), workers=workers)
    print(f"{len(results)} measurements of checkpoints")
    measured = [work.measures(one, jobs=some, results=results) for one, some in zip(written, jobs, strict=True)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=work.alone) as pool:
        reports = list(pool.map(work.findings, written, measured))
    return [
        Judged(one.name, forged=number >= len(fair), report=report)
        for number, (one, report) in enumerate(zip([*fair, *forged], reports, strict=True))
    ]


def _written(dossier: Dossier, *, folder: Path, reference: Path) -> Written:
    return write(dossier, folder=folder / dossier.name, references=(digest_of(reference),))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=JUDGED_ON, help="of the set of runs")
    parser.add_argument("--keep", type=Path, help="folder of trained runs, by name and seed")
    parser.add_argument("--out", type=Path, help="folder for the dossiers and their reports")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
