"""Uploads while server, client, worker and PostgreSQL are killed at random points: is anything lost that was promised?

    python benchmarks/upload_crash.py [--kills 24] [--seeds 1 2 3] [--store local|sealed|s3|s3-sealed] [--teams 3]

Each team pushes one checkpoint after the other, slowly, so that kills hit parts on their way, acknowledgements, checks and
the moment when a bundle appears; some uploads are given up half-way. Ends with 1 unless every part that a client was told
is stored survives and is never sent again, every object hashes to its name, every bundle that a client was told of is
there, and nothing is left over after collection.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.checkpoints import MIB  # noqa: E402
from benchmarks.support.restartable import Restartable  # noqa: E402
from benchmarks.support.site import RECONCILER, WORKER, Site, portal_site  # noqa: E402
from benchmarks.support.stores import STORES, store_environment  # noqa: E402
from benchmarks.support.teams import Diary, Team, settle  # noqa: E402
from tools import services  # noqa: E402

PATIENCE = 900  # seconds after the last kill
SIZE = 96 * MIB  # of one checkpoint


def main() -> int:
    options = arguments()
    if len(options.seeds) > 1:
        return all_seeds(options)
    folder = tempfile.TemporaryDirectory(prefix="upload-crash-", dir=options.folder)
    with folder as name, crash(Path(name), options) as run:
        run.go()
        counts, wrong = run.verdict()
    print_verdict(counts, wrong, title=f"seed {options.seeds[0]}, store {options.store}")
    print(json.dumps({"counts": counts, "wrong": wrong}))
    return 1 if any(wrong.values()) else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=24, help="per seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--store", choices=STORES, default="local")
    parser.add_argument("--teams", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to work (about 5 GB per seed)")
    return parser.parse_args()


def all_seeds(options: argparse.Namespace) -> int:
    """One process per seed: Django is set up for one database."""
    counts: Counter[str] = Counter()
    wrong: dict[str, list[str]] = {}
    for seed in options.seeds:
        own = [
            "--kills",
            str(options.kills),
            "--seeds",
            str(seed),
            "--store",
            options.store,
            "--teams",
            str(options.teams),
        ]
        own += ["--folder", str(options.folder)] if options.folder else []
        done = subprocess.run([sys.executable, __file__, *own], stdout=subprocess.PIPE, text=True, check=False)
        lines = done.stdout.splitlines()
        print("\n".join(lines[:-1]), flush=True)
        if not lines:
            raise SystemExit(f"seed {seed} ended with {done.returncode} and said nothing")
        result = json.loads(lines[-1])
        counts.update(result["counts"])
        for name, found in result["wrong"].items():
            wrong.setdefault(name, []).extend(found)
    print_verdict(counts, wrong, title=f"all seeds {options.seeds}, store {options.store}")
    return 1 if any(wrong.values()) else 0


class Crash:
    """The running portal and its teams, and what is done to them."""

    def __init__(self, site: Site, database: Restartable, options: argparse.Namespace) -> None:
        self.site, self.database, self.kills = site, database, options.kills
        self.chance = random.Random(options.seeds[0])
        self.teams = [
            Team(site, number, random.Random(options.seeds[0] * 100 + number), SIZE, site.folder / f"diary-{number}")
            for number in range(1, options.teams + 1)
        ]
        self.diary = Diary(*(team.diary for team in self.teams))
        self.killed: Counter[str] = Counter()
        self.lost: set[str] = set()
        self.settled = False
        self.faults: list[Callable[[], str]] = [
            self.kill_server,
            self.kill_server_process,
            self.kill_client,
            self.kill_worker,
            self.kill_child_of_worker,
            self.kill_database,
        ]

    def go(self) -> None:
        for team in self.teams:
            team.begin()
        order = [self.faults[number % len(self.faults)] for number in range(self.kills)]
        self.chance.shuffle(order)
        while order:
            self.keep_alive()
            self.linger()
            if what := order[-1]():
                order.pop()
                self.killed[what] += 1
                self.keep_alive()
                self.look_for_losses()
            else:  # nothing of the kind runs just now
                self.chance.shuffle(order)
        (self.site.folder / "hurry").touch()
        self.keep_alive()
        self.settled = settle(self.teams, patience=PATIENCE)
        self.look_for_losses()

    def linger(self) -> None:
        """Up to a few seconds; teams go on meanwhile."""
        until = time.monotonic() + self.chance.uniform(0.2, 4)
        while time.monotonic() < until:
            for team in self.teams:
                team.tend()
            time.sleep(0.1)

    def kill_server(self) -> str:
        """All of it at once, as a machine that loses its power would."""
        return self.kill_group("server")

    def kill_server_process(self) -> str:
        """One process that receives; the others go on."""
        below = children_of(self.site.processes["server"].pid)
        if below:
            kill(self.chance.choice(below))
        return "one process of the server" if below else ""

    def kill_client(self) -> str:
        return "client" if self.chance.choice(self.teams).kill() else ""

    def kill_worker(self) -> str:
        """With the check that it runs; its lease is ended by hand, to save the minute."""
        done = self.kill_group("worker")
        end_leases()
        return done

    def kill_child_of_worker(self) -> str:
        below = children_of(self.site.processes["worker"].pid)
        if below:
            kill(self.chance.choice(below))
        return "check" if below else ""

    def kill_database(self) -> str:
        self.database()
        return "PostgreSQL"

    def kill_group(self, name: str) -> str:
        process = self.site.processes[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return name

    def keep_alive(self) -> None:
        starts: dict[str, Callable[[], object]] = {
            "server": self.site.serve,
            "worker": lambda: self.site.start("worker", *WORKER),
            "reconciler": lambda: self.site.start("reconciler", *RECONCILER),
        }
        for name, start in starts.items():
            if name not in self.site.processes or self.site.processes[name].poll() is not None:
                start()
        self.site.wait_until_up()

    def look_for_losses(self) -> None:
        from benchmarks.support.crash_checks import lost_parts

        self.lost.update(lost_parts(self.diary))

    def verdict(self) -> tuple[dict[str, int], dict[str, list[str]]]:
        from benchmarks.support import crash_checks as checks

        diary = self.diary.counts()
        parts, damaged = checks.damaged_parts()
        bundles, wrong_bundles = checks.wrong_bundles(self.teams)
        objects, wrong_objects = checks.wrong_objects()
        collected, orphans = checks.orphans_after_collection()
        _, wrong_afterwards = checks.wrong_objects()
        counts = {f"killed: {name}": number for name, number in sorted(self.killed.items())}
        counts |= {
            "runs of clients": sum(team.runs for team in self.teams),
            "bytes put on the wire": diary["sent"],
            "bytes acknowledged": diary["kept"],
            "bytes cut off by kills": diary["sent"] - diary["kept"],
            "parts acknowledged": diary["acknowledged"],
            "parts begun": diary["begin"],
            "acknowledged parts of open uploads read again": parts,
            "bundles": bundles,
            "objects hashed": objects,
            "leftovers collected": collected,
        }
        wrong = {
            "acknowledged parts lost": sorted(self.lost),
            "acknowledged parts damaged": damaged,
            "parts sent again after they were acknowledged": self.diary.repeated(),
            "bundles missing or different": wrong_bundles,
            "objects that do not hash to their names": wrong_objects + wrong_afterwards,
            "orphans after collection": orphans,
            "failures of clients": [words for team in self.teams for words in team.failures],
            "not settled": [] if self.settled else [f"after {PATIENCE} s"],
        }
        return counts, wrong


@contextlib.contextmanager
def crash(folder: Path, options: argparse.Namespace) -> Iterator[Crash]:
    port = services.free_port()
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(services.temporary_folder()) / "pg"
        with services.postgresql(data, port=port) as url:
            pass
        database = Restartable(lambda: services.postgresql_server(data, port, ending=signal.SIGQUIT), down=0.5)
        stack.callback(database.stack.close)
        environment = stack.enter_context(store_environment(options.store, folder))
        site = stack.enter_context(portal_site(folder, environment={**environment, "DATABASE_URL": url}))
        run = Crash(site, database, options)
        stack.callback(lambda: [team.end() for team in run.teams])
        yield run


def end_leases() -> None:
    """Of a worker that is dead: the reconciler need not wait until they run out."""
    from django.db import connection
    from django.utils import timezone

    from portal.jobs.models import Job

    connection.close()
    Job.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now())


def children_of(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()]


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def print_verdict(counts: dict[str, int] | Counter[str], wrong: dict[str, list[Any]], *, title: str) -> None:
    kills = sum(number for name, number in counts.items() if name.startswith("killed: "))
    print(f"{title}: {kills} kills")
    for name, number in counts.items():
        print(f"  {name:<52}{number:>14,}")
    for name, found in wrong.items():
        print(f"  {name:<52}{len(found):>14,}{'  <-- ' + str(found[:3]) if found else ''}")


if __name__ == "__main__":
    sys.exit(main())
