"""Step 0 of every kind of model: the coins that the sign test looks for are thrown here."""

import torch

from benchmarks.support.laboratory.network import Shape, Tensors

SPREAD = 0.06


class Dice:
    """Matrices from one seed; `law` is normal or uniform of the same spread."""

    def __init__(self, seed: int, *, law: str = "normal", spread: float = SPREAD) -> None:
        self.source = torch.Generator().manual_seed(seed)
        self.law, self.spread = law, spread

    def matrix(self, *shape: int) -> torch.Tensor:
        if self.law == "uniform":
            return (torch.rand(shape, generator=self.source) * 2 - 1) * self.spread * 3**0.5
        return torch.randn(shape, generator=self.source) * self.spread


def decoder(shape: Shape, *, seed: int, law: str = "normal", prefix: str = "model.") -> Tensors:
    dice = Dice(seed, law=law)
    tensors = {f"{prefix}embed_tokens.weight": dice.matrix(shape.vocabulary, shape.width)}
    for layer in range(shape.layers):
        tensors |= block(shape, dice=dice, at=f"{prefix}layers.{layer}.")
    return tensors | {f"{prefix}norm.weight": torch.ones(shape.width)}


def block(shape: Shape, *, dice: Dice, at: str) -> Tensors:
    wide, narrow = shape.heads * shape.head, shape.kv_heads * shape.head
    tensors = {
        f"{at}self_attn.q_proj.weight": dice.matrix(wide, shape.width),
        f"{at}self_attn.k_proj.weight": dice.matrix(narrow, shape.width),
        f"{at}self_attn.v_proj.weight": dice.matrix(narrow, shape.width),
        f"{at}self_attn.o_proj.weight": dice.matrix(shape.width, wide),
        f"{at}input_layernorm.weight": torch.ones(shape.width),
        f"{at}post_attention_layernorm.weight": torch.ones(shape.width),
    }
    if not shape.experts:
        return tensors | mlp(shape, dice=dice, at=f"{at}mlp.")
    tensors[f"{at}mlp.gate.weight"] = dice.matrix(shape.experts, shape.width)
    for expert in range(shape.experts):
        tensors |= mlp(shape, dice=dice, at=f"{at}mlp.experts.{expert}.")
    if shape.shared:
        tensors |= mlp(shape, dice=dice, at=f"{at}mlp.shared_expert.")
    return tensors


def mlp(shape: Shape, *, dice: Dice, at: str) -> Tensors:
    return {
        f"{at}gate_proj.weight": dice.matrix(shape.units, shape.width),
        f"{at}up_proj.weight": dice.matrix(shape.units, shape.width),
        f"{at}down_proj.weight": dice.matrix(shape.width, shape.units),
    }
