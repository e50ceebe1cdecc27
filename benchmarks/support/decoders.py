"""Decoders of any size whose making costs little: one block of normal numbers, cut at another place for every tensor."""

import json
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.support.checkpoints import bfloat16

BLOCK = 1 << 25  # numbers
WORDS = 16_384


class Shape(NamedTuple):
    """Sizes of a decoder with gated MLPs and grouped heads of 128 channels."""

    layers: int
    width: int = 4_096
    units: int = 14_336
    values: int = 1_024

    @classmethod
    def of_bytes(cls, size: int) -> "Shape":
        one = sum(rows * columns for rows, columns in cls(1).matrices(0).values()) * 2
        return cls(max(1, round((size - 2 * WORDS * cls(1).width) / one)))

    def matrices(self, layer: int) -> dict[str, tuple[int, int]]:
        width, units, values = self.width, self.units, self.values
        parts = {
            "mlp.gate_proj": (units, width),
            "mlp.up_proj": (units, width),
            "mlp.down_proj": (width, units),
            "self_attn.q_proj": (width, width),
            "self_attn.k_proj": (values, width),
            "self_attn.v_proj": (values, width),
            "self_attn.o_proj": (width, width),
        }
        return {f"model.layers.{layer}.{part}.weight": shape for part, shape in parts.items()}


def write_decoder(folder: Path, *, shape: Shape, seed: int) -> Path:
    """One shard per layer, one with the rest, and a configuration."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    block = bfloat16(rng, BLOCK)
    for layer in range(shape.layers):
        norms = {
            f"model.layers.{layer}.{name}.weight": (shape.width,)
            for name in ("input_layernorm", "post_attention_layernorm")
        }
        _write(folder / f"layer-{layer:02}.safetensors", shape.matrices(layer) | norms, block=block, rng=rng)
    rest = {"model.embed_tokens.weight": (WORDS, shape.width), "model.norm.weight": (shape.width,)}
    _write(folder / "rest.safetensors", rest, block=block, rng=rng)
    heads = {"num_attention_heads": shape.width // 128, "num_key_value_heads": shape.values // 128, "head_dim": 128}
    config = {"model_type": "llama", "hidden_size": shape.width, "num_hidden_layers": shape.layers, **heads}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def _write(
    path: Path, tensors: dict[str, tuple[int, ...]], *, block: NDArray[np.uint16], rng: np.random.Generator
) -> None:
    header, end = {}, 0
    for name, shape in tensors.items():
        length = 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [end, end + length]}
        end += length
    raw = json.dumps(header, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(raw)) + raw)
        for shape in tensors.values():
            left, at = int(np.prod(shape)), int(rng.integers(block.size))
            while left:
                piece = block[at : at + left]
                piece.tofile(file)
                left, at = left - piece.size, 0
