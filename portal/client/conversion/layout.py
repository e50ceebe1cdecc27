"""Which tensor lies where in which safetensors file: planned before a byte is written. Knows names and sizes only."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

ALIGNMENT = 8  # bytes; readers map the data as it lies


class Tensor(NamedTuple):
    name: str
    dtype: str  # as safetensors spells it
    shape: tuple[int, ...]
    size: int  # bytes


class Shard(NamedTuple):
    """One file: its header with the length before it, and the place of each tensor from the start of the file."""

    name: str
    header: bytes
    offsets: dict[str, int]
    size: int


def plan(tensors: Iterable[Tensor], *, shard_size: int) -> list[Shard]:
    """Shards of at most `shard_size` bytes of data in the given order; one tensor alone may be larger."""
    groups: list[list[Tensor]] = [[]]
    filled = 0
    for tensor in tensors:
        if groups[-1] and filled + tensor.size > shard_size:
            groups.append([])
            filled = 0
        groups[-1].append(tensor)
        filled += tensor.size
    return [_shard(group, name=_file_name(n, len(groups))) for n, group in enumerate(groups, start=1)]


def index_of(shards: list[Shard], *, total: int) -> bytes:
    """`model.safetensors.index.json`, which readers and the portal's check expect beside several shards."""
    where = {tensor: shard.name for shard in shards for tensor in shard.offsets}
    document = {"metadata": {"total_size": total}, "weight_map": dict(sorted(where.items()))}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _file_name(number: int, count: int) -> str:
    return "model.safetensors" if count == 1 else f"model-{number:05}-of-{count:05}.safetensors"


def _shard(tensors: list[Tensor], *, name: str) -> Shard:
    """Wide elements first, so that each tensor begins at a multiple of its element's width."""
    ordered = sorted(tensors, key=lambda tensor: -_width(tensor))
    document: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    position = 0
    for tensor in ordered:
        end = position + tensor.size
        document[tensor.name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [position, end]}
        position = end
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    start = 8 + len(text)
    offsets = {tensor.name: start + document[tensor.name]["data_offsets"][0] for tensor in ordered}
    return Shard(name, len(text).to_bytes(8, "little") + text, offsets, start + position)


def _width(tensor: Tensor) -> int:
    count = 1
    for length in tensor.shape:
        count *= length
    return tensor.size // count if count else 1
