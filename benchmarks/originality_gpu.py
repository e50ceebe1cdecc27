"""Whether a graphics card gives the figures of the processor, and how long both take.

    python benchmarks/originality_gpu.py [--gigabytes 2] [--folder DIR]

Every digest, count and level has to be equal, every other number within 1e-3 of its scale. Without a device it says so and exits 0.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.decoders import Shape, write_decoder  # noqa: E402
from originality.core.device import has_card, use_device  # noqa: E402
from originality.core.readers import Source, open_folder  # noqa: E402
from originality.core.sketch import FEATURES, FULL_K, Sketch, build_sketch  # noqa: E402
from originality.core.tensors import TensorRow, full_rows  # noqa: E402

GB = 1_000_000_000
RELATIVE = 1e-3


class Run(NamedTuple):
    sketch: Sketch
    rows: list[TensorRow]
    seconds: tuple[float, float]


def main() -> int:
    options = arguments()
    if not has_card():
        print(
            "no device here: the kernels on torch are held to the compiled ones by tests/originality/core/test_device.py"
        )
        return 0
    with tempfile.TemporaryDirectory(dir=options.folder) as room:
        shape = Shape.of_bytes(int(options.gigabytes * GB))
        sources = tuple(open_folder(write_decoder(Path(room) / str(seed), shape=shape, seed=seed)) for seed in (1, 2))
        runs = {name: _run(sources, device=name) for name in ("cpu", "cuda")}
    for name, run in runs.items():
        print(f"{name}: ingest {run.seconds[0]:.2f} s, pairwise {run.seconds[1]:.2f} s")
    apart = furthest(runs["cpu"], runs["cuda"])
    for what, distance in apart.items():
        print(f"{'ok  ' if distance <= RELATIVE else 'MISS'}  {what}: {distance:.1e} apart; at most {RELATIVE:g}")
    return 0 if max(apart.values()) <= RELATIVE else 1


def _run(sources: tuple[Source, ...], *, device: str) -> Run:
    use_device(device)
    build_sketch(sources[1], k=FULL_K)  # compiles, and warms the page cache
    begun = time.perf_counter()
    ours, theirs = (build_sketch(source, k=FULL_K) for source in sources)  # at this width features are not rounded
    ingest = time.perf_counter() - begun
    begun = time.perf_counter()
    rows = full_rows(ours, theirs, [(name, name) for name in ours.samples], sources=(sources[0], sources[1]))
    return Run(ours, rows, (ingest, time.perf_counter() - begun))


def furthest(one: Run, other: Run) -> dict[str, float]:
    """The largest relative distance of every kind of figure; infinite where what has to be equal is not."""
    same = one.sketch.summaries == other.sketch.summaries
    equal = all(a.equality.fraction == b.equality.fraction for a, b in zip(one.rows, other.rows, strict=True))
    found = {"digests, counts and moments": 0.0 if same else np.inf, "equal elements": 0.0 if equal else np.inf}
    found["variance explained"] = max(
        abs(a.variance.v - b.variance.v) for a, b in zip(one.rows, other.rows, strict=True)
    )
    for part in (*FEATURES, "traits"):
        found[part] = max(
            _apart(getattr(a, part), getattr(b, part))
            for a, b in zip(one.sketch.blocks, other.sketch.blocks, strict=True)
        )
    return found


def _apart(a: np.ndarray | None, b: np.ndarray | None) -> float:
    if a is None or b is None:
        return 0.0 if a is b else np.inf
    return float(np.abs(a - b).max() / max(float(np.abs(a).max()), 1e-30))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0, help="size of each of the two models")
    parser.add_argument("--folder", type=Path, help="where the models are written")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
