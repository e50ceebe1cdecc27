"""Damaged safetensors files, and what our header checker and the format's library say of them."""

import copy
import json
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import SafetensorError, safe_open

from portal.artifacts.second_reader import tensors_digest
from portal.artifacts.second_reader_child import opinion_on
from portal.common.formats.safetensors_header import BITS, HeaderError, read_header

Document = dict[str, Any]

TOKENS = (
    b"{", b"}", b"[", b"]", b'"', b",", b":", b"-", b"0", b"1e3", b"1.0", b"-0", b"null", b"true", b"NaN", b"\\u0000", b"\\ud83d",
    b"\\/", b"\xff", b"\x00", b" ", b"\n", b"F64", b"F4", b"9" * 20, "가".encode(), b"\xed\xa0\x80", b"__metadata__",
)  # fmt: skip
NUMBERS = (
    0,
    1,
    2,
    3,
    7,
    8,
    255,
    1 << 31,
    1 << 32,
    (1 << 53) + 1,
    (1 << 63) - 1,
    1 << 63,
    1 << 64,
    -1,
    10**25,
    0.5,
    True,
    None,
    "4",
)


class Verdict(NamedTuple):
    """`wrong` says what must never happen; empty in every other case."""

    ours: bool
    library: bool
    wrong: str


def judge(data: bytes, path: Path) -> Verdict:
    """Write the file and ask both. We may refuse what the library takes, never the other way round."""
    path.write_bytes(data)
    library = library_opens(path)
    try:
        header = read_header(path)
    except HeaderError:
        return Verdict(ours=False, library=library, wrong="")
    except Exception as error:  # noqa: BLE001 - whatever else comes out is the finding
        return Verdict(ours=False, library=library, wrong=f"{type(error).__name__} instead of HeaderError: {error}")
    if not library:
        return Verdict(ours=True, library=False, wrong="accepted by us, refused by the library")
    same = opinion_on(str(path)).get("digest") == tensors_digest(header)
    return Verdict(ours=True, library=True, wrong="" if same else "both accept it and see other tensors")


def library_opens(path: Path) -> bool:
    try:
        with safe_open(path, framework="np") as file:
            return bool(file.keys()) or True
    except (SafetensorError, OSError):
        return False


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Bytes are changed, or the header as a document; both reach places that the other does not."""
    return mutate_document(data, rng) if rng.random() < 0.5 else mutate_bytes(data, rng)


def mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(out)) if rng.random() < 0.2 else rng.randrange(min(len(out), len(data)))
        match rng.randrange(5):
            case 0:
                out[place] = rng.randrange(256)
            case 1:
                del out[place : place + rng.randint(1, 8)]
            case 2:
                out[place:place] = rng.choice(TOKENS)
            case 3:
                out[place : place + 1] = rng.choice(TOKENS)
            case _:
                out += bytes(rng.randint(1, 8))
        if not out:
            return b""
    if rng.random() < 0.7 and len(out) > 8:  # keep the length prefix fitting, so that mutations reach the JSON
        end = out.rfind(b"}") + 1
        out[:8] = struct.pack("<Q", max(0, end - 8))
    return bytes(out)


def mutate_document(data: bytes, rng: random.Random) -> bytes:
    """Change one to three things in a sound header and write it as sound JSON again, with the data behind it as it was or refitted."""
    length = int.from_bytes(data[:8], "little")
    document = copy.deepcopy(json.loads(data[8 : 8 + length]))
    for _ in range(rng.randint(1, 3)):
        rng.choice(CHANGES)(document, rng)
    raw = json.dumps(
        document, ensure_ascii=rng.random() < 0.5, separators=rng.choice(((",", ":"), (", ", ": ")))
    ).encode("utf-8", "surrogatepass")
    raw += b" " * (rng.choice((0, 0, -len(raw) % 8, 3)))
    body = data[8 + length :]
    if rng.random() < 0.2:
        body = body[: rng.randrange(len(body) + 1)] + bytes(rng.randrange(9))
    return struct.pack("<Q", len(raw)) + raw + body


def _number(document: Document, rng: random.Random) -> None:
    tensor = _tensor(document, rng)
    values = tensor.get(rng.choice(("shape", "data_offsets")))
    if isinstance(values, list) and values:
        place = rng.randrange(len(values))
        values[place] = rng.choice(
            (*NUMBERS, values[place] + rng.choice((-4, -1, 1, 4)) if type(values[place]) is int else 0)
        )


def _dtype(document: Document, rng: random.Random) -> None:
    _tensor(document, rng)["dtype"] = rng.choice((*BITS, "F33", "f32", "", 3, None, ["F32"]))


def _swap(document: Document, rng: random.Random) -> None:
    one, other = _tensor(document, rng), _tensor(document, rng)
    field = rng.choice(("shape", "data_offsets", "dtype"))
    one[field], other[field] = other.get(field), one.get(field)


def _field(document: Document, rng: random.Random) -> None:
    tensor = _tensor(document, rng)
    if rng.random() < 0.5 and tensor:
        tensor.pop(rng.choice(sorted(tensor)))
    else:
        tensor[rng.choice(("strides", "shape ", "", "dtype"))] = rng.choice(NUMBERS)


def _reshape(document: Document, rng: random.Random) -> None:
    shape = _tensor(document, rng).get("shape")
    if isinstance(shape, list):
        match rng.randrange(4):
            case 0:
                shape.append(rng.choice((0, 1, 1, 2)))
            case 1:
                shape.reverse()
            case 2:
                shape[:] = [1] * rng.randrange(10) + shape
            case _:
                del shape[: rng.randrange(2)]


def _rename(document: Document, rng: random.Random) -> None:
    names = sorted(document)
    new = rng.choice(("__metadata__", "", "\x00", "a" * 5000, "\ud83d", "가중치", "../x"))
    document[new] = document.pop(rng.choice(names)) if names else {}


def _metadata(document: Document, rng: random.Random) -> None:
    document["__metadata__"] = rng.choice(({}, {"a": "b"}, {"a": 1}, [], None, "x", {"a": {"b": "c"}}, {"\ud800": "x"}))


def _tensor(document: Document, rng: random.Random) -> Document:
    tensors = [value for name, value in sorted(document.items()) if name != "__metadata__" and isinstance(value, dict)]
    return rng.choice(tensors) if tensors else {}


CHANGES: tuple[Callable[[Document, random.Random], None], ...] = (
    _number, _number, _number, _dtype, _swap, _swap, _field, _reshape, _reshape, _rename, _metadata,
)  # fmt: skip
