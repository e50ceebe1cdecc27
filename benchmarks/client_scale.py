"""What the client needs for a checkpoint of very many files: seconds, CPU seconds and memory of each of its commands.

    python benchmarks/client_scale.py [--shards 2000] [--files 10000] [--kib 512] [--folder DIR]

First 2,000 shards, then 10,000 logs. Each is looked at cold, with its digests known, pushed, and pushed again. Ends with 1
unless the second push of each sends nothing.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.checkpoints import size_of, write_checkpoint, write_many  # noqa: E402
from benchmarks.support.site import RECONCILER, WORKER, Site, portal_site, token_for  # noqa: E402

KIB, MIB = 1 << 10, 1 << 20
SETTLING = 3.0  # seconds until the client believes that a file does not change any more

WATCH = """
import json, resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
sys.exit(status)
"""


class Cost(NamedTuple):
    seconds: float
    cpu: float
    memory: int  # bytes, at the highest
    answer: dict[str, Any]


def main() -> int:
    options = arguments()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder, prefix="client-scale-")))
        shards = write_checkpoint(folder / "shards", size=options.shards * options.kib * KIB, shards=options.shards)
        logs = write_many(folder / "logs", files=options.files, size=2 * KIB)
        site = stack.enter_context(portal_site(folder))
        site.serve()
        site.start("worker", *WORKER)
        site.start("reconciler", *RECONCILER)
        site.wait_until_up()
        time.sleep(SETTLING)
        return max(measure(site, shards), measure(site, logs))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, default=2000)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kib", type=int, default=512, help="size of a shard")
    parser.add_argument("--folder", type=Path, help="where to work (twice the size is needed)")
    return parser.parse_args()


def measure(site: Site, folder: Path) -> int:
    token = token_for(f"consortium:{folder.name}")
    count = sum(1 for path in folder.rglob("*") if path.is_file())
    print(f"{folder.name}: {count} files, {size_of(folder) / MIB:.0f} MiB")
    print(f"  {'':<22} {'seconds':>8} {'CPU s':>8} {'MiB':>8}")
    steps = (
        ("dry run, cold", ("push", "--dry-run", folder)),
        ("dry run, known", ("push", "--dry-run", folder)),
        ("push", ("push", folder, "--jobs", "8")),
        ("push again", ("push", folder)),
    )
    costs = {name: run(site, token, *command) for name, command in steps}
    for name, cost in costs.items():
        print(f"  {name:<22} {cost.seconds:>8.1f} {cost.cpu:>8.1f} {cost.memory / MIB:>8.0f}")
    again = costs["push again"].answer["sent_bytes"]
    print(f"  the second push sent {again} bytes\n", flush=True)
    return int(again != 0)


def run(site: Site, token: str, *command: str | Path) -> Cost:
    """One process of the client with what the system counted for it, begun by a small one: memory is handed down by fork."""
    begun = time.monotonic()
    watched = [sys.executable, "-I", "-c", WATCH, *site.client(*command)]
    done = subprocess.run(watched, env=site.client_environment(token), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    seconds = time.monotonic() - begun
    answer, usage = done.stdout.splitlines()
    cpu, memory = json.loads(usage)
    return Cost(seconds, cpu, memory * KIB, json.loads(answer))


if __name__ == "__main__":
    sys.exit(main())
