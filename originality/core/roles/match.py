"""Every tensor's slot: by the declared family of its tower, else by shapes and words."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from originality.core.quantised import scale_names
from originality.core.readers import TensorMeta
from originality.core.roles.cuts import Surroundings, views_of
from originality.core.roles.kinds import Role, RoleMap, Slot, Tower
from originality.core.roles.shapes import by_shape, gates_named, residual_width
from originality.core.roles.tables import GATED_DECODERS, Entry, Family, Table
from originality.core.roles.tables_plain import PLAIN_FAMILIES
from originality.core.roles.tables_towers import VISION_FAMILIES
from originality.core.roles.towers import split_towers
from originality.core.views import View

FAMILIES = {"": (*GATED_DECODERS, *PLAIN_FAMILIES), "vision": VISION_FAMILIES, "audio": PLAIN_FAMILIES}
BUFFER = re.compile(
    r"inv_freq|position_ids|rotary|(?:^|[._])rope(?:[._](?:freqs|cos|sin|cache)|$)|freqs_c(?:is|os)|freqs_sin"
    r"|(?:cos|sin)_cached?$|relative_coords_table|relative_position_index|mel_scale|(?:^|\.)(?:window|fb|dct_mat)$|alibi"
    r"|\.(?:masked_)?bias_?mask$|\.masked_bias$|(?:^|\.)attn\.bias$|mel_filters|num_batches_tracked",
    re.IGNORECASE,
)
LARGEST_HEAD = 512
NUMBER = re.compile(r"(?<=\.)\d+(?=\.)")
NOTHING = Entry(Role.OTHER)


class Found(NamedTuple):
    slot: Slot
    cut: str = ""


class Declared(NamedTuple):
    tower: Tower
    found: dict[str, Found]


def assign_roles(tensors: Mapping[str, TensorMeta], config: Mapping[str, Any] | None = None) -> RoleMap:
    """Name the slot of every tensor and of the views in it, tower by tower; config helps where names do not tell."""
    known = config or {}
    inside = split_towers(tensors)
    fixed = _fixed(tensors)
    towers: dict[str, Tower] = {}
    slots: dict[str, Slot] = {}
    views: dict[str, View] = {}
    for tower in sorted({place for place, _ in inside.values()}):
        whole = {name: rest for name, (place, rest) in inside.items() if place == tower}
        names = {name: rest for name, rest in whole.items() if name not in fixed}
        own = {name: tensors[name] for name in names}
        declared = _tower(tower, names, own, model_type=str(known.get("model_type", "")))
        towers[tower] = declared.tower
        slots |= {name: Slot(fixed[name], tower=tower) for name in whole if name in fixed}
        slots |= {name: place.slot for name, place in declared.found.items()}
        for name, (slot, view) in _views(declared.found, own, config=known, tower=tower).items():
            if slots[view.stored] == slot:
                slots[view.stored] = slot._replace(part="transposed")
            slots[name], views[name] = slot, view
        towers |= {slot.tower: declared.tower for slot in slots.values() if slot.tower not in towers}
    return RoleMap(towers, slots, views)


def _fixed(tensors: Mapping[str, TensorMeta]) -> dict[str, Role]:
    """Buffers and scales, which are not trained. A name alone hides no large matrix: that is judged by its content."""
    scales = dict.fromkeys(scale_names(tensors), Role.SCALE)
    buffers = {name: Role.BUFFER for name, meta in tensors.items() if BUFFER.search(name) and not _is_large(meta)}
    return buffers | scales


def _is_large(meta: TensorMeta) -> bool:
    """Whether it is as wide as weights are; rotary tables have at most a head's width, masks are two-valued or 4-D."""
    return len(meta.shape) in {2, 3} and min(meta.shape[-2:]) > LARGEST_HEAD


def _tower(tower: str, names: dict[str, str], tensors: Mapping[str, TensorMeta], *, model_type: str) -> Declared:
    if tower == "projector" or not names:
        return Declared(
            Tower("projector" if names else "none"), {name: _projector(rest) for name, rest in names.items()}
        )
    templates = {template(rest) for rest in names.values()}
    for family in FAMILIES.get(tower, FAMILIES[""]):
        if _fits(family, templates, model_type=model_type):
            patterns = _compiled(family)
            found = {name: _declared(rest, patterns, tower=tower) for name, rest in names.items()}
            sparse = any(place.slot.role is Role.ROUTER for place in found.values())
            title = f"{family.name} moe" if sparse else family.name
            said = Tower(title, False, family.gain_offset, family.post_norm, family.rope.value)
            return Declared(said, found)
    guessed = by_shape({rest: tensors[name] for name, rest in names.items()})
    found = {name: Found(_inside(guessed[rest], tower)) for name, rest in names.items()}
    return Declared(Tower("unknown", by_shape=True, gate_named=gates_named(guessed)), found)


def _inside(slot: Slot, tower: str) -> Slot:
    """A stack that the fallback found is a tower inside the tower."""
    return slot._replace(tower="/".join(part for part in (tower, slot.tower) if part))


def template(name: str) -> str:
    """The name with 0 for every number between dots, so that the layers of a model are looked up once."""
    return NUMBER.sub("0", name)


def _fits(family: Family, templates: set[str], *, model_type: str) -> bool:
    if family.model_types and model_type not in family.model_types:
        return False
    mark = _pattern(family.mark)
    return any(mark.fullmatch(name) for name in templates)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.replace("#", r"(?P<layer>\d+)", 1).replace("@", r"(?P<expert>\d+)", 1))


class Patterns:
    """The patterns of one table; which one a name fits is remembered by its template."""

    def __init__(self, table: Table) -> None:
        self.all = [(_pattern(text), entry) for text, entry in table.items()]
        self.known: dict[str, tuple[re.Pattern[str], Entry] | None] = {}

    def find(self, name: str) -> tuple[re.Match[str] | None, Entry]:
        key = template(name)
        if key not in self.known:
            self.known[key] = next((item for item in self.all if item[0].fullmatch(key)), None)
        item = self.known[key]
        return (item[0].fullmatch(name), item[1]) if item else (None, NOTHING)


@lru_cache(maxsize=64)
def _by_name(name: str, mark: str) -> Patterns:
    found = next(f for families in FAMILIES.values() for f in families if (f.name, f.mark) == (name, mark))
    return Patterns(found.table)


def _compiled(family: Family) -> Patterns:
    return _by_name(family.name, family.mark)


def _declared(name: str, patterns: Patterns, *, tower: str) -> Found:
    match, entry = patterns.find(name)
    if match is None:
        return Found(_loose(name, tower=tower))
    numbers = match.groupdict()
    expert = entry.expert.replace("@", numbers.get("expert") or "") if entry.expert else numbers.get("expert") or ""
    layer = int(numbers["layer"]) if numbers.get("layer") else -1
    return Found(Slot(entry.role, layer, entry.part, tower, expert), entry.cut)


def _loose(name: str, *, tower: str) -> Slot:
    """What no pattern names: its layer, and the rest of its name as the part, so that it meets its own kind."""
    role = Role.BIAS if name.endswith(("bias", ".b")) else Role.OTHER
    found = NUMBER.search(name)
    if found is None:
        return Slot(role, -1, name, tower)
    return Slot(role, int(found.group()), name[found.end() + 1 :], tower)


def _projector(rest: str) -> Found:
    role = Role.BIAS if rest.endswith("bias") else Role.PROJECTOR
    return Found(Slot(role, -1, rest, "projector"))


def _views(
    found: Mapping[str, Found], tensors: Mapping[str, TensorMeta], *, config: Mapping[str, Any], tower: str
) -> dict[str, tuple[Slot, View]]:
    """Views of all fused, transposed and stacked tensors of one tower that are plain numbers."""
    cuts = {
        name: place
        for name, place in found.items()
        if place.cut and tensors[name].readable and not tensors[name].scaled
    }
    if not cuts:
        return {}
    around = _surroundings(found, tensors, config=config, tower=tower)
    result: dict[str, tuple[Slot, View]] = {}
    for name, (slot, cut) in cuts.items():
        result |= views_of(name, slot, cut=cut, around=around)
    return result


def _surroundings(
    found: Mapping[str, Found], tensors: Mapping[str, TensorMeta], *, config: Mapping[str, Any], tower: str
) -> Surroundings:
    sizes = config.get("towers", {}).get(tower, config)
    by_slot = {place.slot: name for name, place in reversed(list(found.items()))}
    embedding = by_slot.get(Slot(Role.EMBEDDING, tower=tower))
    matrices = {name: meta for name, meta in tensors.items() if found[name].slot.role is not Role.EMBEDDING}
    shape = tensors[embedding].shape if embedding else ()
    width = shape[1] if len(shape) == 2 else residual_width(matrices)
    heads = sizes.get("num_attention_heads") or 0
    return Surroundings(
        width=width,
        tensors=tensors,
        by_slot=by_slot,
        heads=heads,
        even_odd=any(name.endswith("experts.gate_up_proj_bias") for name in tensors),
        conv=_is_conv(found, tensors),
    )


def _is_conv(found: Mapping[str, Found], tensors: Mapping[str, TensorMeta]) -> bool:
    """Whether the first c_fc has more columns than rows: stored (in, out), as GPT-2 does."""
    ups = [name for name, place in found.items() if place.cut == "conv" and place.slot.role is Role.UP]
    shape = tensors[min(ups)].shape if ups else ()
    return len(shape) == 2 and shape[1] > shape[0]
