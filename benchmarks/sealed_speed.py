"""How fast a sealed store reads and writes, beside the plain store and beside AES-256-GCM alone in memory, in one run.

    python benchmarks/sealed_speed.py [--gigabytes 1] [--rounds 3] [--folder DIR]

The file lies in the page cache, so this is the cost of one processor, not of a disk. Rounds are interleaved; the figures are
medians. Storing includes the SHA-256 and the flush that every store does.
"""

import argparse
import hashlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings.embedded")

import django  # noqa: E402

django.setup()

from portal.artifacts.stores import LocalStore  # noqa: E402
from portal.artifacts.stores.codec import PLAIN  # noqa: E402
from portal.artifacts.stores.sealed import UNIT, FileSeal, SealedCodec  # noqa: E402

if TYPE_CHECKING:
    import io

GB = 1_000_000_000
OWNER = "benchmark"
JUMP = 64 << 10  # bytes of one read at a random place
JUMPS = 500
KEY = os.urandom(32)

Work = Callable[[], int]  # returns the plain bytes that it handled


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        source = Path(folder) / "source"
        name = write_noise(source, size=int(options.gigabytes * GB))
        stores = {
            "plain": LocalStore(Path(folder), PLAIN),
            "sealed": LocalStore(Path(folder), SealedCodec(lambda *_: KEY, lambda *_: KEY)),
        }
        for store in stores.values():
            keep(store, source, name)
        report(measure(ways_of(stores, source, name), rounds=options.rounds))
    return 0


def ways_of(stores: dict[str, LocalStore], source: Path, name: str) -> dict[str, Work]:
    ways: dict[str, Work] = {"AES-256-GCM of 1 MiB chunks in memory: open": opening(source.stat().st_size)}
    for kind, store in stores.items():
        ways[f"{kind}: read"] = partial(read, store, name)
        ways[f"{kind}: read and SHA-256"] = partial(read, store, name, digest=True)
        ways[f"{kind}: {JUMP >> 10} KiB at random places"] = partial(jump, store, name)
        ways[f"{kind}: store"] = partial(keep, store, source, name)
    return ways


def opening(size: int) -> Work:
    """The limit: one sealed chunk opened again and again into one place."""
    seal = FileSeal(KEY, sha256="ab" * 32, size=UNIT)
    stored, target = memoryview(seal.encode(0, os.urandom(UNIT))), memoryview(bytearray(UNIT))

    def work() -> int:
        for _ in range(size // UNIT):
            seal.decode(0, stored, target)
        return size // UNIT * UNIT

    return work


def read(store: LocalStore, name: str, *, digest: bool = False) -> int:
    buffer, done, whole = bytearray(UNIT), 0, hashlib.sha256()
    with cast("io.BufferedReader", store.open(OWNER, name)) as stream:
        while count := stream.readinto(buffer):
            done += count
            if digest:
                whole.update(buffer)
    return done


def jump(store: LocalStore, name: str) -> int:
    places = random.Random(1)
    with store.open(OWNER, name) as stream:
        size = stream.seek(0, os.SEEK_END)
        for _ in range(JUMPS):
            stream.seek(places.randrange(max(1, size - JUMP)))
            stream.read(JUMP)
    return JUMPS * JUMP


def keep(store: LocalStore, source: Path, name: str) -> int:
    store.delete(OWNER, name)
    size = source.stat().st_size
    with source.open("rb") as file:
        store.put(file.read, owner=OWNER, sha256=name, size=size)
    return size


class Speed(NamedTuple):
    """GB per second of the clock and of the processor: on a shared machine the second is the steadier one."""

    wall: float
    cpu: float


def measure(ways: dict[str, Work], *, rounds: int) -> dict[str, Speed]:
    seen: dict[str, list[Speed]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            begun, processor = time.perf_counter(), time.process_time()
            size = work() / GB
            seen[name].append(Speed(size / (time.perf_counter() - begun), size / (time.process_time() - processor)))
    return {
        name: Speed(statistics.median(s.wall for s in speeds), statistics.median(s.cpu for s in speeds))
        for name, speeds in seen.items()
    }


def report(speeds: dict[str, Speed]) -> None:
    print(f"{'':45} {'GB/s':>7} {'GB/CPU s':>9}")
    for name, speed in speeds.items():
        print(f"{name:45} {speed.wall:7.2f} {speed.cpu:9.2f}")
    limit = speeds["AES-256-GCM of 1 MiB chunks in memory: open"]
    print(f"sealed read / AES-256-GCM alone, by processor: {speeds['sealed: read'].cpu / limit.cpu:.2f}")
    for what in ("read", "read and SHA-256", "store"):
        print(
            f"sealed / plain, {what}, by processor: {speeds[f'sealed: {what}'].cpu / speeds[f'plain: {what}'].cpu:.2f}"
        )


def write_noise(path: Path, *, size: int) -> str:
    digest, block = hashlib.sha256(), os.urandom(UNIT)
    with path.open("wb") as file:
        for number in range(size // UNIT):
            chunk = number.to_bytes(8, "little") + block[8:]
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where the files lie for the time of the run")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
