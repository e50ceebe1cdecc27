"""How fast the originality engine reads and compares models, beside memory, SHA-256 and a plain script, in one run.

    python benchmarks/originality_speed.py [--gigabytes 4.5] [--rounds 4] [--folder DIR] [--no-real]

Two models of together so many bytes of bfloat16 lie in the page cache, so this is the cost of processors, not of a disk. Rounds are
interleaved, figures are those of the quietest round. Memory is measured in processes of their own, by their `RssAnon`. Exit code 1 when a
line is missed.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # threads go over tensors; every library else would start as many again

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.anonymous import peak_of_comparison  # noqa: E402
from benchmarks.support.decoders import Shape, write_decoder  # noqa: E402
from benchmarks.support.sizes import sketch_lines  # noqa: E402
from benchmarks.support.stages import Stages, straightforward  # noqa: E402

GB = 1_000_000_000
INGESTED = "ingest: digests, histogram, samples"
SIZES = (2 * GB, 8 * GB)
RUNS = 3  # how two threads meet differs from run to run by a tenth
PAIRWISE, INGEST, FASTER, ANONYMOUS, APART = 0.75, 0.5, 20.0, 250 << 20, 0.1


class Line(NamedTuple):
    text: str
    holds: bool


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(dir=options.folder) as room:
        stages = Stages(*_pair(Path(room), "timed", size=int(options.gigabytes * GB / 2)))
        seconds = _measured(stages, rounds=options.rounds)
        plain = straightforward(stages)
        lines = [*_report(stages, seconds, plain), *_memory(Path(room))]
        lines += [Line(text, holds) for text, holds in sketch_lines(stages, Path(room), real=options.real)]
    for line in lines:
        print(f"{'ok  ' if line.holds else 'MISS'}  {line.text}")
    return 0 if all(line.holds for line in lines) else 1


def _pair(room: Path, name: str, *, size: int) -> tuple[Path, Path]:
    """A candidate and a reference of about `size` bytes each, in which one element of ten is equal."""
    shape = Shape.of_bytes(size)
    reference = write_decoder(room / f"{name}-reference", shape=shape, seed=1)
    return write_decoder(room / f"{name}-candidate", shape=shape, seed=2), reference


def _measured(stages: Stages, *, rounds: int) -> dict[str, float]:
    ways: dict[str, Callable[[], object]] = {
        "memcpy": stages.memcpy,
        "plain read": stages.read,
        "SHA-256 alone": stages.sha256,
        INGESTED: stages.summaries,
        "whole sketch": stages.ingest,
        "pairwise (a) + (e)": stages.pairwise,
        "sign test on all blocks": stages.signs,
    }
    stages.warm()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            begun = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - begun)
    return {name: min(values) for name, values in taken.items()}


def _report(stages: Stages, seconds: dict[str, float], plain: float) -> list[Line]:
    """Print the table; `plain` is what the straightforward script takes per byte of both models, in seconds."""
    moved = {"memcpy": 2 * stages.size}  # read and written
    rate = {name: moved.get(name, stages.size) / taken / GB for name, taken in seconds.items()}
    print(
        f"\n2 models, together {stages.size / GB:.2f} GB of bfloat16, {stages.threads} threads, {stages.blocks} blocks of units"
    )
    print(f"{'stage':38}{'seconds':>9}{'GB/s':>8}")
    for name, taken in seconds.items():
        print(f"{name:38}{taken:9.2f}{rate[name]:8.2f}")
    print(f"{'straightforward script':38}{plain * stages.size:9.0f}{1 / plain / GB:8.3f}   extrapolated from a part")
    whole = {
        "ingest of both: digests, histograms": seconds[INGESTED],
        "ingest of both: unit features": seconds["whole sketch"] - seconds[INGESTED],
        "pairwise (a) + (e)": seconds["pairwise (a) + (e)"],
        "sign test on all blocks": seconds["sign test on all blocks"],
    }
    total = sum(whole.values())
    print(
        "\nshare of a comparison's time: " + ", ".join(f"{name} {taken / total:.0%}" for name, taken in whole.items())
    )
    pairwise = rate["pairwise (a) + (e)"] / rate["memcpy"]
    ingest = rate[INGESTED] / rate["SHA-256 alone"]
    figures = seconds[INGESTED] + seconds["pairwise (a) + (e)"]
    faster = plain * stages.size / figures
    print(
        f"with unit features for the sign test the ingest runs at {rate['whole sketch'] / rate['SHA-256 alone']:.2f} of SHA-256 alone"
    )
    return [
        Line(
            f"pairwise (a) + (e) at {pairwise:.2f} of memcpy, bytes touched per second; at least {PAIRWISE}",
            pairwise >= PAIRWISE,
        ),
        Line(f"ingest for (a) + (e) at {ingest:.2f} of SHA-256 alone; at least {INGEST}", ingest >= INGEST),
        Line(
            f"figures of (a) + (e) {faster:.0f} times as fast as the straightforward script; at least {FASTER:.0f}",
            faster >= FASTER,
        ),
    ]


def _memory(room: Path) -> list[Line]:
    """Peaks of anonymous memory of whole comparisons of models of together 2 GB and 8 GB: the highest of some runs."""
    peaks = []
    for size in SIZES:
        pair = _pair(room, f"{size}", size=size // 2)
        peaks.append(max((peak_of_comparison(*pair) for _ in range(RUNS)), key=lambda peak: peak.bytes))
        for folder in pair:
            shutil.rmtree(folder)
    apart = abs(peaks[1].bytes - peaks[0].bytes) / peaks[0].bytes
    said = ", ".join(f"{peak.bytes >> 20} MiB for {size / GB:.0f} GB" for peak, size in zip(peaks, SIZES, strict=True))
    bare = f"{peaks[0].bare >> 20} MiB of it before anything is read"
    return [
        Line(f"peak anonymous memory {said}, {bare}; at most 250 MiB", all(peak.bytes <= ANONYMOUS for peak in peaks)),
        Line(f"peak memory differs by {apart:.1%} between the sizes; at most 10 %", apart <= APART),
    ]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=4.5, help="size of the two models together")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--folder", type=Path, help="where the models are written")
    parser.add_argument("--no-real", dest="real", action="store_false", help="without the sketch of a packaged model")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
