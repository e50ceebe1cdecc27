"""A small language model of an architecture of its own: no attention, a gated recurrence over the whole past.

Each block mixes tokens by h_t = f_t · h_(t-1) + (1 - f_t) · v_t with a forget gate f_t read from the token itself, then by a gated
layer over channels. The recurrence is linear, so it is computed by a scan (Hillis and Steele, 1986) in as many steps as the
length has binary digits. transformers knows no such model, so it is served by code that its team hands in.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import nn

MODEL_TYPE = "gated_recurrence"


class Shape(NamedTuple):
    vocab_size: int
    width: int = 64
    depth: int = 2
    inner: int = 128
    max_position_embeddings: int = 256


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(shape.width)
        self.gates = nn.Linear(shape.width, 3 * shape.width)
        self.out = nn.Linear(shape.width, shape.width)
        self.inner_norm = nn.RMSNorm(shape.width)
        self.up = nn.Linear(shape.width, 2 * shape.inner)
        self.down = nn.Linear(shape.inner, shape.width)

    def forward(self, x: Any) -> Any:
        forget, value, gate = self.gates(self.norm(x)).chunk(3, -1)  # each (batch, tokens, width)
        x = x + self.out(recurrence(forget.double(), value.double()).to(x.dtype) * gate.sigmoid())
        left, right = self.up(self.inner_norm(x)).chunk(2, -1)
        return x + self.down(nn.functional.silu(left) * right)


def recurrence(forget: Any, value: Any) -> Any:
    """h_t = f_t h_(t-1) + (1 - f_t) v_t with f = sigmoid(forget), h_0 = 0; all of (batch, tokens, width)."""
    keep = forget.sigmoid()
    state, reach = (1 - keep) * value, 1
    while reach < state.shape[1]:
        state = torch.cat([state[:, :reach], state[:, reach:] + keep[:, reach:] * state[:, :-reach]], 1)
        keep = torch.cat([keep[:, :reach], keep[:, reach:] * keep[:, :-reach]], 1)
        reach *= 2
    return state


class GatedRecurrence(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embedding = nn.Embedding(shape.vocab_size, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.depth))
        self.norm = nn.RMSNorm(shape.width)
        self.head = nn.Linear(shape.width, shape.vocab_size, bias=False)

    def forward(self, ids: Any) -> Any:
        """(batch, tokens) to logits (batch, tokens, vocabulary)."""
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def save(model: GatedRecurrence, shape: Shape, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file(model.state_dict(), folder / "model.safetensors", metadata={"format": "pt"})
    config = {"model_type": MODEL_TYPE, "architectures": ["GatedRecurrence"]} | shape._asdict()
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")


def load(folder: Path) -> GatedRecurrence:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    model = GatedRecurrence(Shape(**{name: config[name] for name in Shape._fields}))
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return model.eval()
