"""Which part of a network a tensor is: declared tables for known families, shapes and word hints for the rest.

The tests need gate, up and down of each gated MLP, value and output of each attention, embedding and norm gains.
A wrong guess cannot accuse anybody: the signs of the *reference* are coins whatever the candidate's tensors are called.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from originality.core.readers import TensorMeta


class Role(StrEnum):
    EMBEDDING = "embedding"
    HEAD = "head"
    POSITION = "position"
    GATE = "gate"
    UP = "up"
    DOWN = "down"
    QUERY = "query"
    KEY = "key"
    VALUE = "value"
    OUTPUT = "output"
    NORM = "norm"
    BIAS = "bias"
    BUFFER = "buffer"
    OTHER = "other"


class Slot(NamedTuple):
    """One tensor's place; layer is -1 outside the blocks, part tells the norms of one layer apart.

    tower is "" for the language model or the only tower, else "vision", "audio", "projector"; expert is "" in dense
    layers, else "shared" or the expert's number.
    """

    role: Role
    layer: int = -1
    part: str = ""
    tower: str = ""
    expert: str = ""


class Tower(NamedTuple):
    """How the roles of one tower were found; gain_offset is 1 where a family stores gain − 1 (Gemma)."""

    family: str
    by_shape: bool = False
    gain_offset: float = 0.0


@dataclass(frozen=True)
class RoleMap:
    """The slot of every tensor, and how each tower's were found."""

    towers: dict[str, Tower]
    slots: dict[str, Slot]

    @property
    def family(self) -> str:
        """The families of the towers, the language model's first."""
        return " + ".join(dict.fromkeys(self.towers[name].family for name in sorted(self.towers)))

    @property
    def by_shape(self) -> bool:
        return any(tower.by_shape for tower in self.towers.values())

    def find(self, role: Role, layer: int = -1, part: str = "", *, tower: str = "", expert: str = "") -> str | None:
        return self._index.get(Slot(role, layer, part, tower, expert))

    @cached_property
    def _index(self) -> dict[Slot, str]:
        return {slot: name for name, slot in reversed(self.slots.items())}

    def only(self, roles: set[Role]) -> "RoleMap":
        return RoleMap(self.towers, {name: slot for name, slot in self.slots.items() if slot.role in roles})

    def among(self, names: Collection[str]) -> "RoleMap":
        """The same map without the tensors that are not named."""
        return RoleMap(self.towers, {name: slot for name, slot in self.slots.items() if name in names})

    def layers(self, role: Role, *, tower: str = "") -> list[int]:
        return sorted({s.layer for s in self.slots.values() if s.role is role and s.layer >= 0 and s.tower == tower})


# pattern → role and part; `#` stands for the layer number. The first table whose required patterns all occur is taken.
LLAMA = {
    r"(?:model\.)?embed_tokens\.weight": (Role.EMBEDDING, ""),
    r"lm_head\.weight": (Role.HEAD, ""),
    r"(?:model\.)?norm\.weight": (Role.NORM, "final"),
    r"(?:model\.)?layers\.#\.mlp\.gate_proj\.weight": (Role.GATE, ""),
    r"(?:model\.)?layers\.#\.mlp\.up_proj\.weight": (Role.UP, ""),
    r"(?:model\.)?layers\.#\.mlp\.down_proj\.weight": (Role.DOWN, ""),
    r"(?:model\.)?layers\.#\.self_attn\.q_proj\.weight": (Role.QUERY, ""),
    r"(?:model\.)?layers\.#\.self_attn\.k_proj\.weight": (Role.KEY, ""),
    r"(?:model\.)?layers\.#\.self_attn\.v_proj\.weight": (Role.VALUE, ""),
    r"(?:model\.)?layers\.#\.self_attn\.o_proj\.weight": (Role.OUTPUT, ""),
    r"(?:model\.)?layers\.#\.self_attn\.([qk])_norm\.weight": (Role.OTHER, ""),
    r"(?:model\.)?layers\.#\.input_layernorm\.weight": (Role.NORM, "attention"),
    r"(?:model\.)?layers\.#\.pre_feedforward_layernorm\.weight": (Role.NORM, "mlp"),
    r"(?:model\.)?layers\.#\.post_feedforward_layernorm\.weight": (Role.NORM, "after_mlp"),
    r"(?:model\.)?layers\.#\.post_attention_layernorm\.weight": (Role.NORM, "mlp"),
}
GEMMA = LLAMA | {r"(?:model\.)?layers\.#\.post_attention_layernorm\.weight": (Role.NORM, "after_attention")}
BERT = {
    r"(?:bert\.)?embeddings\.word_embeddings\.weight": (Role.EMBEDDING, ""),
    r"(?:bert\.)?embeddings\.(?:position|token_type)_embeddings\.weight": (Role.POSITION, ""),
    r"(?:bert\.)?embeddings\.LayerNorm\.weight": (Role.NORM, "embedding"),
    r"(?:bert\.)?encoder\.layer\.#\.attention\.self\.query\.weight": (Role.QUERY, ""),
    r"(?:bert\.)?encoder\.layer\.#\.attention\.self\.key\.weight": (Role.KEY, ""),
    r"(?:bert\.)?encoder\.layer\.#\.attention\.self\.value\.weight": (Role.VALUE, ""),
    r"(?:bert\.)?encoder\.layer\.#\.attention\.output\.dense\.weight": (Role.OUTPUT, ""),
    r"(?:bert\.)?encoder\.layer\.#\.attention\.output\.LayerNorm\.weight": (Role.NORM, "attention"),
    r"(?:bert\.)?encoder\.layer\.#\.intermediate\.dense\.weight": (Role.UP, ""),
    r"(?:bert\.)?encoder\.layer\.#\.output\.dense\.weight": (Role.DOWN, ""),
    r"(?:bert\.)?encoder\.layer\.#\.output\.LayerNorm\.weight": (Role.NORM, "mlp"),
}
FAMILIES: tuple[tuple[str, str, dict[str, tuple[Role, str]], float], ...] = (
    ("gemma", r"(?:model\.)?layers\.#\.pre_feedforward_layernorm\.weight", GEMMA, 1.0),
    ("llama", r"(?:model\.)?layers\.#\.mlp\.gate_proj\.weight", LLAMA, 0.0),
    ("bert", r"(?:bert\.)?encoder\.layer\.#\.intermediate\.dense\.weight", BERT, 0.0),
)
BUFFER = re.compile(r"inv_freq|position_ids|rotary|\.masked_bias$|rope|mel_filters|num_batches_tracked", re.IGNORECASE)


def assign_roles(tensors: Mapping[str, TensorMeta]) -> RoleMap:
    """Name every tensor's slot by the first declared family that fits, else by shapes and word hints."""
    for family, mark, table, offset in FAMILIES:
        compiled = {re.compile(pattern.replace("#", r"(?P<layer>\d+)")): slot for pattern, slot in table.items()}
        needed = re.compile(mark.replace("#", r"\d+"))
        if any(needed.fullmatch(name) for name in tensors):
            slots = {name: _declared(name, compiled) for name in tensors}
            return RoleMap({"": Tower(family, gain_offset=offset)}, slots)
    return RoleMap({"": Tower("unknown", by_shape=True)}, _by_shape(tensors))


def _declared(name: str, table: dict[re.Pattern[str], tuple[Role, str]]) -> Slot:
    if BUFFER.search(name):
        return Slot(Role.BUFFER)
    if name.endswith(".bias"):
        return Slot(Role.BIAS)
    for pattern, (role, part) in table.items():
        if found := pattern.fullmatch(name):
            layer = found.groupdict().get("layer")
            return Slot(role, int(layer) if layer else -1, part)
    return Slot(Role.OTHER)


HINTS: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(words, re.IGNORECASE))
    for role, words in (
        (Role.GATE, r"gate|(?:^|[._])w1(?:[._]|$)|wi_0"),
        (Role.DOWN, r"down|(?:^|[._])w2(?:[._]|$)|fc2|dense_4h_to_h"),
        (Role.UP, r"up|(?:^|[._])w3(?:[._]|$)|wi_1|fc1|dense_h_to_4h|expand"),
        (Role.QUERY, r"(?:^|[._])w?q(?:uery)?(?:[._]|$|_?proj)"),
        (Role.KEY, r"(?:^|[._])w?k(?:ey)?(?:[._]|$|_?proj)"),
        (Role.VALUE, r"(?:^|[._])w?v(?:al(?:ue)?)?(?:[._]|$|_?proj)"),
        (Role.OUTPUT, r"(?:^|[._])w?o(?:ut(?:put)?)?(?:[._]|$|_?proj)|dense"),
    )
)
MLP_NORM = re.compile(r"ffn|mlp|feed|post_att|norm_?2|ln_?2|second", re.IGNORECASE)
LAYER = re.compile(r"(?:^|[._])(\d+)(?=[._])")


def _by_shape(tensors: Mapping[str, TensorMeta]) -> dict[str, Slot]:
    """Group tensors by the first number in their name and read the roles off the shapes; hints break ties."""
    slots = {name: Slot(Role.BUFFER if BUFFER.search(name) else Role.OTHER) for name in tensors}
    layers: dict[int, list[str]] = defaultdict(list)
    outside: list[str] = []
    for name in sorted(tensors):
        if slots[name].role is Role.BUFFER:
            continue
        found = LAYER.search(name)
        (layers[int(found.group(1))] if found else outside).append(name)
    width = _residual_width(tensors)
    slots |= _outer_slots(outside, tensors, width)
    for layer, names in layers.items():
        slots |= _layer_slots(layer, names, tensors, width)
    return slots


def _residual_width(tensors: Mapping[str, TensorMeta]) -> int:
    """Return the commonest dimension of the matrices: every block reads and writes the residual stream."""
    seen: dict[int, int] = defaultdict(int)
    for meta in tensors.values():
        if len(meta.shape) == 2:
            for size in set(meta.shape):
                seen[size] += 1
    return max(seen, key=lambda size: (seen[size], -size)) if seen else 0


def _outer_slots(names: list[str], tensors: Mapping[str, TensorMeta], width: int) -> dict[str, Slot]:
    tables = [name for name in names if len(tensors[name].shape) == 2 and tensors[name].shape[1] == width]
    tables.sort(key=lambda name: ("head" in name.lower() or "out" in name.lower(), -tensors[name].shape[0]))
    slots = {name: Slot(role) for name, role in zip(tables, (Role.EMBEDDING, Role.HEAD), strict=False)}
    norms = [name for name in names if tensors[name].shape == (width,)]
    return slots | {name: Slot(Role.NORM, -1, "final" if norms == [name] else name) for name in norms}


def _layer_slots(layer: int, names: list[str], tensors: Mapping[str, TensorMeta], width: int) -> dict[str, Slot]:
    shapes = {name: tensors[name].shape for name in names}
    matrices = [name for name in names if len(shapes[name]) == 2 and width in shapes[name]]
    slots = _norm_slots(layer, [name for name in names if shapes[name] == (width,)])
    inner = _mlp_width(matrices, shapes, width)
    rows = [name for name in matrices if shapes[name] == (inner, width) and inner]
    columns = [name for name in matrices if shapes[name] == (width, inner) and inner]
    if len(columns) == 1 and len(rows) in {1, 2}:
        slots[columns[0]] = Slot(Role.DOWN, layer)
        if len(rows) == 2:
            gate = next((name for name in rows if HINTS[0][1].search(_leaf(name))), rows[0])
            slots[gate] = Slot(Role.GATE, layer)
            rows.remove(gate)
        slots[rows[0]] = Slot(Role.UP, layer)
    rest = [name for name in matrices if name not in slots]
    return slots | {name: Slot(role, layer) for name in rest if (role := _attention_hint(_leaf(name)))}


def _mlp_width(matrices: list[str], shapes: dict[str, tuple[int, ...]], width: int) -> int:
    """Return the inner width: the largest other dimension that occurs both as rows and as columns."""
    as_rows = {shapes[name][0] for name in matrices if shapes[name][1] == width}
    as_columns = {shapes[name][1] for name in matrices if shapes[name][0] == width}
    return max((as_rows & as_columns) - {width}, default=0)


def _norm_slots(layer: int, names: list[str]) -> dict[str, Slot]:
    named = [name for name in names if "bias" not in name.lower()]
    slots = {name: Slot(Role.BIAS) for name in names if name not in named}
    for index, name in enumerate(named):
        part = "mlp" if MLP_NORM.search(name) else ("attention" if len(named) == 2 else f"norm{index}")
        slots[name] = Slot(Role.NORM, layer, part)
    return slots


def _attention_hint(leaf: str) -> Role | None:
    return next((role for role, words in HINTS[3:] if words.search(leaf)), None)


def _leaf(name: str) -> str:
    """Return what follows the layer number: hints in a prefix such as `output.3.` would mislead."""
    found = LAYER.search(name)
    return name[found.end() :] if found else name
