"""The sandbox: hostile programs contained, cheating programs failed, and what the walls cost.

    python benchmarks/sandbox.py [--pairs 20]

Start: the same empty program with and without walls, one after the other, the median difference of the clock. Work: a program
that computes for half a second, its processor time in pairs with and without walls, the median ratio. Exit code 1 if a program
escapes or is left, a cheat passes, an honest solution fails, or the ratio is above 1.05.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.jobs.process_settings"
os.environ["HOSTILE_SECRET"] = "s"  # noqa: S105 - one that the programs look for

import django  # noqa: E402

django.setup()

from evaluation.core.codescore import Bounds, CodeSample, score_code  # noqa: E402
from portal.common.sandbox.probe import strength  # noqa: E402
from portal.common.sandbox.spec import Sandbox  # noqa: E402
from portal.common.sandbox.walls import walls  # noqa: E402
from tests.sandbox.cheats import FALSE, TRUE  # noqa: E402
from tests.sandbox.programs import PROGRAMS  # noqa: E402
from tests.sandbox.runs import host_of, try_out  # noqa: E402

MOST = 1.05
CALLS = [{"args": [x], "expected": 2 * x} for x in (3, -5)]
WORK = """
import time
n = 0
for i in range(4_000_000):
    n += i * i % 7
print(time.process_time())
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20, help="pairs of runs for each figure (default 20)")
    pairs = parser.parse_args().pairs
    found = strength()
    if found.why_not:
        print(f"No sandbox can be set up here: {found.why_not}")
        return 1
    print(f"Walls: {found.label}\n")
    with tempfile.TemporaryDirectory(prefix="sandbox-") as name:
        sound = [hostile(Path(name)), cheating(), costs(Path(name), pairs=pairs)]
    return 0 if all(sound) else 1


def hostile(folder: Path) -> bool:
    contained = 0
    with host_of(folder) as host:
        for program in PROGRAMS:
            outcome = try_out(program, host=host, folder=folder / "work")
            contained += not outcome.problems
            verdict = f"NOT CONTAINED ({', '.join(outcome.problems)})" if outcome.problems else "contained"
            print(f"{program.name:24} {program.tries:52} {verdict}: {' '.join(outcome.stopped_by.split())[:90]}")
    print(f"\n{contained} of {len(PROGRAMS)} hostile programs contained, no process left\n")
    return contained == len(PROGRAMS)


def cheating() -> bool:
    cheats = score_code([CodeSample(n, p, "double", CALLS) for n, p in FALSE.items()], policy=Bounds(1, 64, 16))
    honest = score_code([CodeSample(name, program, "double", CALLS) for name, program in TRUE.items()])
    false, right = sum(score.passed for score in cheats), sum(score.passed for score in honest)
    for score in cheats:
        print(f"{score.id:40} {score.reason:12} {score.detail[:80]}")
    print(f"\n{false} false passes of {len(cheats)} cheating programs; {right} of {len(honest)} honest ones pass\n")
    return false == 0 and right == len(honest)


def costs(folder: Path, *, pairs: int) -> bool:
    empty, work = folder / "empty.py", folder / "work.py"
    empty.write_text("")
    work.write_text(WORK)
    starts = [clock(folder, empty, walled=True) - clock(folder, empty, walled=False) for _ in range(pairs)]
    ratios = [cpu(folder, work, walled=True) / cpu(folder, work, walled=False) for _ in range(pairs)]
    extra, ratio = statistics.median(starts), statistics.median(ratios)
    print(f"Start: {extra * 1000:.0f} ms more (median of {pairs} pairs)")
    print(f"Work: {ratio:.3f} of the processor time without walls (median of {pairs} pairs, {MOST} at most)")
    return ratio <= MOST


def command(folder: Path, program: Path, *, walled: bool) -> list[str]:
    plain = [sys.executable, "-I", "-S", str(program)]
    return walls(plain, sandbox=Sandbox(memory_mb=512, processes=64), workdir=folder) if walled else plain


def clock(folder: Path, program: Path, *, walled: bool) -> float:
    begun = time.monotonic()
    subprocess.run(command(folder, program, walled=walled), check=True, stdin=subprocess.DEVNULL)
    return time.monotonic() - begun


def cpu(folder: Path, program: Path, *, walled: bool) -> float:
    """Processor time as the program itself has used it: it is not passed on out of a process namespace."""
    done = subprocess.run(
        command(folder, program, walled=walled), check=True, stdin=subprocess.DEVNULL, capture_output=True
    )
    return float(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
