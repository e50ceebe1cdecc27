"""Tests as rows: pooled over layers, the modules that say most, and every module layer by layer."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from originality.evidence.places import expert_of, layer_name, reference_layer, role_name, tower_name, tower_of
from originality.evidence.text import Cell, Row, level_cell, number, percent, power_of_ten, strongest_first
from originality.models import Comparison
from originality.wording import said

STRONGEST_SHOWN = 12
NAMES_SHOWN = 4


class PooledRow(NamedTuple):
    alignment: str
    units: int
    z: str
    agreement: str
    r2: str
    p_adj: str
    control: str
    level: Cell


class ModuleRow(NamedTuple):
    """One test of one module. `effect` carries its own chance level in words."""

    module: str
    layer: str
    reference: str
    test: str
    n: int
    z: str
    p_adj: str
    effect: str
    control: str
    needed: str
    level: Cell


class Excluded(NamedTuple):
    """Tensors left out for one reason; `more` of them are named in the JSON alone."""

    reason: str
    tensors: int
    elements: int
    names: list[str]
    more: int


class Dimension(NamedTuple):
    """`shared` says how many references of the registry state the candidate's value: most do for common sizes."""

    name: str
    candidate: object
    reference: object
    shared: str


def pooled_rows(report: Row) -> list[PooledRow]:
    return [_pooled_row(name, row) for name, row in sorted(report["global"]["pooled"].items())]


def _pooled_row(name: str, row: Row) -> PooledRow:
    return PooledRow(
        alignment=name,
        units=row["n"],
        z=f"{row['z']:.2f}",
        agreement=percent(row["agreement"], digits=2),
        r2=f"{row['r2']:.4f}",
        p_adj=power_of_ten(row["log10_p_adj"]),
        control=number(row.get("control_z"), digits=2),
        level=level_cell(row["level"]),
    )


def strongest_rows(report: Row) -> list[ModuleRow]:
    """Return the modules that say most, at most a dozen; all of them stand on the page of layers."""
    return [module_row(row) for row in strongest_first(report["modules"])[:STRONGEST_SHOWN]]


def layer_rows(report: Row) -> list[Row]:
    """Return every test in the order of the model: tower, layer, expert, and in each the strongest first."""
    rows = strongest_first(report["modules"])
    return sorted(rows, key=lambda row: (tower_of(row), int(row["layer"]), expert_of(row)))


def by_layer(rows: list[Row]) -> list[tuple[str, list[ModuleRow]]]:
    """Group rows that stand in the order of the model under the names of their layers."""
    groups: list[tuple[str, list[ModuleRow]]] = []
    for row in rows:
        name = f"{tower_name(tower_of(row))}, {_layer_title(int(row['layer']))}"
        if not groups or groups[-1][0] != name:
            groups.append((name, []))
        groups[-1][1].append(module_row(row))
    return groups


def _layer_title(layer: int) -> str:
    return layer_name(layer) if layer < 0 else _("layer %(layer)s") % {"layer": layer}


def module_row(row: Row) -> ModuleRow:
    return ModuleRow(
        module=_named(row["role"], _place(row), tower_of(row), expert_of(row)),
        layer=layer_name(int(row["layer"])),
        reference=_counterpart(row),
        test=f"{said(row['test'])} {row['alignment']}",
        n=row["n"],
        z=number(row.get("z"), digits=2),
        p_adj=power_of_ten(row["log10_p_adj"]),
        effect=_effect(row),
        control=number(row.get("control_z"), digits=2),
        needed=number(row.get("detectable_r2"), digits=4),
        level=level_cell(row["level"]),
    )


def _counterpart(row: Row) -> str:
    """Name the reference's module by role, layer and expert, as the candidate's; old reports name it in full."""
    layer = reference_layer(row)
    if layer is None and row["test"] == "signs":
        return str(row.get("reference_module", ""))
    place = "" if layer is None or layer < 0 else str(layer)
    return _named(row["role"], place, tower_of(row), str(row.get("reference_expert") or ""))


def _place(row: Row) -> str:
    """Return the layer, and the part where a layer has several of one role: "3 (self_attn)"."""
    return str(row["module"]).removeprefix(str(row["role"])).strip()


def _named(role: str, place: str, tower: str, expert: str) -> str:
    """Say role, layer and expert in the reader's words, with the tower where there is more than the language model."""
    name = f"{role_name(role)} {place}".strip()
    if expert:
        name = _("%(module)s, expert %(expert)s") % {"module": name, "expert": expert}
    return f"{tower_name(tower)}: {name}" if tower else name


def _effect(row: Row) -> str:
    """Return the size of what was seen, always beside what chance gives."""
    if row["test"] == "exact":
        return _("%(equal)s equal, %(chance)s by chance") % {
            "equal": percent(row["agreement"], digits=2),
            "chance": percent(row.get("agreement_by_chance"), digits=2),
        }
    if row.get("mean_cosine_null") is not None:
        return _("mean cosine %(value)s, %(mean)s ± %(sd)s by chance") % {
            "value": f"{row['mean_cosine']:.4f}",
            "mean": f"{row['mean_cosine_null']:.4f}",
            "sd": f"{row['mean_cosine_null_sd']:.4f}",
        }
    if row.get("agreement") is not None:
        return _("%(agreement)s of signs agree, 50 %% by chance; R² %(r2)s") % {
            "agreement": percent(row["agreement"], digits=2),
            "r2": number(row.get("r2"), digits=4),
        }
    return ""


def excluded(report: Row) -> list[Excluded]:
    """Return what was left out by reason, the largest first."""
    groups: dict[str, list[Row]] = {}
    for row in report["candidate"]["excluded"]:
        groups.setdefault(row["reason"], []).append(row)
    found = [
        Excluded(
            reason=said(reason),
            tensors=len(rows),
            elements=sum(row["elements"] for row in rows),
            names=[row["tensor"] for row in rows[:NAMES_SHOWN]],
            more=max(len(rows) - NAMES_SHOWN, 0),
        )
        for reason, rows in groups.items()
    ]
    return sorted(found, key=lambda row: -row.elements)


def dimensions(report: Row) -> list[Dimension]:
    """Return the configuration side by side: description, never evidence."""
    rows = report.get("metadata", {}).get("dimensions", [])
    known = [Dimension(row["name"], row["candidate"], row["reference"], _shared(row)) for row in rows]
    return [row for row in known if row.candidate is not None or row.reference is not None]


def _shared(row: Row) -> str:
    if row.get("shared_by") is None:
        return ""
    return _("%(shared)s of %(of)s references") % {"shared": row["shared_by"], "of": row["of"]}


def summary_figures(comparison: Comparison) -> dict[str, str]:
    """Return a comparison's columns as text for lists."""
    pooled = comparison.report["global"]["pooled"].get(comparison.alignment)
    return {
        "z": number(comparison.z, digits=2),
        "agreement": percent(pooled["agreement"], digits=2) if pooled else "",
        "r2": number(comparison.r2, digits=4),
        "coverage": percent(comparison.coverage),
        "share": percent(comparison.share),
    }
