"""Small transformers as functions of a dictionary of tensors, under the names that such models are published with.

Weights never live in modules: what is trained, what is changed afterwards and what is written to a file is one dictionary.
Everything here runs under `torch.func.vmap`, so that models of equal shapes are trained side by side.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.nn import functional

Tensors = dict[str, torch.Tensor]
EPSILON = 1e-5


@dataclass(frozen=True)
class Shape:
    """A decoder with grouped queries, rotary positions, RMSNorm and SwiGLU; `experts` > 0 makes its MLPs a mixture."""

    layers: int = 4
    width: int = 64
    units: int = 256
    heads: int = 4
    kv_heads: int = 2
    head: int = 16
    vocabulary: int = 512
    experts: int = 0
    shared: int = 0
    active: int = 2

    def but(self, **changes: Any) -> "Shape":
        return replace(self, **changes)


def decoder_loss(tensors: Tensors, ids: torch.Tensor, *, shape: Shape, prefix: str = "model.") -> torch.Tensor:
    """Mean cross-entropy of the next token over ids (batch, length + 1); embeddings are tied."""
    table = tensors[f"{prefix}embed_tokens.weight"]
    hidden = decoder_hidden(tensors, ids[:, :-1], shape=shape, prefix=prefix)
    logits = hidden @ table.T  # (batch, length, vocabulary)
    return functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())


def decoder_hidden(tensors: Tensors, ids: torch.Tensor, *, shape: Shape, prefix: str = "model.") -> torch.Tensor:
    return decoder_stream(tensors, tensors[f"{prefix}embed_tokens.weight"][ids], shape=shape, prefix=prefix)


def decoder_stream(tensors: Tensors, x: torch.Tensor, *, shape: Shape, prefix: str = "model.") -> torch.Tensor:
    """Return the normalised stream (batch, length, width) for what enters the first block."""
    length = x.shape[-2]
    turns = rotary(length, shape.head)
    mask = torch.full((length, length), float("-inf")).triu(1)
    for layer in range(shape.layers):
        at = f"{prefix}layers.{layer}."
        inside = rms(x, tensors[f"{at}input_layernorm.weight"])
        x = x + attention(tensors, inside, at=f"{at}self_attn.", shape=shape, turns=turns, mask=mask)
        inside = rms(x, tensors[f"{at}post_attention_layernorm.weight"])
        at += "mlp."
        x = x + (mixture(tensors, inside, at=at, shape=shape) if shape.experts else gated(tensors, inside, at=at))
    return rms(x, tensors[f"{prefix}norm.weight"])


def rms(x: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * gain


def gated(tensors: Tensors, x: torch.Tensor, *, at: str) -> torch.Tensor:
    gate, up, down = (tensors[f"{at}{part}_proj.weight"] for part in ("gate", "up", "down"))
    return (functional.silu(x @ gate.T) * (x @ up.T)) @ down.T


def mixture(tensors: Tensors, x: torch.Tensor, *, at: str, shape: Shape) -> torch.Tensor:
    """Every expert is computed and those outside the best `active` are weighted with zero: small, and no routing code."""
    scores = (x @ tensors[f"{at}gate.weight"].T).softmax(-1)  # (batch, length, experts)
    least = scores.topk(shape.active, dim=-1).values[..., -1:]
    weights = torch.where(scores >= least, scores, torch.zeros_like(scores))
    weights = weights / weights.sum(-1, keepdim=True)
    parts = [
        gated(tensors, x, at=f"{at}experts.{expert}.") * weights[..., expert : expert + 1]
        for expert in range(shape.experts)
    ]
    if shape.shared:
        parts.append(gated(tensors, x, at=f"{at}shared_expert."))
    return torch.stack(parts).sum(0)


def rotary(length: int, head: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosine and sine (length, head) of the turns, the two halves of a head being the two coordinates."""
    frequencies = 10_000.0 ** -(torch.arange(0, head, 2) / head)
    angle = torch.outer(torch.arange(length).float(), frequencies).repeat(1, 2)
    return angle.cos(), angle.sin()


def turned(x: torch.Tensor, turns: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    left, right = x.chunk(2, dim=-1)
    return x * turns[0] + torch.cat([-right, left], dim=-1) * turns[1]


def attention(
    tensors: Tensors,
    x: torch.Tensor,
    *,
    at: str,
    shape: Shape,
    turns: tuple[torch.Tensor, torch.Tensor],
    mask: torch.Tensor,
) -> torch.Tensor:
    q, k, v = (x @ tensors[f"{at}{part}_proj.weight"].T for part in "qkv")
    q, k, v = (split(y, shape.head) for y in (q, k, v))  # (batch, heads, length, head)
    group = q.shape[-3] // k.shape[-3]
    k, v = (y.repeat_interleave(group, dim=-3) for y in (turned(k, turns), v))
    mixed = attend(turned(q, turns), k, v, mask)
    return mixed @ tensors[f"{at}o_proj.weight"].T


def split(x: torch.Tensor, head: int) -> torch.Tensor:
    return x.unflatten(-1, (-1, head)).transpose(-2, -3)


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    weights = (scores if mask is None else scores + mask).softmax(-1)
    return (weights @ v).transpose(-2, -3).flatten(-2)
