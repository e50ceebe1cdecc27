"""How fast the check of an upload reads: SHA-256 alone beside SHA-256 with the histograms of pass A, in one run.

    python benchmarks/intake_speed.py [--gigabytes 2] [--shards 4] [--rounds 3] [--folder DIR]

The files lie in the page cache, so this is the cost of the processors, not of a disk. Rounds are interleaved; the figures are medians.
The reading is `portal.artifacts.reading.read_file` as the job calls it, with our header checker and the library's behind it.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings.embedded")

import django  # noqa: E402

django.setup()

from benchmarks.support.checkpoints import write_checkpoint  # noqa: E402
from portal.artifacts.reading import read_file  # noqa: E402
from portal.artifacts.second_reader import SecondReader  # noqa: E402
from portal.common.formats.hashing import sha256_of  # noqa: E402
from portal.common.formats.manifest import FileEntry  # noqa: E402
from portal.intake.watching import PassA  # noqa: E402

GB = 1_000_000_000


class Figure(NamedTuple):
    """Wall seconds and processor seconds of one round."""

    wall: float
    cpu: float


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        made = write_checkpoint(Path(folder) / "made", size=int(options.gigabytes * GB), shards=options.shards)
        entries = {path: entry_of(path) for path in sorted(made.glob("*.safetensors"))}
        size = sum(entry.size for entry in entries.values())
        ways = {
            f"{name}, {threads} files at once": (work, threads)
            for threads in sorted({1, len(os.sched_getaffinity(0))})
            for name, work in (("SHA-256 alone", sha256_of), ("SHA-256, pass A, headers", reader(entries)))
        }
        figures = measure(ways, list(entries), rounds=options.rounds)
    report(figures, size=size)
    return 0


def entry_of(path: Path) -> FileEntry:
    return FileEntry(path.name, path.stat().st_size, sha256_of(path))


def reader(entries: dict[Path, FileEntry]) -> Callable[[Path], str]:
    def read(path: Path) -> str:
        entry = entries[path]
        with SecondReader() as second:
            reading = read_file(path.open("rb"), entry, second=second, watch=PassA().watch(entry.path, size=entry.size))
        if reading.findings is None:
            raise SystemExit(f"{path}: no summary came out")
        return reading.sha256

    return read


def measure(
    ways: dict[str, tuple[Callable[[Path], str], int]], paths: list[Path], *, rounds: int
) -> dict[str, list[Figure]]:
    for work, _ in ways.values():
        work(paths[0])  # compiled and in the cache
    figures: dict[str, list[Figure]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (work, threads) in ways.items():
            figures[name].append(timed(work, paths, threads=threads))
    return figures


def timed(work: Callable[[Path], str], paths: list[Path], *, threads: int) -> Figure:
    wall, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, paths))
    return Figure(time.perf_counter() - wall, time.process_time() - cpu)


def report(figures: dict[str, list[Figure]], *, size: int) -> None:
    print(f"{size / GB:.2f} GB, load average {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} processors")
    for name, rounds in figures.items():
        wall = statistics.median(figure.wall for figure in rounds)
        cpu = statistics.median(figure.cpu for figure in rounds)
        print(f"{name:45} {size / GB / wall:6.2f} GB/s  {cpu / (size / GB):6.2f} CPU s/GB")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, help="where the files are written; the system's temporary folder otherwise"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
