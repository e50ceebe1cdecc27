"""Sketches on disk: a safetensors file whose metadata is JSON, so that any reader of safetensors can open it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from originality.core.errors import InputError
from originality.core.projection import SEED
from originality.core.roles import Tower
from originality.core.sketch import ENGINE, Sketch
from originality.core.summary import Sampled, TensorSummary
from originality.core.tokens import Anchors, TokenTable
from originality.core.units import UnitBlock
from portal.common.formats.safetensors_header import HeaderError, read_header

SCHEMA = "originality-sketch/2"
UNITS = ("reads", "writes", "gate")
PLACES = ("kind", "layer", "tensors", "folded", "tower", "expert")
Arrays = dict[str, NDArray[Any]]


def save_sketch(sketch: Sketch, path: Path) -> None:
    """Write next to the target and rename, so that a broken run leaves no half sketch."""
    arrays: Arrays = {
        "tokens": sketch.tokens.tokens,
        "merges": sketch.tokens.merges,
        "anchor_hashes": sketch.anchors.hashes,
        "anchor_rows": sketch.anchors.rows.astype(np.float16),
    }
    for index, name in enumerate(sketch.samples):
        arrays |= _sample_arrays(index, sketch.samples[name], dtype=sketch.summaries[name].dtype)
    for index, block in enumerate(sketch.blocks):
        arrays |= _block_arrays(index, block)
    for index, gain in enumerate(sketch.gains.values()):
        arrays[f"gain.{index}"] = gain
    temporary = path.with_name(path.name + ".part")
    ready = {name: np.ascontiguousarray(array) for name, array in arrays.items() if array.size}
    save_file(ready, temporary, metadata={"sketch": json.dumps(_header(sketch))})
    temporary.rename(path)


def load_sketch(path: Path) -> Sketch:
    """Open a sketch; InputError when the file is torn, of another schema, or from another projection seed."""
    try:
        metadata = read_header(path).metadata
        head = json.loads(metadata.get("sketch", "{}"))
        if head.get("schema") != SCHEMA:
            raise InputError(f"{path}: not a sketch of schema {SCHEMA}; make it again with `sketch`")
        if head["seed"] != SEED:
            raise InputError(f"{path}: made with projection seed {head['seed']}, this engine uses {SEED}")
        return _sketch(head, load_file(path))
    except (HeaderError, ValueError, KeyError, TypeError, OSError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a readable sketch ({error})") from error


def _header(sketch: Sketch) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "engine": ENGINE,
        "seed": SEED,
        "label": sketch.label,
        "digest": sketch.digest,
        "k": sketch.k,
        "family": sketch.family,
        "by_shape": sketch.by_shape,
        "config": sketch.config,
        "tensors": [summary.as_json() for summary in sketch.summaries.values()],
        "sampled": list(sketch.samples),
        "blocks": [{key: getattr(block, key) for key in PLACES} for block in sketch.blocks],
        "towers": sketch.towers,
        "gains": list(sketch.gains),
    }


def _sample_arrays(index: int, sampled: Sampled, *, dtype: str) -> Arrays:
    values = sampled.values
    stored = (values.view(np.uint32) >> 16).astype(np.uint16) if dtype == "BF16" else values
    return {f"sample.{index}": stored, f"rows.{index}": sampled.row_hashes, f"quantiles.{index}": sampled.quantiles}


def _block_arrays(index: int, block: UnitBlock) -> Arrays:
    """Eight bits a number with one scale per array: the rounding is far below the projection's own noise."""
    arrays: Arrays = {}
    for part in UNITS:
        values = getattr(block, part)
        if values is not None:
            scale = max(float(np.abs(values).max()), 1e-30) / 127
            arrays[f"{part}.{index}"] = np.rint(values / scale).astype(np.int8)
            arrays[f"{part}_scale.{index}"] = np.array([scale], np.float32)
    return arrays


def _sketch(head: dict[str, Any], arrays: Arrays) -> Sketch:
    nothing = np.zeros(0, np.uint64)
    summaries = {item["name"]: TensorSummary(**item | {"shape": tuple(item["shape"])}) for item in head["tensors"]}
    rows = arrays.get("anchor_rows", np.zeros((0, 0))).astype(np.float32)
    return Sketch(
        label=head["label"],
        digest=head["digest"],
        k=head["k"],
        family=head["family"],
        by_shape=head["by_shape"],
        config=head["config"],
        summaries=summaries,
        samples={name: _sampled(index, arrays) for index, name in enumerate(head["sampled"])},
        blocks=[_block(index, item, arrays) for index, item in enumerate(head["blocks"])],
        gains={(key[0], key[1], key[2]): arrays[f"gain.{index}"] for index, key in enumerate(head["gains"])},
        tokens=TokenTable(arrays.get("tokens", nothing), arrays.get("merges", nothing)),
        anchors=Anchors(arrays.get("anchor_hashes", nothing), rows),
        towers={name: Tower(*found) for name, found in head["towers"].items()},
    )


def _sampled(index: int, arrays: Arrays) -> Sampled:
    values = arrays[f"sample.{index}"]
    if values.dtype == np.uint16:
        values = (values.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return Sampled(values, arrays.get(f"rows.{index}", np.zeros(0, np.uint64)), arrays[f"quantiles.{index}"])


def _block(index: int, item: dict[str, Any], arrays: Arrays) -> UnitBlock:
    parts = {
        part: arrays[f"{part}.{index}"].astype(np.float32) * arrays[f"{part}_scale.{index}"][0]
        if f"{part}.{index}" in arrays
        else None
        for part in UNITS
    }
    reads, writes = parts["reads"], parts["writes"]
    if reads is None or writes is None:
        raise ValueError(f"block {index} lacks its unit features")
    return UnitBlock(**item | {"tensors": tuple(item["tensors"])}, reads=reads, writes=writes, gate=parts["gate"])
