"""Tiny shards and the index over them."""

import json

import numpy as np
from safetensors.numpy import save

ONE = save({"a": np.zeros(3, np.float32)})


def shard(*names: str) -> bytes:
    return save({name: np.zeros(2, np.float32) for name in names})


def index(**places: str) -> bytes:
    return json.dumps({"weight_map": places}).encode()


def header_of(data: bytes) -> tuple[bytes, int]:
    """The raw header without its length, and the size of the file."""
    return data[8 : 8 + int.from_bytes(data[:8], "little")], len(data)
