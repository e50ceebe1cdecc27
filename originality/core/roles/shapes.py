"""The fallback: roles read off shapes and words, for names that no declared table knows. Its reports say so."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from originality.core.readers import TensorMeta
from originality.core.roles.kinds import Role, Slot

HINTS: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(words, re.IGNORECASE))
    for role, words in (
        (Role.GATE, r"gate|(?:^|[._])w1(?:[._]|$)|wi_0"),
        (Role.LATENT_IN, r"(?:^|[._])(?:q|kv)_?a(?:[._]|$)|kv_a_proj"),
        (Role.LATENT_OUT, r"(?:^|[._])(?:q|kv)_?b(?:[._]|$)"),
        (Role.QUERY, r"(?:^|[._])w?q(?:uery)?(?:[._]|$|_?proj)"),
        (Role.KEY, r"(?:^|[._])w?k(?:ey)?(?:[._]|$|_?proj)"),
        (Role.VALUE, r"(?:^|[._])w?v(?:al(?:ue)?)?(?:[._]|$|_?proj)"),
        (Role.OUTPUT, r"(?:^|[._])w?o(?:ut(?:put)?)?(?:[._]|$|_?proj)|dense"),
    )
)
GATE_HINT, ATTENTION_HINTS = HINTS[0][1], HINTS[1:]
MLP_NORM = re.compile(r"ffn|mlp|feed|post_att|norm_?2|ln_?2|second", re.IGNORECASE)
LAYER = re.compile(r"(?:^|[._])(\d+)(?=[._])")
EXPERT = re.compile(r"expert\w*[._](\d+)(?=[._])")
SHARED = re.compile(r"shared", re.IGNORECASE)
CROSS = re.compile(r"cross|encdec|encoder_attn", re.IGNORECASE)
PROJECTED = {Role.QUERY, Role.KEY, Role.VALUE, Role.LATENT_IN, Role.LATENT_OUT}
NETWORK = 4  # matrices a layer has at least, when its names are a stack of their own

Slots = dict[str, Slot]
Shapes = Mapping[str, tuple[int, ...]]


class Placed(NamedTuple):
    stack: str  # what stands before the layer's number; "" for the largest stack
    layer: int
    leaf: str  # what follows it: hints in a prefix such as `output.3.` would mislead


def by_shape(tensors: Mapping[str, TensorMeta]) -> Slots:
    """Group tensors by the first number in their names and read the roles off the shapes; hints break ties."""
    slots = {name: Slot(Role.OTHER, part=name) for name in tensors}
    shapes = {name: meta.shape for name, meta in tensors.items()}
    width = residual_width(tensors)
    placed = _placed(shapes)
    slots |= _outer_slots(sorted(set(shapes) - set(placed)), shapes, width)
    layers: dict[tuple[str, int], list[str]] = defaultdict(list)
    for name in sorted(placed):
        layers[placed[name].stack, placed[name].layer].append(name)
    for (stack, layer), names in layers.items():
        leaves = {name: placed[name].leaf for name in names}
        found = _layer_slots(layer, leaves, shapes, width)
        slots |= {name: slot._replace(tower=stack) for name, slot in found.items()}
    return slots


def _placed(shapes: Shapes) -> dict[str, Placed]:
    """Where names of two stacks count their layers alike (encoder and decoder), each is a tower of its own."""
    found = {name: match for name in shapes if (match := LAYER.search(name))}
    heads = {name: name[: match.start()] for name, match in found.items()}
    matrices = Counter((heads[name], int(match.group(1))) for name, match in found.items() if len(shapes[name]) == 2)
    networks = sorted({head for (head, _), count in matrices.items() if count >= NETWORK})
    size = Counter(head for head in heads.values())
    main = max(networks, key=lambda head: (size[head], head), default="")
    stacks = {head: head.rstrip("._").replace(".", "/") for head in networks if head != main}
    return {
        name: Placed(stacks.get(heads[name], ""), int(match.group(1)), name[match.end() :].lstrip("._"))
        for name, match in found.items()
    }


def residual_width(tensors: Mapping[str, TensorMeta]) -> int:
    """Return the commonest dimension of the matrices: every block reads and writes the residual stream."""
    seen: Counter[int] = Counter()
    for meta in tensors.values():
        if len(meta.shape) in {2, 3}:
            seen.update(set(meta.shape[-2:]))
    return max(seen, key=lambda size: (seen[size], -size), default=0)


def _outer_slots(names: list[str], shapes: Shapes, width: int) -> Slots:
    tables = [name for name in names if len(shapes[name]) == 2 and shapes[name][1] == width]
    tables.sort(key=lambda name: ("head" in name.lower() or "out" in name.lower(), -shapes[name][0]))
    slots = {name: Slot(Role.EMBEDDING) for name in tables[:1]}
    slots |= {name: Slot(Role.HEAD) for name in tables[1:2] if shapes[name] == shapes[tables[0]]}
    norms = [name for name in names if shapes[name] == (width,) and "bias" not in name.lower()]
    return slots | {name: Slot(Role.NORM, -1, "final" if norms == [name] else name) for name in norms}


def _layer_slots(layer: int, leaves: Mapping[str, str], shapes: Shapes, width: int) -> Slots:
    """Slots of one layer; leaves maps its names to what follows the number."""
    slots = {name: Slot(Role.OTHER, layer, leaf) for name, leaf in leaves.items()}
    slots |= {name: Slot(Role.BIAS, layer, leaf) for name, leaf in leaves.items() if "bias" in leaf.lower()}
    slots |= _norm_slots(layer, {name: leaf for name, leaf in leaves.items() if shapes[name] == (width,)})
    matrices = [name for name in leaves if len(shapes[name]) == 2]
    experts: dict[str, list[str]] = defaultdict(list)
    for name in matrices:
        experts[_expert(leaves[name])].append(name)
    taken: Slots = {}
    for expert, names in experts.items():
        found = _mlp_slots({name: leaves[name] for name in names}, shapes, width)
        taken |= {name: Slot(role, layer, "", "", expert) for name, role in found.items()}
    if any(expert.isdigit() for expert in experts):
        count = 1 + max(int(expert) for expert in experts if expert.isdigit())
        taken |= {name: Slot(Role.ROUTER, layer) for name in matrices if shapes[name] == (count, width)}
    rest = {name: leaves[name] for name in matrices if name not in taken}
    return slots | taken | _attention_slots(layer, rest)


def _expert(leaf: str) -> str:
    shared, numbered = SHARED.search(leaf), EXPERT.search(leaf)
    if shared:
        return "shared"
    return numbered.group(1) if numbered else ""


def _mlp_slots(leaves: Mapping[str, str], shapes: Shapes, width: int) -> dict[str, Role]:
    """The widest pair of (n, d) and (d, n) is the MLP; of two (n, d), the gate is the one whose name says so."""
    names = [name for name in leaves if width in shapes[name]]
    inner = _mlp_width(names, shapes, width)
    rows = [name for name in names if shapes[name] == (inner, width) and inner]
    columns = [name for name in names if shapes[name] == (width, inner) and inner]
    if len(columns) != 1 or len(rows) not in {1, 2} or any(_attention_hint(leaves[name]) in PROJECTED for name in rows):
        return {}
    roles = {columns[0]: Role.DOWN}
    if len(rows) == 2:
        gate = next((name for name in rows if GATE_HINT.search(leaves[name])), rows[0])
        roles[gate] = Role.GATE
        rows.remove(gate)
    return roles | {rows[0]: Role.UP}


def _mlp_width(matrices: list[str], shapes: Shapes, width: int) -> int:
    """Return the inner width: the largest other dimension that occurs both as rows and as columns."""
    as_rows = {shapes[name][0] for name in matrices if shapes[name][1] == width}
    as_columns = {shapes[name][1] for name in matrices if shapes[name][0] == width}
    return max((as_rows & as_columns) - {width}, default=0)


def gates_named(slots: Slots) -> bool:
    """Whether every gate was told from its twin by a word in its name."""
    return all(GATE_HINT.search(_leaf(name)) for name, slot in slots.items() if slot.role is Role.GATE)


def _leaf(name: str) -> str:
    found = LAYER.search(name)
    return name[found.end() :] if found else name


def _norm_slots(layer: int, leaves: Mapping[str, str]) -> Slots:
    named = {name: leaf for name, leaf in leaves.items() if "bias" not in leaf.lower()}
    slots = {}
    for index, (name, leaf) in enumerate(named.items()):
        two = len(named) == 2 and sum(map(bool, map(MLP_NORM.search, named.values()))) == 1
        part = "mlp" if MLP_NORM.search(leaf) and two else ("attention" if two else f"norm{index}")
        slots[name] = Slot(Role.NORM, layer, part)
    return slots


def _attention_slots(layer: int, leaves: Mapping[str, str]) -> Slots:
    slots: Slots = {}
    for name, leaf in leaves.items():
        role = None if CROSS.search(leaf) else _attention_hint(leaf)
        if role in {Role.LATENT_IN, Role.LATENT_OUT}:
            slots[name] = Slot(role, layer, "key_value" if "kv" in leaf.lower() else "query")
        elif role is not None:
            slots[name] = Slot(role, layer)
    return slots


def _attention_hint(leaf: str) -> Role | None:
    return next((role for role, words in ATTENTION_HINTS if words.search(leaf)), None)
