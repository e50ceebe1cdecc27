"""Checkpoints of any size whose making costs little: one block of normal bfloat16 numbers, turned differently per tensor."""

import json
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MIB = 1 << 20
TENSOR = 32 * MIB  # bytes
COLUMNS = 4096


def write_checkpoint(folder: Path, *, size: int, shards: int, seed: int = 0, prefix: str = "model") -> Path:
    """About `size` bytes of safetensors in `shards` files, with their index and a configuration."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    block = bfloat16(rng, min(TENSOR, size // shards) // 2)
    places: dict[str, str] = {}
    for shard in range(shards):
        name = f"{prefix}-{shard + 1:05}-of-{shards:05}.safetensors"
        tensors = spread(size // shards, shard=shard)
        write_shard(folder / name, tensors=tensors, block=block, rng=rng)
        places |= dict.fromkeys(tensors, name)
    (folder / f"{prefix}.safetensors.index.json").write_text(json.dumps({"weight_map": places}), encoding="utf-8")
    (folder / "config.json").write_text('{"model_type": "llama", "hidden_size": 4096}', encoding="utf-8")
    return folder


def spread(size: int, *, shard: int) -> dict[str, int]:
    """Tensors of at most TENSOR bytes that together hold `size` bytes, each a whole number of bfloat16."""
    whole, rest = divmod(size, TENSOR)
    sizes = [TENSOR] * whole + ([rest - rest % 2] if rest >= 2 else [])
    return {f"model.layers.{shard}.block.{n}.weight": length for n, length in enumerate(sizes)}


def bfloat16(rng: np.random.Generator, count: int) -> NDArray[np.uint16]:
    """The upper halves of normal float32 numbers."""
    numbers = rng.standard_normal(count, dtype=np.float32) * np.float32(0.02)
    return (numbers.view(np.uint32) >> 16).astype(np.uint16)


def write_shard(path: Path, *, tensors: dict[str, int], block: NDArray[np.uint16], rng: np.random.Generator) -> None:
    header, end = {}, 0
    for name, length in tensors.items():
        header[name] = {"dtype": "BF16", "shape": shape_of(length // 2), "data_offsets": [end, end + length]}
        end += length
    raw = json.dumps(header, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(raw)) + raw)
        for length in tensors.values():
            file.write(np.roll(block, int(rng.integers(block.size)))[: length // 2].tobytes())


def shape_of(count: int) -> list[int]:
    return [count // COLUMNS, COLUMNS] if count and count % COLUMNS == 0 else [count]


def write_many(folder: Path, *, files: int, size: int, seed: int = 0) -> Path:
    """Many small logs, no two alike."""
    rng = np.random.default_rng(seed)
    for number in range(files):
        path = folder / f"rank-{number // 1000:02}" / f"step-{number:05}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rng.bytes(size // 2).hex().encode())
    return folder


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
