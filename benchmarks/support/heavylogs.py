"""Logs made to exhaust a reader: each with the megabytes that reading it may take at most (120 of them for the program)."""

import random
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.support.logseeds import event, record, scalar
from originality.core.trace.events import masked_crc

Write = Callable[[Path], Path]
MB = 1 << 20


def file_of(folder: Path, name: str, pieces: Iterable[bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    return path


def giant_line(folder: Path) -> Path:
    piece = b'{"step": 1, "text": "' + b"x" * MB
    return file_of(folder, "log.jsonl", [*[piece] * 300, b'"}\n{"step": 2, "loss": 3}\n'])


def giant_cell(folder: Path) -> Path:
    return file_of(folder, "log.csv", [b"step,loss\n1,2\n2,", *[b"9" * MB] * 300, b"\n3,4\n"])


def nested(folder: Path) -> Path:
    return file_of(
        folder, "log.jsonl", [b"[" * MB, b'\n{"step": 1, "a":', b'{"b":' * 500_000, b'\n{"step": 2, "loss": 3}\n']
    )


def nested_document(folder: Path) -> Path:
    return file_of(folder, "trainer_state.json", [b'{"log_history": [', *[b'{"step": [' * 100_000] * 100])


def many_names(folder: Path) -> Path:
    pieces = (record(event(number, scalar(f"layer/{number}/norm", 1.0))) for number in range(1_000_000))
    return file_of(folder, "events.out.tfevents.1", pieces)


def many_keys(folder: Path) -> Path:
    rows = (
        b'{"step": %d, ' % row + b", ".join(b'"k%d": 1' % (row * 10_000 + key) for key in range(10_000)) + b"}\n"
        for row in range(100)
    )
    return file_of(folder, "log.jsonl", rows)


def many_columns(folder: Path) -> Path:
    names = b"step," + b",".join(b"c%d" % number for number in range(300_000)) + b"\n"
    return file_of(folder, "log.csv", [names, *(b"%d" % row + b",1" * 300_000 + b"\n" for row in range(20))])


def long_header(folder: Path) -> Path:
    return file_of(
        folder, "log.csv", [b"step," + b",".join(b"c%d" % number for number in range(3_000_000)) + b"\n1,2\n"]
    )


def wild_steps(folder: Path) -> Path:
    rng = random.Random(0)
    return file_of(folder, "log.csv", [b"step,loss\n", *(b"%d,1.5\n" % rng.randrange(10**9) for _ in range(2_000_000))])


def sawtooth(folder: Path) -> Path:
    return file_of(
        folder,
        "log.csv",
        [b"step,loss\n", *(b"".join(b"%d,1.5\n" % step for step in range(300)) for _ in range(6_000))],
    )


def false_length(folder: Path) -> Path:
    length = struct.pack("<Q", 1 << 62)
    head = length + struct.pack("<I", masked_crc(length))
    return file_of(folder, "events.out.tfevents.1", [head * 100_000, record(event(1, scalar("loss", 2.0)))])


def long_record(folder: Path) -> Path:
    body = event(1, b"".join(scalar("loss", 1.0) for _ in range(3_000_000)))
    return file_of(folder, "events.out.tfevents.1", [record(body), record(event(2, scalar("loss", 2.0)))])


def only_damage(folder: Path) -> Path:
    rng = random.Random(0)
    return file_of(folder, "events.out.tfevents.1", [rng.randbytes(MB) for _ in range(200)])


def bad_rows(folder: Path) -> Path:
    return file_of(folder, "log.csv", [b"step,loss\n1,2\n", *[b"a,b,c\n,\nx,y\n1;2\n" * 100_000] * 20])


def bad_lines(folder: Path) -> Path:
    return file_of(folder, "log.jsonl", [*[b'{"loss": 1}\n{broken\n[1]\n' * 100_000] * 5, b'{"step": 1, "loss": 2}\n'])


def open_quote(folder: Path) -> Path:
    return file_of(folder, "log.csv", [b'step,loss\n1,"2\n', *[b"3,4\n" * 100_000] * 50])


def many_files(folder: Path) -> Path:
    for number in range(3_000):
        file_of(folder, f"log{number}.csv", [b"step,loss\n%d,2\n%d,3\n" % (number, number + 1)])
    return folder


HEAVY: list[tuple[str, int, Write]] = [
    ("a line of 300 MB", 300, giant_line),
    ("a cell of 300 MB", 300, giant_cell),
    ("JSON nested a million deep", 300, nested),
    ("a document nested ten million deep", 300, nested_document),
    ("a million names in an event file", 500, many_names),
    ("a million names in JSON lines", 500, many_keys),
    ("300,000 columns", 500, many_columns),
    ("a header of 25 MB", 300, long_header),
    ("two million steps in no order", 500, wild_steps),
    ("a program started 6,000 times", 500, sawtooth),
    ("lengths beyond any event", 300, false_length),
    ("an event of three million values", 400, long_record),
    ("200 MB of noise under the name of events", 300, only_damage),
    ("eight million bad rows", 300, bad_rows),
    ("1.5 million bad lines", 300, bad_lines),
    ("a quote that never closes", 600, open_quote),
    ("3,000 files", 300, many_files),
]
