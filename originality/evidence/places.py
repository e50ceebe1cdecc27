"""Where a module of a report lies: its tower, layer, expert and kind, and those of its counterpart."""

import re

from django.utils.translation import gettext as _

from originality.evidence.text import Row

GROUPS = {
    "attention": frozenset(
        {"attention", "rope", "latent", "query", "key", "value", "output", "latent_in", "latent_out", "head_norm"}
    ),
    "mlp": frozenset({"mlp", "plain_mlp", "gate", "up", "down"}),
    "router": frozenset({"router"}),
    "norm": frozenset({"norm"}),
}
TOWER_ORDER = ("", "vision", "audio", "projector")
FUSED_MLP = re.compile(r"gate|up|mlp|fc")  # a stored gate_up; the other fused tensors are queries, keys and values
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
    if row["role"] == "fused":
        return "mlp" if FUSED_MLP.search(str(row["module"])) else "attention"
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


def role_name(role: str) -> str:
    """Return a tensor's or block's role in words; one that is not known is shown as the engine writes it."""
    names = {
        "attention": _("Attention"),
        "mlp": _("MLP"),
        "plain_mlp": _("Plain MLP"),
        "rope": _("Rotary pairs"),
        "latent": _("Latent channels"),
        "latent_in": _("Into the latent channels"),
        "latent_out": _("Out of the latent channels"),
        "position": _("Positions"),
        "query": _("Query"),
        "key": _("Key"),
        "value": _("Value matrix"),
        "output": _("Attention output"),
        "qkv": _("Query, key and value"),
        "gate": _("Gate"),
        "up": _("Up"),
        "down": _("Down"),
        "fused": _("Fused matrix"),
        "norm": _("Norm gain"),
        "head_norm": _("Norm gain of heads"),
        "router": _("Router"),
        "embedding": _("Embedding"),
        "head": _("Output head"),
        "patch": _("Image patches"),
        "projector": _("Projector"),
        "bias": _("Bias"),
        "other": _("Other"),
    }
    return names.get(role, role)
