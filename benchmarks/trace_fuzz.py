"""Damage sound training logs and archives many times over and read each; then read files made to exhaust a reader.

    python benchmarks/trace_fuzz.py [--mutations 24000] [--seed 0]

Exits non-zero if anything but a refusal in words comes out, if memory grows, or if one of the heavy files needs more than it may.
"""

import argparse
import io
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.heavylogs import HEAVY  # noqa: E402
from benchmarks.support.logseeds import Seed, archive_seeds, log_seeds, mutate  # noqa: E402
from benchmarks.support.meters import run_measured  # noqa: E402
from originality.core.errors import InputError  # noqa: E402
from originality.core.trace.logsdocument import logs_document  # noqa: E402
from originality.core.trace.series import read_run  # noqa: E402
from originality.core.trace.seriesfile import load_logs, open_series  # noqa: E402
from originality.core.trace.serieswriter import write_series  # noqa: E402
from portal.common.formats.archives import ArchiveError, Limits, read_archive  # noqa: E402

GROWTH = 200 << 20  # bytes that the whole run may grow
SHARE_OF_ARCHIVES = 0.2
SHOWN = 5


def main() -> int:
    options = arguments()
    if options.read:
        return read_heavy(options.read)
    if options.write:
        print({title: write for title, _, write in HEAVY}[options.write[0]](Path(options.write[1])))
        return 0
    with tempfile.TemporaryDirectory() as name:
        wrong = fuzz(Path(name), options.mutations, options.seed)
        wrong += 0 if options.no_heavy else heavy(Path(name), options.only)
    return 1 if wrong else 0


def fuzz(folder: Path, mutations: int, seed: int) -> int:
    rng = random.Random(seed)
    logs, archives = log_seeds(), archive_seeds()
    for item in (*logs, *archives):
        told = outcome(item, item.data, folder)
        assert told.split(": ")[0] in {"read", "read, with notes"}, f"{item.name}: {told}"
    counts: Counter[tuple[str, str]] = Counter()
    findings: list[tuple[str, bytes]] = []
    before, begun = peak(), time.monotonic()
    for number in range(mutations):
        seeds = archives if rng.random() < SHARE_OF_ARCHIVES else logs
        item = seeds[number % len(seeds)]
        data = mutate(item, seeds, rng)
        told = outcome(item, data, folder)
        counts[item.name, told.split(": ")[0]] += 1
        if told.startswith("uncontrolled"):
            findings.append((f"{item.name}: {told}", data))
    shown(counts)
    growth = peak() - before
    print(
        f"{mutations:,} mutations of {len(logs) + len(archives)} files in {time.monotonic() - begun:.0f} s: {len(findings)} uncontrolled "
        f"exceptions; memory grew by {growth / 1e6:.0f} MB (may by {GROWTH / 1e6:.0f})"
    )
    for told, data in findings[:SHOWN]:
        print(f"  {told}\n  {data[:300]!r}")
    return len(findings) + (growth > GROWTH)


def shown(counts: Counter[tuple[str, str]]) -> None:
    kinds = sorted({kind for _, kind in counts})
    print(f"{'form':30}" + "".join(f"{kind:>20}" for kind in kinds))
    for name in sorted({name for name, _ in counts}):
        print(f"{name:30}" + "".join(f"{counts[name, kind]:20,}" for kind in kinds))


def outcome(seed: Seed, data: bytes, folder: Path) -> str:
    """Read one file as the portal does; what is not foreseen is returned with its place in the code."""
    try:
        if seed.name.startswith("code"):
            return archive_outcome(seed.name, data)
        return log_outcome(seed.name, data, folder)
    except (InputError, ArchiveError) as error:
        return f"refused: {error}"
    except Exception as error:  # noqa: BLE001 (this is what is looked for)
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"uncontrolled: {type(error).__name__}: {error} at {Path(place.filename).name}:{place.lineno}"


def archive_outcome(name: str, data: bytes) -> str:
    limits = Limits()
    for _, body in read_archive(io.BytesIO(data), name=name, limits=limits):
        for _ in body:
            pass
    return "read"


def log_outcome(name: str, data: bytes, folder: Path) -> str:
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    path, stored = logs / name, folder / "series.safetensors"
    path.write_bytes(data)
    try:
        with read_run(logs) as reading:
            write_series(reading, stored)
            json.dumps(logs_document(reading), allow_nan=False).encode()
            faults, notes = reading.logs.faults_total, len(reading.logs.notes)
        with stored.open("rb") as stream:
            series = open_series(stream)
            for quantity in series.quantities:
                series.window(quantity, points=20)
        load_logs(stored)
    finally:
        path.unlink()
    return "read, with faults" if faults else ("read, with notes" if notes else "read")


def heavy(folder: Path, only: str) -> int:
    """Each in a process of its own: its memory is its own."""
    wrong = 0
    print(f"\n{'made to exhaust':44}{'MB':>7}{'CPU s':>8}{'peak MB':>9}{'may':>6}  what is said")
    me = [sys.executable, str(ROOT / "benchmarks/trace_fuzz.py")]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    for title, allowed in ((title, allowed) for title, allowed, _ in HEAVY if only in title):
        # Written by another process, too: a child begins with the peak of its parent.
        made = run_measured([*me, "--write", title, str(folder / "heavy")], env=env, cwd=ROOT)
        cost = run_measured([*me, "--read", made.output.strip()], env=env, cwd=ROOT)
        size, used = sum(file.stat().st_size for file in (folder / "heavy").iterdir()) / 1e6, cost.peak / 1e6
        wrong += used > allowed or cost.output.startswith("uncontrolled")
        print(f"{title:44}{size:7,.0f}{cost.cpu:8.1f}{used:9,.0f}{allowed:6,}  {cost.output.strip()[:150]}", flush=True)
        shutil.rmtree(folder / "heavy")
    return wrong


def read_heavy(path: Path) -> int:
    try:
        with read_run(path) as reading:
            logs = reading.logs
            points = sum(reading.names().values())
            first = [*logs.faults, *logs.notes]
            told = f"at {first[0].offset:,}: {first[0].reason}" if first else "nothing"
            print(f"{points:,} points, {logs.faults_total:,} faults; {told}")
    except InputError as error:
        print(f"refused: {error}")
    except Exception as error:  # noqa: BLE001 (this is what is looked for)
        print(f"uncontrolled: {type(error).__name__}: {error}")
    return 0


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-heavy", action="store_true", help="only the mutations")
    parser.add_argument("--only", default="", help="heavy files whose title has this word")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
