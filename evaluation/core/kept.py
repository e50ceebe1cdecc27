"""What a benchmark writes down as it goes: after every task the files say all that is done, whatever happens next.

`samples.jsonl.gz` grows by gzip members of at most 200 items or 8 MiB, each of which can be read alone; `finished.jsonl` gets one
line per task, written after its samples. A run that ends early is whole up to its last line there.
"""

import gzip
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

SAMPLES, FINISHED, RAW = "samples.jsonl.gz", "finished.jsonl", "raw.json"
MEMBER_ITEMS = 200
MEMBER_BYTES = 8 * 1024 * 1024  # unpacked; a single longer item has a member of its own
LARGEST_LINE = 16 * 1024 * 1024  # bytes of one line of finished.jsonl
MOST_TASKS = 1000
FASTEST = 6  # level of compression


class Finished(NamedTuple):
    """One task that is done. `members` say where its samples stand in their file, `end` is where they end there."""

    task: str
    metrics: list[dict[str, Any]]
    usage: dict[str, Any]
    raw: dict[str, Any]
    members: list[dict[str, Any]]
    end: int


class Record:
    """Appends to the files of one working folder."""

    def __init__(self, workdir: Path) -> None:
        self.workdir = workdir
        self.done: list[Finished] = []
        (workdir / SAMPLES).write_bytes(b"")
        (workdir / FINISHED).write_bytes(b"")

    def keep(
        self,
        task: str,
        *,
        samples: Sequence[Mapping[str, Any]],
        metrics: Sequence[Mapping[str, Any]],
        usage: Mapping[str, Any],
        raw: Mapping[str, Any],
    ) -> None:
        index = append_samples(self.workdir / SAMPLES, task, samples)
        end = (self.workdir / SAMPLES).stat().st_size
        row = Finished(task, [dict(one) for one in metrics], dict(usage), dict(raw), index, end)
        with (self.workdir / FINISHED).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row._asdict(), ensure_ascii=False, default=str) + "\n")
        self.done.append(row)

    def close(self) -> None:
        """Write the harness's own output as one file."""
        write_json(self.workdir / RAW, [row.raw for row in self.done])


def append_samples(path: Path, task: str, samples: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Add the members of one task; returns where each stands: task, first item, items, offset and length in bytes."""
    index = []
    with path.open("ab") as file:
        for first, lines in _stretches(samples):
            member = gzip.compress(b"".join(lines), compresslevel=FASTEST, mtime=0)
            offset = file.seek(0, os.SEEK_END)
            file.write(member)
            index.append({"task": task, "first": first, "n": len(lines), "offset": offset, "length": len(member)})
        file.flush()
    return index


def _stretches(samples: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, list[bytes]]]:
    """Lines that make one member, with the number of the first."""
    lines: list[bytes] = []
    size = first = 0
    for number, sample in enumerate(samples):
        line = json.dumps(sample, ensure_ascii=False, default=str).encode() + b"\n"
        if lines and (len(lines) == MEMBER_ITEMS or size + len(line) > MEMBER_BYTES):
            yield first, lines
            lines, size, first = [], 0, number
        lines.append(line)
        size += len(line)
    if lines:
        yield first, lines


def read_finished(workdir: Path) -> list[Finished]:
    """The tasks that were done; a last line that was only half written counts as not there."""
    return list(_finished(workdir / FINISHED))


def _finished(path: Path) -> Iterator[Finished]:
    if not path.is_file():
        return
    with path.open("rb") as file:
        for _ in range(MOST_TASKS):
            line = file.readline(LARGEST_LINE)
            if not line.endswith(b"\n"):
                return
            yield Finished(**json.loads(line))


def cut_to_finished(workdir: Path) -> list[Finished]:
    """Leave in the file of samples what whole tasks wrote, and write their output down: what a run that failed leaves."""
    done = read_finished(workdir)
    with (workdir / SAMPLES).open("r+b") as file:
        file.truncate(done[-1].end if done else 0)
    write_json(workdir / RAW, [row.raw for row in done])
    return done


def write_json(path: Path, value: Any) -> None:
    """Complete or not there at all."""
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")
    draft.replace(path)
