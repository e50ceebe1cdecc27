"""Teams that push one checkpoint after the other while their processes are killed, and what they were promised."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.support.checkpoints import MIB, write_checkpoint
from benchmarks.support.site import ROOT, Site, token_for

SHARDS = 4
TEMPORARY = 3  # the client's exit status for "run the same command again"
ABANDONED_EVERY = 2  # of so many kills of a client one ends the upload, too


@dataclass
class Team:
    """`done` are checkpoints that were told to be complete, with the bundle that the portal named."""

    site: Site
    number: int
    chance: random.Random
    size: int
    diary: Path
    token: str = ""
    round: int = 0
    process: "subprocess.Popen[bytes] | None" = None
    done: list[dict[str, Any]] = field(default_factory=list)
    runs: int = 0
    resting: bool = False  # it begins nothing more
    failures: list[str] = field(default_factory=list)

    @property
    def owner(self) -> str:
        return f"consortium:{self.number}"

    @property
    def home(self) -> Path:
        return self.site.folder / f"team-{self.number}"

    @property
    def checkpoint(self) -> Path:
        return self.home / f"checkpoint-{self.round}"

    def begin(self) -> None:
        self.home.mkdir()
        self.token = token_for(self.owner)
        self.next_checkpoint()

    def next_checkpoint(self) -> None:
        """New in every second round; else the last one with one shard changed."""
        before = self.checkpoint
        self.round += 1
        seed = self.number * 10_000 + self.round
        if self.round % 2 or not before.exists():
            write_checkpoint(self.checkpoint, size=self.size, shards=SHARDS, seed=seed)
        else:
            before.rename(self.checkpoint)
            other = write_checkpoint(self.home / "other", size=self.size, shards=SHARDS, seed=seed)
            name = f"model-{1 + seed % SHARDS:05}-of-{SHARDS:05}.safetensors"
            shutil.copy(other / name, self.checkpoint / name)
            shutil.rmtree(other)
        shutil.rmtree(before, ignore_errors=True)

    def push(self) -> None:
        """The slow client; its answer is kept in a file, so that nothing waits for it."""
        push = ["push", str(self.checkpoint), "--part-size", "8", "--jobs", "2", "--json"]
        with (self.home / "answer").open("wb") as out, (self.home / "words").open("wb") as words:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.support.slow_client", *push],
                env=self.site.client_environment(self.token, home=self.home)
                | {
                    "CRASH_DIARY": str(self.diary),
                    "CRASH_SPEED": str(4 * MIB),
                    "CRASH_HURRY": str(self.site.folder / "hurry"),
                },
                cwd=ROOT,
                stdout=out,
                stderr=words,
            )
        self.runs += 1

    def tend(self, *, last: bool = False) -> bool:
        """Start what is not running; with `last` nothing new is begun. Whether the team is at rest."""
        if self.resting or (self.process is not None and self.process.poll() is None):
            return self.resting
        if self.process is not None and self.process.returncode == 0:
            self.done.append(json.loads((self.home / "answer").read_bytes()))
            self.resting = last
            if last:
                return True
            self.next_checkpoint()
        elif self.process is not None and self.process.returncode not in {TEMPORARY, -signal.SIGKILL}:
            self.failures.append((self.home / "words").read_text(encoding="utf-8")[-2000:])
            self.resting = True
            return True
        self.push()
        return False

    def kill(self) -> bool:
        """With SIGKILL; now and then the team goes on with another checkpoint and leaves the upload open."""
        if self.process is None or self.process.poll() is not None:
            return False
        self.process.kill()
        self.process.wait()
        if self.chance.random() < 1 / ABANDONED_EVERY:
            self.next_checkpoint()
        return True

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Diary:
    """What the clients wrote down, in the order of time."""

    def __init__(self, *paths: Path) -> None:
        self.paths = paths

    def entries(self) -> Iterator[dict[str, Any]]:
        for path in self.paths:
            for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
                yield json.loads(line)

    def acknowledged(self) -> dict[str, set[tuple[int, int]]]:
        """File and part numbers by upload."""
        found: dict[str, set[tuple[int, int]]] = {}
        for entry in self.entries():
            if entry["what"] == "acknowledged":
                upload, place = place_of(entry["part"])
                found.setdefault(upload, set()).add(place)
        return found

    def repeated(self) -> list[str]:
        """Parts that were sent although they had been acknowledged before."""
        acknowledged, again = set(), []
        for entry in self.entries():
            if entry["what"] == "acknowledged":
                acknowledged.add(entry["part"])
            elif entry["what"] == "begin" and entry["part"] in acknowledged:
                again.append(entry["part"])
        return again

    def counts(self) -> Counter[str]:
        """Entries of each kind; `sent` and `kept` are bytes put on the wire and bytes acknowledged."""
        counts: Counter[str] = Counter()
        for entry in self.entries():
            counts[entry["what"]] += 1
            counts["sent"] += max(0, entry.get("number", 0))  # a repeated part is counted back first
            counts["kept"] += entry.get("bytes", 0)
        return counts


def place_of(address: str) -> tuple[str, tuple[int, int]]:
    """`/api/uploads/<id>/<file>/<part>/`"""
    upload, file, number = address.rstrip("/").split("/")[-3:]
    return upload, (int(file), int(number))


def settle(teams: list[Team], *, patience: float) -> bool:
    """Let every team finish what it has begun; False if one does not."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        at_rest = [team.tend(last=True) for team in teams]  # each of them, also after one that is not
        if all(at_rest):
            return not any(team.failures for team in teams)
        time.sleep(0.3)
    return False
