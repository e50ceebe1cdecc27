"""Sound training logs and archives of every form that is read, and ways to damage them."""

import io
import json
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

from originality.core.trace.events import masked_crc

STEPS = 40
TOKENS = (
    b"{", b"}", b"[", b"]", b'"', b",", b";", b"\t", b"\n", b"\r", b":", b"-", b"0", b"NaN", b"Infinity", b"1e999", b"-1e-999", b"9" * 40,
    b"1.5", b"null", b"true", b"step", b"loss", b"_step", b"\x00", b"\xff", b"\xc7\xd0", b"\\ud83d", b"\\u0000", b"[" * 2000, b'{"a":' * 500,
    b"2026-11-01 10:20:30", b"9223372036854775808", b"1" * 5000, "손실".encode(), b"\xef\xbb\xbf", b"\xff\xfe", b'"' * 3,
)  # fmt: skip


class Seed(NamedTuple):
    """A sound file; `name` tells its form."""

    name: str
    data: bytes


def varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


def record(data: bytes) -> bytes:
    """A record of an event file with its two checksums."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def scalar(tag: str, value: float) -> bytes:
    name = tag.encode()
    message = b"\x0a" + varint(len(name)) + name + b"\x15" + struct.pack("<f", value)
    return b"\x0a" + varint(len(message)) + message


def tensor(tag: str, value: float) -> bytes:
    name, content = tag.encode(), b"\x08\x01\x22\x04" + struct.pack("<f", value)
    message = b"\x0a" + varint(len(name)) + name + b"\x42" + varint(len(content)) + content
    return b"\x0a" + varint(len(message)) + message


def event(step: int, values: bytes) -> bytes:
    return b"\x09" + struct.pack("<d", 1.79e9 + step) + b"\x10" + varint(step) + b"\x2a" + varint(len(values)) + values


def loss_at(step: int) -> float:
    return 9.0 - step / 10


def event_bodies() -> list[bytes]:
    start = b"\x09" + struct.pack("<d", 1.79e9) + b"\x1a\x0dbrain.Event:2"
    bodies = [event(step, scalar("train/loss", loss_at(step)) + tensor("학습률", 0.001)) for step in range(STEPS)]
    again = [event(step, scalar("train/loss", loss_at(step))) for step in range(STEPS // 2, STEPS)]
    return [start, *bodies, start, *again]


def events() -> bytes:
    return b"".join(record(body) for body in event_bodies())


def rows() -> Iterator[dict[str, float]]:
    for step in range(STEPS):
        yield {"step": step, "_timestamp": 1.79e9 + step, "loss": loss_at(step), "lr": 0.001, "tokens": step * 512}


def lines() -> bytes:
    return "".join(json.dumps({**row, "eval": {"loss": row["loss"] + 0.1}}) + "\n" for row in rows()).encode()


def state() -> bytes:
    return json.dumps(
        {"best_metric": None, "log_history": list(rows()), "stateful_callbacks": {"a": {"b": {}}}}, indent=1
    ).encode()


def table(delimiter: str = ",", *, encoding: str = "utf-8", names: str = "step,time,loss,learning_rate,note") -> bytes:
    text = names.replace(",", delimiter) + "\n"
    for step in range(STEPS):
        cells = [str(step), f"2026-11-01T10:00:{step:02d}+09:00", f"{loss_at(step)}", "1e-3", '"a ""b"""']
        text += delimiter.join(cells) + "\n"
    return text.encode(encoding)


def sources() -> dict[str, bytes]:
    return {"model/attention.py": b"print(1)\n" * 300, "설명.md": "훈련 코드\n".encode(), "empty.py": b""}


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sources().items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]  # the mode is one of four
        for name, content in sources().items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def log_seeds() -> list[Seed]:
    korean = "스텝,시각,손실,학습률,비고"
    return [
        Seed("events.out.tfevents.1.host", events()),
        Seed("log.jsonl", lines()),
        Seed("trainer_state.json", state()),
        Seed("history.json", json.dumps(list(rows())).encode()),
        Seed("log.csv", table()),
        Seed("semicolons.csv", table(";").replace(b".", b",")),
        Seed("log.tsv", table("\t", encoding="utf-16")),
        Seed("로그.csv", table(encoding="cp949", names=korean)),
        Seed("wide.log", lines().decode().encode("utf-16-le")),
    ]


def archive_seeds() -> list[Seed]:
    return [
        Seed("code.zip", zipped()),
        Seed("code.tar", tarred("w")),
        Seed("code.tar.gz", tarred("w:gz")),
        Seed("code.tar.bz2", tarred("w:bz2")),
        Seed("code.tar.xz", tarred("w:xz")),
    ]


def mutate(seed: Seed, others: list[Seed], rng: random.Random) -> bytes:
    """Damage a file in one to four ways; event files half of the time inside records whose checksums are made to fit."""
    if "tfevents" in seed.name and rng.random() < 0.5:
        bodies = event_bodies()
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(bodies))
            bodies[place] = damaged(bodies[place], others, rng)
        return b"".join(record(body) for body in bodies)
    data = seed.data
    for _ in range(rng.randint(1, 4)):
        data = damaged(data, others, rng)
    return data


def damaged(data: bytes, others: list[Seed], rng: random.Random) -> bytes:
    where, until = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
    other = rng.choice(others).data
    ways: list[Callable[[], bytes]] = [
        lambda: data[:where] + rng.randbytes(rng.randint(1, 9)) + data[where:],
        lambda: data[:where] + rng.choice(TOKENS) + data[where:],
        lambda: data[:where] + rng.choice(TOKENS) + data[until:],
        lambda: data[:where],
        lambda: data[:where] + data[until:],
        lambda: data[:until] + data[where:until] * rng.randint(1, 3) + data[until:],
        lambda: data[:where] + other[rng.randrange(len(other) or 1) :][:400] + data[where:],
        lambda: bytes(byte ^ (1 << rng.randrange(8)) if rng.random() < 0.01 else byte for byte in data),
        lambda: (
            data[:where] + bytes([data[where] ^ 1 << rng.randrange(8)]) + data[where + 1 :]
            if where < len(data)
            else data
        ),
    ]
    return rng.choice(ways)()
