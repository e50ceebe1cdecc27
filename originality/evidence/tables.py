"""Tests as rows: pooled over layers, the modules that say most, and every module layer by layer."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from originality.evidence.places import expert_of, layer_name, reference_layer, tower_name, tower_of
from originality.evidence.text import Cell, Row, level_cell, number, percent, power_of_ten, strongest_first
from originality.models import Comparison
from originality.wording import said

STRONGEST_SHOWN = 12
EXCLUDED_SHOWN = 30


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
    tensor: str
    reason: str
    elements: int


class ExcludedList(NamedTuple):
    rows: list[Excluded]
    more: int


class Dimension(NamedTuple):
    name: str
    candidate: object
    reference: object


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
        module=_named(row["module"], tower_of(row), expert_of(row)),
        layer=layer_name(int(row["layer"])),
        reference=_named(_counterpart(row), tower_of(row), str(row.get("reference_expert") or "")),
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
    layer, name = reference_layer(row), str(row.get("reference_module", ""))
    return name if layer is None or layer < 0 or name.endswith(f" {layer}") else f"{name} {layer}"


def _named(module: str, tower: str, expert: str) -> str:
    """Add tower and expert where the module's own name leaves them out."""
    if expert and expert not in module.split():
        module = _("%(module)s, expert %(expert)s") % {"module": module, "expert": expert}
    return f"{tower_name(tower)}: {module}" if tower and not module.startswith(tower) else module


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


def excluded(report: Row) -> ExcludedList:
    """Return what was left out, each with its reason; a long list goes on in the JSON."""
    rows = [Excluded(row["tensor"], said(row["reason"]), row["elements"]) for row in report["candidate"]["excluded"]]
    return ExcludedList(rows[:EXCLUDED_SHOWN], max(len(rows) - EXCLUDED_SHOWN, 0))


def dimensions(report: Row) -> list[Dimension]:
    """Return the configuration side by side: description, never evidence."""
    rows = report.get("metadata", {}).get("dimensions", [])
    known = [Dimension(row["name"], row["candidate"], row["reference"]) for row in rows]
    return [row for row in known if row.candidate is not None or row.reference is not None]


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
