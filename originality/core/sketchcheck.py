"""A sketch may come from anybody: every field is held to its type and every number to a finite one before a test sees it."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from originality.core.corner import PLACES
from originality.core.roles import Role
from originality.core.summary import SAMPLES
from originality.core.unitblock import UnitBlock

Check = Callable[[Any], bool]
Document = dict[str, Any]
MAX_COUNT = 1 << 60
MAX_TEXT = 10_000
MAX_RANK = 8
LONGEST = 1e4  # of traits, which are logs, and of features, whose rows have length about one
BF16_SIGNLESS, BF16_INFINITE = 0x7FFF, 0x7F80
WITH_GAPS = frozenset({"elements", "halves"})  # NaN stands for untrained rows
CODES = frozenset({"codes", "corners"})
DTYPES = frozenset({"uint8", "uint16", "uint32", "uint64", "int8", "int16", "float16", "float32"})
ROLES = frozenset(role.value for role in Role)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HEX = re.compile(r"[0-9a-f]{64}")


def is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and not _CONTROL.search(value) and _whole(value)


def _whole(value: str) -> bool:
    """No half of a surrogate pair: such a text could be written nowhere."""
    return value.encode("utf-8", "ignore").decode() == value


def is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < MAX_COUNT


def is_layer(value: Any) -> bool:
    return type(value) is int and -1 <= value < 1 << 20


def is_number(value: Any) -> bool:
    return type(value) in {int, float} and math.isfinite(value)


def is_shape(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAX_RANK
        and all(map(is_count, value))
        and math.prod(value) < MAX_COUNT
    )


def is_flag(value: Any) -> bool:
    return type(value) is bool


def list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


FACTS: dict[str, Check] = {
    "label": is_text,
    "digest": lambda value: isinstance(value, str) and bool(_HEX.fullmatch(value)),
    "k": lambda value: is_count(value) and 0 < value < 1 << 16,
    "family": is_text,
    "by_shape": is_flag,
    "tensors_total": is_count,
}
TENSOR: dict[str, Check] = {
    "name": is_text,
    "dtype": is_text,
    "shape": is_shape,
    "role": lambda value: isinstance(value, str) and value in ROLES,
    "layer": is_layer,
    "untrained_rows": is_count,
    "digests": lambda value: list_of(is_count)(value) and set(value) <= {0, 32},
    **dict.fromkeys(("part", "tower", "expert", "excluded"), is_text),
    **dict.fromkeys(("mean", "sd", "kurtosis"), is_number),
}
BLOCK: dict[str, Check] = {
    "layer": is_layer,
    "tensors": list_of(is_text),
    "elements": list_of(is_count),
    "folded": is_flag,
    **dict.fromkeys(("kind", "tower", "expert", "part"), is_text),
}
TOWER: tuple[Check, ...] = (is_text, is_flag, is_number, is_flag, is_text, is_flag)


def check_documents(facts: Document, index: Document) -> None:
    """Raise ValueError naming the first field that is not what it has to be."""
    _check("facts", facts, FACTS, required=FACTS)
    if not all(is_text(name) and _is_tower(tower) for name, tower in facts["towers"].items()):
        raise ValueError("a tower is not described as one")
    for item in index["tensors"]:
        _check("a tensor", item, TENSOR, required=("name", "dtype", "shape", "role", "layer", "part", "digests"))
        _check_sampled(item)
    names = [item["name"] for item in index["tensors"]]
    if len(set(names)) != len(names):
        raise ValueError("a tensor stands twice in the index")
    for item in index["blocks"]:
        _check("a block", item, BLOCK, required=BLOCK)
    if not all(
        is_text(tower) and is_layer(layer) and is_text(part) and _is_vector(shape)
        for tower, layer, part, shape in index["gains"]
    ):
        raise ValueError("gains are no vectors at a place of a network")
    if not all(is_text(tower) and is_layer(layer) and _are_heads(shapes) for tower, layer, shapes in index["spectra"]):
        raise ValueError("spectra are not of the heads of a layer")


def _is_tower(value: Any) -> bool:
    return isinstance(value, list) and all(check(found) for check, found in zip(TOWER, value, strict=False))


def _is_vector(shape: Any) -> bool:
    return is_shape(shape) and len(shape) == 1 and shape[0] > 0


def _are_heads(shapes: Any) -> bool:
    """Both kinds of spectra are (heads, values) of the same heads."""
    flat = isinstance(shapes, dict) and set(shapes) == {"qk", "vo"} and all(map(is_shape, shapes.values()))
    return flat and all(len(shape) == 2 for shape in shapes.values()) and shapes["qk"][0] == shapes["vo"][0]


def _check_sampled(item: Document) -> None:
    """Two models sample tensors of one size at the same places, so how many numbers there are is no choice."""
    sampled = item.get("sampled")
    if sampled is None:
        return
    known = isinstance(sampled, dict) and sampled.get("kind") in {"codes", "halves", "elements"}
    if not known or sampled.get("elements") != [min(math.prod(item["shape"]), SAMPLES)]:
        raise ValueError("a tensor is not sampled at the public places")
    if not is_shape(sampled.get("rows")) or len(sampled["rows"]) != 1 or sampled.get("corner", [PLACES]) != [PLACES]:
        raise ValueError("rows or corner of a tensor are not as they are stored")


def _check(what: str, item: Any, checks: dict[str, Check], *, required: Any) -> None:
    lacking = [key for key in required if not isinstance(item, dict) or key not in item]
    if lacking:
        raise ValueError(f"{what} lacks {lacking[0]}")
    for key, check in checks.items():
        if key in item and not check(item[key]):
            raise ValueError(f"{what} has a {key} that cannot be")


def check_arrays(arrays: dict[str, NDArray[Any]]) -> None:
    """Raise ValueError where a number is not finite; NaN is kept only where it stands for an untrained row."""
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise ValueError(f"{name} is of type {array.dtype.name}")
        finite = array.dtype.kind != "f" or bool((~np.isinf(array) if name in WITH_GAPS else np.isfinite(array)).all())
        if not finite:
            raise ValueError(f"{name} holds numbers that are not finite")
        if name.endswith("_scales") and float(array.max(initial=0)) > LONGEST:
            raise ValueError(f"{name}: the features of a unit have length about one")
        if name in CODES and bool(np.any((array & BF16_SIGNLESS) == BF16_INFINITE)):
            raise ValueError(f"{name} holds infinite numbers")


def check_block(block: UnitBlock) -> UnitBlock:
    """Return the block if all its features are of the same units."""
    arrays = [block.reads, block.writes, block.gate, block.own_reads, block.own_writes, block.own_gate, block.traits]
    held = [array for array in arrays if array is not None]
    if not all(array.ndim == 2 and len(array) == block.count for array in held) or not block.count:
        raise ValueError("the features of a block are not of the same units")
    if any(float(np.abs(array).max(initial=0)) > LONGEST for array in held):
        raise ValueError("the features of a unit have length about one")
    if block.own_reads is not None and block.own_writes is not None:
        width = block.own_reads.shape[1]
        if (
            not width
            or block.own_writes.shape[1] % width
            or (block.own_gate is not None and block.own_gate.shape[1] != width)
        ):
            raise ValueError("the own features of a block are not in one basis")
    if block.traits is not None and block.traits.shape[1] != 5:
        raise ValueError("a unit has five traits")
    if len(block.elements) != len(block.tensors):
        raise ValueError("a block does not say how large its tensors are")
    return block
