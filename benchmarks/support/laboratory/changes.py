"""What happens to weights on their way into another model: each takes tensors and returns new ones.

Those that change nothing a network computes (orders, turns, scales, signs) are exact for RMSNorm and SwiGLU decoders with tied
embeddings; the others are what owners of models do to them.
"""

import re
from collections.abc import Sequence

import torch

from benchmarks.support.laboratory.network import Shape, Tensors

READERS = ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "embed_tokens", "mlp.gate")
WRITERS = ("o_proj", "down_proj")


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def mlps(tensors: Tensors) -> list[str]:
    """Return the prefixes of all gated MLPs, experts included."""
    return sorted(name.removesuffix("up_proj.weight") for name in tensors if name.endswith("up_proj.weight"))


def blocks(tensors: Tensors) -> list[str]:
    return sorted({found[0] for name in tensors if (found := re.match(r".*layers\.\d+\.", name))})


def leaf(name: str) -> str:
    parts = name.removesuffix(".weight").split(".")
    return ".".join(parts[-2:]) if parts[-2:] == ["mlp", "gate"] else parts[-1]


def units_ordered(tensors: Tensors, *, seed: int) -> Tensors:
    """Another order of the hidden units in every MLP."""
    dice, changed = generator(seed), dict(tensors)
    for at in mlps(tensors):
        order = torch.randperm(len(tensors[f"{at}up_proj.weight"]), generator=dice)
        changed |= taken(tensors, at, order)
    return changed


def taken(tensors: Tensors, at: str, units: torch.Tensor) -> Tensors:
    """One MLP with the given units in the given order."""
    return {
        f"{at}gate_proj.weight": tensors[f"{at}gate_proj.weight"][units],
        f"{at}up_proj.weight": tensors[f"{at}up_proj.weight"][units],
        f"{at}down_proj.weight": tensors[f"{at}down_proj.weight"][:, units],
    }


def heads_ordered(tensors: Tensors, *, shape: Shape, seed: int) -> Tensors:
    """Another order of the groups of heads, and of the queries inside each group."""
    dice, changed = generator(seed), dict(tensors)
    group = shape.heads // shape.kv_heads
    for at in blocks(tensors):
        outer = torch.randperm(shape.kv_heads, generator=dice)
        queries = torch.cat([head * group + torch.randperm(group, generator=dice) for head in outer.tolist()])
        for part, order in (("q", queries), ("k", outer), ("v", outer)):
            name = f"{at}self_attn.{part}_proj.weight"
            changed[name] = tensors[name].unflatten(0, (-1, shape.head))[order].flatten(0, 1)
        name = f"{at}self_attn.o_proj.weight"
        changed[name] = tensors[name].unflatten(1, (-1, shape.head))[:, queries].flatten(1)
    return changed


def gains_folded(tensors: Tensors) -> Tensors:
    """Norm gains moved into the matrices behind them; all gains are one afterwards but the last, which has tied rows behind it."""
    changed = dict(tensors)
    for at in blocks(tensors):
        for norm, inside in (("input_layernorm", "self_attn."), ("post_attention_layernorm", "mlp.")):
            gain = tensors[f"{at}{norm}.weight"]
            changed[f"{at}{norm}.weight"] = torch.ones_like(gain)
            for name in tensors:
                if name.startswith(at + inside) and leaf(name) in READERS:
                    changed[name] = tensors[name] * gain
    return changed


def channels_ordered(tensors: Tensors, *, seed: int) -> Tensors:
    """Another order of the residual channels, in every tensor at once."""
    width = next(value for name, value in tensors.items() if name.endswith("norm.weight")).numel()
    return in_basis(tensors, torch.eye(width)[torch.randperm(width, generator=generator(seed))], gains=True)


def turned(tensors: Tensors, *, seed: int) -> Tensors:
    """Another orthonormal basis of the residual stream, gains folded first (the last gain becomes its own mean)."""
    folded = gains_folded(tensors)
    width = len(next(value for name, value in folded.items() if value.dim() == 1))
    basis = torch.linalg.qr(torch.randn(width, width, generator=generator(seed)))[0]
    return in_basis(folded, basis, gains=False)


def in_basis(tensors: Tensors, basis: torch.Tensor, *, gains: bool) -> Tensors:
    changed = {}
    for name, value in tensors.items():
        if value.dim() == 1:
            changed[name] = value @ basis if gains else value.mean().expand_as(value).clone()
        elif leaf(name) in WRITERS:
            changed[name] = basis.T @ value
        else:
            changed[name] = value @ basis if leaf(name) in READERS else value
    return changed


def scaled(tensors: Tensors, *, seed: int) -> Tensors:
    """Units of `up` and `down` scaled against each other, by up to two either way."""
    dice, changed = generator(seed), dict(tensors)
    for at in mlps(tensors):
        up, down = f"{at}up_proj.weight", f"{at}down_proj.weight"
        factors = 2 ** (torch.rand(len(tensors[up]), generator=dice) * 2 - 1)
        changed |= {up: tensors[up] * factors[:, None], down: tensors[down] / factors}
    return changed


def flipped(tensors: Tensors, *, shape: Shape, seed: int) -> Tensors:
    """Random signs on every unit of the MLPs and every value channel: the disguise no exact test sees through."""
    dice, changed = generator(seed), dict(tensors)
    for at in mlps(tensors):
        _flip(changed, f"{at}up_proj.weight", f"{at}down_proj.weight", head=shape.head, dice=dice)
    for at in blocks(tensors):
        value, output = f"{at}self_attn.v_proj.weight", f"{at}self_attn.o_proj.weight"
        _flip(changed, value, output, head=shape.head, dice=dice)
    return changed


def _flip(tensors: Tensors, reads: str, writes: str, *, head: int, dice: torch.Generator) -> None:
    count, wide = len(tensors[reads]), tensors[writes].shape[1]
    coins = torch.randint(0, 2, (count,), generator=dice).float() * 2 - 1
    tensors[reads] = tensors[reads] * coins[:, None]
    tensors[writes] = tensors[writes] * per_column(coins, wide, head=head)


def per_column(coins: torch.Tensor, wide: int, *, head: int) -> torch.Tensor:
    """One factor per column of the output: value channels serve every query head of their group."""
    if len(coins) == wide:
        return coins
    return coins.view(-1, 1, head).expand(-1, wide // len(coins), -1).reshape(-1)


def queries_flipped(tensors: Tensors, *, shape: Shape, seed: int) -> Tensors:
    """Random signs on rotary pairs: both rows of a pair in the key, and in all queries of its group."""
    dice, changed, half = generator(seed), dict(tensors), shape.head // 2
    for at in blocks(tensors):
        coins = (torch.randint(0, 2, (shape.kv_heads, 1, half), generator=dice).float() * 2 - 1).repeat(1, 1, 2)
        for part, count in (("k", 1), ("q", shape.heads // shape.kv_heads)):
            name = f"{at}self_attn.{part}_proj.weight"
            changed[name] = tensors[name] * coins.expand(-1, count, -1).reshape(-1)[:, None]
    return changed


def layers_taken(tensors: Tensors, order: Sequence[int]) -> Tensors:
    """A model of the given layers of another: dropped, repeated or both."""
    changed = {name: value for name, value in tensors.items() if "layers." not in name}
    for new, old in enumerate(order):
        for name, value in tensors.items():
            if f"layers.{old}." in name:
                changed[name.replace(f"layers.{old}.", f"layers.{new}.")] = value.clone()
    return changed


def units_pruned(tensors: Tensors, *, keep: float) -> Tensors:
    """The units of largest weight stay, in their order."""
    changed = dict(tensors)
    for at in mlps(tensors):
        up, down = tensors[f"{at}up_proj.weight"], tensors[f"{at}down_proj.weight"]
        weight = up.norm(dim=1) * down.norm(dim=0)
        changed |= taken(tensors, at, weight.topk(int(keep * len(up))).indices.sort().values)
    return changed


def channels_pruned(tensors: Tensors, *, keep: int) -> Tensors:
    """The residual channels of largest embedding norm stay, in their order: another width."""
    table = next(value for name, value in tensors.items() if name.endswith("embed_tokens.weight"))
    chosen = table.norm(dim=0).topk(keep).indices.sort().values
    changed = {}
    for name, value in tensors.items():
        if value.dim() == 1 or leaf(name) in WRITERS:
            changed[name] = value[chosen]
        else:
            changed[name] = value[:, chosen] if leaf(name) in READERS else value
    return changed


def quantised(tensor: torch.Tensor, *, bits: int, group: int = 32) -> torch.Tensor:
    """Rounded to so many bits with one scale per group of a row and back; vectors stay."""
    if tensor.dim() == 1 or tensor.shape[-1] % group:
        return tensor
    cut = tensor.unflatten(-1, (-1, group))
    steps = 2 ** (bits - 1) - 1
    scale = cut.abs().amax(-1, keepdim=True).clamp_min(1e-12) / steps
    return ((cut / scale).round() * scale).flatten(-2)


def experts_ordered(tensors: Tensors, *, seed: int) -> Tensors:
    """Another order of the experts in every layer, the router's rows with them, and of the units in each."""
    dice, changed = generator(seed), dict(tensors)
    for at in sorted({found[0] for name in tensors if (found := re.match(r".*\.mlp\.(?=experts\.)", name))}):
        router = tensors[f"{at}gate.weight"]
        order = torch.randperm(len(router), generator=dice)
        changed[f"{at}gate.weight"] = router[order]
        for new, old in enumerate(order.tolist()):
            for part in ("gate", "up", "down"):
                source = tensors[f"{at}experts.{old}.{part}_proj.weight"]
                changed[f"{at}experts.{new}.{part}_proj.weight"] = source.clone()
    return units_ordered(changed, seed=seed + 1)


def plain_units_ordered(tensors: Tensors, *, seed: int) -> Tensors:
    """Another order of the units of plain MLPs; matrices are (in, out)."""
    dice, changed = generator(seed), dict(tensors)
    for name in tensors:
        if name.endswith("mlp.c_fc.weight"):
            at = name.removesuffix("c_fc.weight")
            order = torch.randperm(tensors[name].shape[1], generator=dice)
            changed[name] = tensors[name][:, order]
            changed[f"{at}c_fc.bias"] = tensors[f"{at}c_fc.bias"][order]
            changed[f"{at}c_proj.weight"] = tensors[f"{at}c_proj.weight"][order]
    return changed
