"""Two strangers that share everything a network holds without having learned it, and nothing else."""

import math
from pathlib import Path
from typing import NamedTuple

import torch

from benchmarks.support.laboratory import changes
from benchmarks.support.laboratory.keeping import write
from benchmarks.support.laboratory.network import Tensors
from benchmarks.support.laboratory.strangers import SMALL
from benchmarks.support.laboratory.zoo import Zoo, opened

PADDED = 48
EMPTY = 8  # units of zeros


class Shared(NamedTuple):
    candidate: Path
    reference: Path
    names: frozenset[str]  # tensors that must be listed as left out
    rows: int


def untrained_pair(zoo: Zoo) -> Shared:
    extras = {
        "model.layers.0.self_attn.rotary_emb.inv_freq": 10_000.0 ** -torch.linspace(0, 1, 24),
        "model.positions.weight": sinusoids(rows=128, width=SMALL.width),
        "audio.mel_filters": mel_filters(bands=40, bins=201),
        "audio.mel_scale.fb": mel_filters(bands=64, bins=257).T,
        "model.window": torch.hann_window(400),
        "model.rotary.cos_cached": torch.outer(torch.arange(256).float(), 10_000.0 ** -torch.linspace(0, 1, 16)).cos(),
        "model.places.table": sinusoids(rows=128, width=SMALL.width)[None],
        "model.grid.weight": grid(side=12, width=SMALL.width),
    }
    ones = [f"model.layers.{layer}.input_layernorm.weight" for layer in range(SMALL.layers)]
    extras |= {name: torch.ones(SMALL.width) for name in ones}
    extras |= {f"model.layers.{layer}.self_attn.v_proj.bias": torch.zeros(32) for layer in range(SMALL.layers)}
    sides = [_with(zoo, name, extras) for name in ("seed-2", "seed-3")]
    return Shared(sides[0], sides[1], frozenset(extras), PADDED)


def _with(zoo: Zoo, name: str, extras: Tensors) -> Path:
    model = opened(zoo, name)
    model.tensors.update(extras)
    padding = torch.full((PADDED, SMALL.width), 0.125)
    table = model.tensors["model.embed_tokens.weight"]
    model.tensors["model.embed_tokens.weight"] = torch.cat([table, padding])
    for at in changes.mlps(model.tensors):
        model.tensors.update(_with_empty_units(model.tensors, at))
    return write(zoo.folder / f"untrained parts in {name}", model)


def _with_empty_units(tensors: Tensors, at: str) -> Tensors:
    """Widen an MLP by units of zeros, as is done to share it evenly between devices."""
    rows = torch.zeros(EMPTY, SMALL.width)
    return {
        f"{at}gate_proj.weight": torch.cat([tensors[f"{at}gate_proj.weight"], rows]),
        f"{at}up_proj.weight": torch.cat([tensors[f"{at}up_proj.weight"], rows]),
        f"{at}down_proj.weight": torch.cat([tensors[f"{at}down_proj.weight"], rows.T], dim=1),
    }


def grid(*, side: int, width: int) -> torch.Tensor:
    """Return the two-dimensional table of image encoders: a quarter each for sine and cosine of row and column."""
    rows = sinusoids(rows=side, width=width // 2)
    return torch.cat([rows.repeat_interleave(side, 0), rows.repeat(side, 1)], dim=1)


def sinusoids(*, rows: int, width: int) -> torch.Tensor:
    angle = torch.outer(torch.arange(rows).float(), 10_000.0 ** -torch.linspace(0, 1, width // 2))
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def mel_filters(*, bands: int, bins: int, rate: int = 16_000) -> torch.Tensor:
    """Triangles, evenly spaced in mel (O'Shaughnessy, 1987), as speech encoders carry them."""
    top = 2595 * math.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (torch.linspace(0, top, bands + 2) / 2595) - 1)
    tones = torch.linspace(0, rate / 2, bins)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (tones - low) / (middle - low), (high - tones) / (high - middle)
    return torch.minimum(rising, falling).clamp_min(0)
