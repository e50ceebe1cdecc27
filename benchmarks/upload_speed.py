"""How fast a checkpoint travels to the portal, beside a raw socket writer with SHA-256 and beside another upload server.

    python benchmarks/upload_speed.py [--gigabytes 4.3] [--rounds 3] [--folder DIR] [--store local|sealed]

Both ends run on this machine over loopback, all in one run, in rounds of changing order; the ratio is taken within each
round. "Sending" is from the declaration to the last acknowledged part: the receiver hashes and flushes every part, as the
raw writer's does. "Whole" also has what the raw writer leaves out: hashing for the declaration (the client reads and
hashes the files twice over, whole and in parts) and the check of every file before the bundle exists.
Then memory: the same bytes in few and in many parts. Needs the size twice on disk; `--folder /dev/shm` takes the disk out.
Ends with 1 if sending falls below half of the raw socket, a worker that receives needs more than 150 MB, or memory
depends on the number of parts.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.checkpoints import MIB, size_of, write_checkpoint, write_many  # noqa: E402
from benchmarks.support.meters import Cost, Meter, run_measured  # noqa: E402
from benchmarks.support.site import RECONCILER, WORKER, Site, portal_site, token_for  # noqa: E402
from benchmarks.support.stores import STORES, store_environment  # noqa: E402
from tools import services  # noqa: E402

LEAST_RATIO = 0.5
MOST_MEMORY = 150e6  # bytes per worker that receives
MOST_SPREAD = 25e6  # bytes between few parts and many: what threads happen to hold at once, not what parts are


class Result(NamedTuple):
    """One contender in one round. `sending` and `whole` in seconds, CPU in seconds, `peak` in bytes of its largest worker."""

    sending: float
    whole: float
    server_cpu: float
    client_cpu: float
    checking_cpu: float
    peak: int


@dataclass
class Bench:
    folder: Path
    site: Site
    checkpoint: Path
    size: int
    jobs: int
    part: int  # bytes
    accounts: int = 0

    def raw(self) -> Result:
        port, received = services.free_port(), self.folder / "raw"
        module = [sys.executable, "-m", "benchmarks.support.raw_socket"]
        command = [*module, "serve", str(port), str(received)]
        with services.server(command, ready=lambda: services.accepts(port)) as server:
            return self.peer(server.pid, [*module, "send", str(port)], received)

    def tus(self) -> Result:
        port, received = services.free_port(), self.folder / "tus"
        os.environ["TUS_FOLDER"] = str(received)
        command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.support.tus_peer:app", "--port", str(port)]
        with services.server([*command, "--log-level", "error"], ready=lambda: services.accepts(port)) as server:
            return self.peer(server.pid, [sys.executable, "-m", "benchmarks.support.tus_peer", str(port)], received)

    def peer(self, server: int, sender: list[str], received: Path) -> Result:
        meter = Meter(server)
        meter.start()
        options = [str(self.checkpoint), "--jobs", str(self.jobs), "--span", str(self.part)]
        cost = run_measured([*sender, *options], env=os.environ, cwd=ROOT)
        result = Result(cost.seconds, cost.seconds, meter.cpu(), cost.cpu, 0.0, max(meter.peaks()))
        assert size_of(received) >= self.size
        shutil.rmtree(received)
        os.sync()
        return result

    def portal(self) -> Result:
        result, _ = self.push(self.checkpoint, part=self.part)
        return result

    def push(self, folder: Path, *, part: int, jobs: int = 0) -> tuple[Result, int]:
        """Into an account of its own, so that nothing is known there; also the number of parts."""
        self.accounts += 1
        owner = f"consortium:{self.accounts}"
        token = token_for(owner)
        receiving, checking = self.meters()
        command = self.site.client("push", folder, "--part-size", str(part / MIB), "--jobs", str(jobs or self.jobs))
        cost = run_measured(command, env=self.client_environment(token), cwd=self.folder)
        declared, last, parts = facts(owner)
        result = Result(
            (last - declared).total_seconds(),
            cost.seconds,
            receiving.cpu(),
            cost.cpu,
            checking.cpu(),
            max(receiving.peaks()),
        )
        check_answer(cost, folder)
        self.empty_store()
        return result, parts

    def client_environment(self, token: str) -> dict[str, str]:
        """A home of its own: no digest is known from the last round."""
        home = self.folder / f"home-{self.accounts}"
        home.mkdir()
        return self.site.client_environment(token, home=home)

    def meters(self) -> tuple[Meter, Meter]:
        receiving = Meter(self.site.processes["server"].pid)
        checking = Meter(self.site.processes["worker"].pid)
        receiving.start()
        checking.start()
        return receiving, checking

    def empty_store(self) -> None:
        """The next round has another account, so these objects are read by nobody."""
        shutil.rmtree(Path(self.site.environment["PORTAL_VAR"]) / "store" / "objects", ignore_errors=True)
        os.sync()


def main() -> int:
    options = arguments()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder, prefix="upload-speed-")))
        environment = stack.enter_context(store_environment(options.store, folder))
        site = stack.enter_context(portal_site(folder, environment=environment))
        checkpoint = write_checkpoint(folder / "checkpoint", size=int(options.gigabytes * 1e9), shards=options.shards)
        site.serve(workers=options.workers)
        site.start("worker", *WORKER)
        site.start("reconciler", *RECONCILER)
        site.wait_until_up()
        part = options.part_size * MIB
        bench = Bench(folder, site, checkpoint, size_of(checkpoint), options.jobs, part)
        results = rounds(bench, options.rounds)
        shutil.rmtree(checkpoint)
        memory = {} if options.no_memory else memory_by_parts(bench)
    return report(bench, results, memory, options=options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=4.3, help="size of the checkpoint in 10^9 bytes")
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=4, help="connections of each sender")
    parser.add_argument("--workers", type=int, default=2, help="processes of the portal that receive")
    parser.add_argument("--part-size", type=int, default=64, metavar="MiB")
    parser.add_argument("--store", choices=STORES[:2], default="local")
    parser.add_argument("--folder", type=Path, help="where to work")
    parser.add_argument("--no-memory", action="store_true", help="leave out memory against the number of parts")
    return parser.parse_args()


def rounds(bench: Bench, count: int) -> dict[str, list[Result]]:
    contenders: list[tuple[str, Callable[[], Result]]] = [
        ("raw socket with SHA-256", bench.raw),
        ("portal", bench.portal),
        ("tuspyserver (no digests, no flush)", bench.tus),
    ]
    results: dict[str, list[Result]] = {name: [] for name, _ in contenders}
    for number in range(count):
        turned = contenders[number % 3 :] + contenders[: number % 3]
        for name, run in turned:
            results[name].append(run())
            print(
                f"round {number + 1}: {name} {bench.size / 1e6 / results[name][-1].sending:.0f} MB/s", file=sys.stderr
            )
    return results


def memory_by_parts(bench: Bench) -> dict[str, tuple[int, int]]:
    """Parts and the peak of the largest receiving worker, by the kind of checkpoint."""
    found: dict[str, tuple[int, int]] = {}
    large = write_checkpoint(bench.folder / "large", size=1 << 30, shards=2, seed=1)
    for size in (512, 64, 8):
        result, parts = bench.push(large, part=size * MIB)
        found[f"1.07 GB in parts of {size} MiB"] = parts, result.peak
    result, parts = bench.push(large, part=64 * MIB, jobs=8)
    found["1.07 GB over 8 connections"] = parts, result.peak
    shutil.rmtree(large)
    many = write_many(bench.folder / "many", files=2_000, size=4_000, seed=2)
    result, parts = bench.push(many, part=64 * MIB)
    found["2,000 files of 4 kB"] = parts, result.peak
    shutil.rmtree(many)
    return found


def facts(owner: str) -> tuple[datetime, datetime, int]:
    """When the upload was declared, when its last part was acknowledged, how many parts it has."""
    from portal.artifacts.models import Upload

    upload = Upload.objects.get(owner=owner)
    return upload.declared_at, upload.active_at, sum(len(entry.parts) for entry in upload.plan.files)


def check_answer(cost: Cost, folder: Path) -> None:
    answer = json.loads(cost.output)
    assert answer["sent_bytes"] == size_of(folder), answer


def report(
    bench: Bench, results: dict[str, list[Result]], memory: dict[str, tuple[int, int]], *, options: argparse.Namespace
) -> int:
    giga, raw, ours = bench.size / 1e9, results["raw socket with SHA-256"], results["portal"]
    print(
        f"{giga:.2f} GB of safetensors in {options.shards} shards, {options.jobs} connections, parts of {options.part_size} MiB,"
        f" store {options.store}, {options.rounds} rounds, {os.cpu_count()} cores, {time.strftime('%F %H:%M')}"
    )
    print(f"{'':<36}{'MB/s':>7}{'of raw':>8}  {'CPU s/GB: server':>16}{'client':>8}{'checks':>8}{'peak MB/worker':>16}")
    for name, rows in results.items():
        line(name, rows, raw, giga=giga, seconds=lambda row: row.sending)
    line("portal, whole", ours, raw, giga=giga, seconds=lambda row: row.whole)
    for name, (parts, peak) in memory.items():
        print(f"memory: {name:<28}{parts:>7,} parts {peak / 1e6:>8.0f} MB")
    ratio = ratio_of(ours, raw, lambda row: row.sending)
    peak = max([row.peak for row in ours] + [peak for _, peak in memory.values()])
    sound = ratio >= LEAST_RATIO and peak <= MOST_MEMORY
    print(
        f"sending at {ratio:.2f} of the raw socket, at most {peak / 1e6:.0f} MB per worker{'' if sound else ': NOT enough'}"
    )
    return 0 if sound else 1


def spread_of(peaks: list[int]) -> int:
    return max(peaks) - min(peaks) if peaks else 0


def line(name: str, rows: list[Result], raw: list[Result], *, giga: float, seconds: Callable[[Result], float]) -> None:
    """Medians over the rounds."""

    def median(value: Callable[[Result], float]) -> float:
        return statistics.median(value(row) for row in rows)

    speed = giga * 1e3 / median(seconds)
    cpu = f"{median(lambda row: row.server_cpu) / giga:>18.2f}{median(lambda row: row.client_cpu) / giga:>8.2f}"
    checks = f"{median(lambda row: row.checking_cpu) / giga:>8.2f}{max(row.peak for row in rows) / 1e6:>16.0f}"
    print(f"{name:<36}{speed:>7.0f}{ratio_of(rows, raw, seconds):>8.2f}{cpu}{checks}")


def ratio_of(rows: list[Result], raw: list[Result], seconds: Callable[[Result], float]) -> float:
    """The median of the ratios within each round."""
    return statistics.median(floor.sending / seconds(row) for row, floor in zip(rows, raw, strict=True))


if __name__ == "__main__":
    sys.exit(main())
