"""Where a module of a report lies: its tower, layer, expert and kind, and those of its counterpart."""

import re

from django.utils.translation import gettext as _

from originality.evidence.text import Row

GROUPS = {
    "attention": frozenset({"attention", "query", "key", "value", "output", "qkv", "q_norm", "k_norm"}),
    "mlp": frozenset({"mlp", "plain_mlp", "gate", "up", "down", "fc1", "fc2"}),
    "router": frozenset({"router"}),
    "norm": frozenset({"norm"}),
}
TOWER_ORDER = ("", "vision", "audio", "projector")
LAST_NUMBER = re.compile(r"(\d+)\D*$")


def tower_of(row: Row) -> str:
    return str(row.get("tower") or "")


def expert_of(row: Row) -> str:
    return str(row.get("expert") or "")


def towers_of(rows: list[Row]) -> list[str]:
    """Return the towers that some test looked at, the language model first."""
    found = {tower_of(row) for row in rows}
    known = [tower for tower in TOWER_ORDER if tower in found]
    return known + sorted(found - set(TOWER_ORDER))


def group_of(row: Row) -> str:
    """Return the column of the map: experts have their own, whatever part of them was tested."""
    expert = expert_of(row)
    if expert:
        return "shared" if expert.startswith("shared") else "routed"
    return next((name for name, roles in GROUPS.items() if row["role"] in roles), "other")


def reference_layer(row: Row) -> int | None:
    """Return the counterpart's layer; reports of before this field name it in the module alone."""
    if "reference_layer" in row:
        return None if row["reference_layer"] is None else int(row["reference_layer"])
    found = LAST_NUMBER.search(str(row.get("reference_module", "")))
    return int(found[1]) if found and row.get("test") == "signs" else None


def tower_name(tower: str) -> str:
    names = {
        "": _("Language model"),
        "vision": _("Vision encoder"),
        "audio": _("Audio encoder"),
        "projector": _("Projector"),
    }
    return names.get(tower, tower)


def group_name(group: str) -> str:
    names = {
        "attention": _("Attention"),
        "mlp": _("MLP"),
        "shared": _("Shared experts"),
        "routed": _("Routed experts"),
        "router": _("Router"),
        "norm": _("Norm gains"),
        "other": _("Other"),
    }
    return names[group]


def layer_name(layer: int) -> str:
    return _("outside the blocks") if layer < 0 else str(layer)
