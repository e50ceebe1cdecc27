"""Sketches on disk: a safetensors file, so that any reader of safetensors can open it.

Its metadata are the facts of the whole model; `index`, a deflated JSON document, lists tensors and blocks; every other array
holds one kind of figure of all of them, one after the other in the order of the index.
"""

import json
import zlib
from collections import defaultdict
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from originality.core.errors import InputError
from originality.core.folders import checked_config
from originality.core.packing import pack, pack_bytes, unpack, unpack_bytes
from originality.core.projection import SEED, Matrix
from originality.core.roles import Tower
from originality.core.sketch import ENGINE, FEATURES, Sketch, own_anchors, spooled
from originality.core.sketchcheck import check_arrays, check_block, check_documents, is_shape
from originality.core.spool import Spool
from originality.core.summary import Sampled, TensorSummary
from originality.core.tokens import Anchors, TokenTable
from originality.core.unitblock import UnitBlock
from portal.common.formats.safetensors_header import HeaderError, read_header

SCHEMA = "originality-sketch/2"
FACTS = ("label", "digest", "k", "family", "by_shape", "config", "towers", "tensors_total")
PLACES = ("kind", "layer", "tensors", "folded", "tower", "expert", "part", "elements")
UNREADABLE = (
    HeaderError, ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, RecursionError, OSError, zlib.error,
)  # fmt: skip
DIGESTS = ("sha256", "codes_sha256")
DEFAULTS = {field.name: field.default for field in fields(TensorSummary)}
MAX_INDEX = 1 << 28  # bytes; 30,000 tensors need 12 million
Array = NDArray[Any]
Document = dict[str, Any]


def save_sketch(sketch: Sketch, path: Path) -> None:
    """Write next to the target and rename, so that a broken run leaves no half sketch."""
    pool = _Pool()
    index: Document = {
        "tensors": [_tensor_item(sketch, name, pool) for name in sketch.summaries],
        "blocks": [_block_item(block, pool) for block in sketch.blocks],
        "gains": [[*key, pool.add("gains", gain)] for key, gain in sketch.gains.items()],
        "spectra": [_spectra_item(place, spectra, pool) for place, spectra in sketch.spectra.items()],
        "bases": {tower: pool.add("bases", basis.astype(np.float16)) for tower, basis in sketch.bases.items()},
    }
    pool.add("tokens", sketch.tokens.tokens)
    pool.add("merges", sketch.tokens.merges)
    pool.add("anchor_hashes", sketch.anchors.hashes)
    if sketch.anchors.rows.size:
        rows, scales = pack_bytes(sketch.anchors.rows)
        pool.add("anchor_rows", rows)
        pool.add("anchor_scales", scales)
    pool.add("index", np.frombuffer(zlib.compress(json.dumps(index).encode(), 6), np.uint8))
    facts = {"schema": SCHEMA, "engine": ENGINE, "seed": SEED} | {key: getattr(sketch, key) for key in FACTS}
    temporary = path.with_name(path.name + ".part")
    save_file(pool.joined(), temporary, metadata={"sketch": json.dumps(facts)})
    temporary.rename(path)


class _Pool:
    """Arrays of one kind, one behind the other."""

    def __init__(self) -> None:
        self.parts: dict[str, list[Array]] = defaultdict(list)

    def add(self, name: str, array: Array) -> list[int]:
        """Keep the array and return its shape, by which it is found again."""
        self.parts[name].append(np.ascontiguousarray(array).reshape(-1))
        return list(array.shape)

    def joined(self) -> dict[str, Array]:
        whole = {name: np.concatenate(parts) for name, parts in self.parts.items()}
        return {name: array for name, array in whole.items() if array.size}


class _Reader:
    """Hands out what a pool holds, in the same order; ValueError when there is less than was said."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self.arrays, self.at = arrays, dict.fromkeys(arrays, 0)

    def take(self, name: str, shape: list[int]) -> Array:
        if not is_shape(shape):
            raise ValueError(f"{name} has no shape")
        count = int(np.prod(shape, dtype=np.int64))
        if count == 0:
            return np.zeros(shape, np.float32)
        start = self.at[name]
        found = self.arrays[name][start : start + count]
        self.at[name] = start + count
        if found.size != count:
            raise ValueError(f"{name} ends early")
        return found.reshape(shape)

    def rest(self, name: str, kind: type[np.generic]) -> Array:
        return self.arrays[name] if name in self.arrays else np.zeros(0, kind)


def _tensor_item(sketch: Sketch, name: str, pool: _Pool) -> Document:
    summary = sketch.summaries[name]
    item = {key: value for key, value in summary.as_json().items() if value != DEFAULTS[key] and key not in DIGESTS}
    digests = [bytes.fromhex(getattr(summary, key)) for key in DIGESTS]
    pool.add("digests", np.frombuffer(b"".join(digests), np.uint8))
    item["digests"] = [len(digest) for digest in digests]
    if (sampled := sketch.samples.get(name)) is not None:
        item["sampled"] = _sampled_item(sampled, pool, dtype=summary.dtype)
    return item


def _sampled_item(sampled: Sampled, pool: _Pool, *, dtype: str) -> Document:
    """Elements of 16-bit numbers are kept exactly in 16 bits; `codes` are bfloat16."""
    kind = {"BF16": "codes", "F16": "halves"}.get(dtype, "elements")
    values = sampled.values
    item: Document = {
        "kind": kind,
        "elements": pool.add(kind, _codes(values) if kind == "codes" else _halves(values, kind)),
    }
    item["rows"] = pool.add("rows", sampled.row_hashes)
    pool.add("quantiles", sampled.quantiles)
    if sampled.corner is not None:
        item["corner"] = pool.add("corners", _codes(sampled.corner))
    return item


def _spectra_item(place: tuple[str, int], spectra: dict[str, Matrix], pool: _Pool) -> list[Any]:
    return [*place, {kind: pool.add("spectra", values.astype(np.float16)) for kind, values in spectra.items()}]


def _codes(values: Matrix) -> Array:
    """NaN keeps its code: it stands for what is not there."""
    return (values.view(np.uint32) >> 16).astype(np.uint16)


def _halves(values: Matrix, kind: str) -> Array:
    return values.astype(np.float16) if kind == "halves" else values


def _block_item(block: UnitBlock, pool: _Pool) -> Document:
    item: Document = {key: getattr(block, key) for key in PLACES}
    for part in FEATURES:
        if (values := getattr(block, part)) is not None:
            packed, scales = pack(values)
            item[part] = [pool.add(part, packed), pool.add(f"{part}_scales", scales)]
    if block.traits is not None and block.traits.any():
        item["traits"] = pool.add("traits", block.traits.astype(np.float16))
    return item


def load_sketch(path: Path) -> Sketch:
    """Open a sketch; InputError when the file is torn, of another schema, or from another projection seed."""
    try:
        facts = json.loads(read_header(path).metadata.get("sketch", "{}"))
        if facts.get("schema") != SCHEMA:
            raise InputError(f"{path}: not a sketch of schema {SCHEMA}; make it again with `sketch`")
        if facts["seed"] != SEED:
            raise InputError(f"{path}: made with projection seed {facts['seed']}, this engine uses {SEED}")
        arrays = load_file(path)
        index = _index(arrays.pop("index"))
        check_documents(facts, index)
        check_arrays(arrays)
        return _sketch(facts, index, _Reader(arrays))
    except UNREADABLE as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a readable sketch ({error})") from error


def _index(packed: Array) -> Document:
    inflater = zlib.decompressobj()
    text = inflater.decompress(packed.tobytes(), MAX_INDEX)
    if not inflater.eof:
        raise ValueError("the index is torn or too long")
    document: Document = json.loads(text)
    return document


def _sketch(facts: Document, index: Document, reader: _Reader) -> Sketch:
    tensors = [_tensor(item, reader) for item in index["tensors"]]
    hashes, spool = reader.rest("anchor_hashes", np.uint64), Spool()
    bases = {tower: reader.take("bases", shape).astype(np.float32) for tower, shape in index["bases"].items()}
    anchors = Anchors(hashes, _anchor_rows(reader, len(hashes)))
    return Sketch(
        **{key: facts[key] for key in FACTS if key not in {"config", "towers"}},
        config=checked_config(facts["config"]),
        summaries={summary.name: summary for summary, _ in tensors},
        samples={summary.name: sampled for summary, sampled in tensors if sampled is not None},
        blocks=[spooled(_block(item, reader), spool) for item in index["blocks"]],
        gains={(tower, layer, part): reader.take("gains", shape) for tower, layer, part, shape in index["gains"]},
        tokens=TokenTable(reader.rest("tokens", np.uint64), reader.rest("merges", np.uint64)),
        anchors=anchors,
        towers={name: Tower(*found) for name, found in facts["towers"].items()},
        bases=bases,
        own_anchors=own_anchors(anchors, bases.get("")),
        spectra={(tower, layer): _spectra(found, reader) for tower, layer, found in index["spectra"]},
    )


def _spectra(found: dict[str, list[int]], reader: _Reader) -> dict[str, Matrix]:
    return {kind: reader.take("spectra", shape).astype(np.float32) for kind, shape in found.items()}


def _anchor_rows(reader: _Reader, count: int) -> Matrix:
    scales = reader.rest("anchor_scales", np.float32)
    if not count or not scales.size:
        return np.zeros((0, 0), np.float32)
    return unpack_bytes(reader.take("anchor_rows", [count, scales.size]), scales)


def _tensor(item: Document, reader: _Reader) -> tuple[TensorSummary, Sampled | None]:
    sampled = item.pop("sampled", None)
    digests = [reader.take("digests", [length]).astype(np.uint8).tobytes().hex() for length in item.pop("digests")]
    summary = TensorSummary(**item | {"shape": tuple(item["shape"])} | dict(zip(DIGESTS, digests, strict=True)))
    return summary, None if sampled is None else _sampled(sampled, reader)


def _sampled(item: Document, reader: _Reader) -> Sampled:
    values = reader.take(item["kind"], item["elements"])
    return Sampled(
        _widened(values) if item["kind"] == "codes" else values.astype(np.float32),
        reader.take("rows", item["rows"]).astype(np.uint64),
        reader.take("quantiles", [64]),
        corner=_widened(reader.take("corners", item["corner"])) if "corner" in item else None,
    )


def _widened(codes: Array) -> Matrix:
    return (codes.astype(np.uint32) << np.uint32(16)).view(np.float32)


def _block(item: Document, reader: _Reader) -> UnitBlock:
    parts: dict[str, Any] = dict.fromkeys((*FEATURES, "traits"))
    for part in FEATURES:
        if part in item:
            shape, scales = item.pop(part)
            parts[part] = unpack(reader.take(part, shape), reader.take(f"{part}_scales", scales))
    if "traits" in item:
        parts["traits"] = reader.take("traits", item.pop("traits")).astype(np.float32)
    if parts["reads"] is None or parts["writes"] is None:
        raise ValueError("a block lacks its unit features")
    if parts["traits"] is None:
        parts["traits"] = np.zeros((len(parts["reads"]), 5), np.float32)
    return check_block(UnitBlock(**item | {key: tuple(item[key]) for key in ("tensors", "elements")}, **parts))
