"""Damage sound safetensors files many times over and ask our header checker and the format's library about each.

    python benchmarks/header_fuzz.py [--mutations 100000] [--seed 0]

Exits non-zero if we accept a file that the library refuses, if both accept one and see other tensors in it, or if anything but a
HeaderError comes out of our checker. Files that only we refuse are counted, too: our reader is the stricter one, on purpose.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from safetensors.numpy import save

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.mutations import judge, mutate  # noqa: E402

SHOWN = 5  # findings printed in full


def main() -> int:
    options = arguments()
    rng = random.Random(options.seed)
    counts: Counter[str] = Counter()
    findings: list[tuple[str, bytes]] = []
    begun = time.monotonic()
    with tempfile.NamedTemporaryFile(suffix=".safetensors") as copy:
        for number in range(options.mutations):
            data = mutate(SOUND[number % len(SOUND)], rng)
            verdict = judge(data, Path(copy.name))
            counts[
                f"{'accepted' if verdict.ours else 'refused'} by us, {'accepted' if verdict.library else 'refused'} by the library"
            ] += 1
            if verdict.wrong:
                findings.append((verdict.wrong, data))
    for name, count in sorted(counts.items()):
        print(f"{count:9,} {name}")
    print(
        f"{options.mutations:9,} mutations of {len(SOUND)} files in {time.monotonic() - begun:.0f} s, {len(findings)} findings"
    )
    for wrong, data in findings[:SHOWN]:
        print(f"  {wrong}: {data[:400]!r}")
    return 1 if findings else 0


def sound_files() -> list[bytes]:
    """Files as the library writes them: several dtypes, no dimension, no element, metadata, a long name, one tensor, none."""
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    return [
        save({"가중치": rows, "b": np.zeros(0, np.int64), "c": np.ones((), np.uint8)}, metadata={"format": "pt"}),
        save({f"model.layers.{n}.mlp.weight": rows.astype(np.float16) for n in range(4)}),
        save({"x" * 300: rows}),
        save({"a": np.zeros((2, 2, 2, 2), np.int8), "z": np.ones(3, bool)}, metadata={"a": "", "나": "다"}),
        save({}),
    ]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


SOUND = sound_files()

if __name__ == "__main__":
    sys.exit(main())
