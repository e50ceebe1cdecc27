"""Reports as pages show them: numbers as text, each beside its null, and a map of modules."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from originality.enums import Level
from originality.models import Comparison
from originality.wording import said

TONES = {Level.NO_TRACE: "neutral", Level.ANOMALY: "info", Level.COMMON_ORIGIN: "warning", Level.IDENTICAL: "danger"}
GROUPS = {
    "attention": ("attention", "query", "key", "value", "output"),
    "mlp": ("mlp", "plain_mlp", "gate", "up", "down"),
    "norm": ("norm",),
}
STRONGEST_SHOWN = 12


class Figure(NamedTuple):
    """A similarity that cannot be shown without what strangers give."""

    name: str
    value: str
    null: str
    null_source: str
    registry: str
    control: str
    coverage: str
    note: str


class Cell(NamedTuple):
    level: int
    tone: str
    text: str


class LayerRow(NamedTuple):
    name: str
    attention: Cell | None
    mlp: Cell | None
    norm: Cell | None
    other: Cell | None


class PooledRow(NamedTuple):
    alignment: str
    units: int
    z: str
    agreement: str
    r2: str
    p_adj: str
    control: str
    level: Cell


class StrongRow(NamedTuple):
    module: str
    reference: str
    test: str
    level: Cell
    z: str
    p_adj: str
    effect: str


def level_cell(level: int, text: str = "") -> Cell:
    return Cell(level, TONES[Level(level)], text or str(Level(level).label))


def overall_cell(comparison: Comparison) -> Cell:
    """Return the level, unless no test could be made: that is not the same as no trace."""
    if not comparison.report["global"]["comparable"]:
        return level_cell(Level.NO_TRACE, _("Could not be compared"))
    return level_cell(comparison.level)


def power_of_ten(log10: float) -> str:
    """Write a p-value that may be far below what a float holds."""
    if log10 > -3:
        return f"{10**log10:.3f}"
    return f"10^{log10:.0f}"


def figures(report: dict[str, Any]) -> list[Figure]:
    return [_figure(score) for score in report["scores"]]


def _figure(score: dict[str, Any]) -> Figure:
    note = ""
    if score.get("joint_permutation_p") is not None:
        note = _("Pearson %(pearson)s, joint permutation p = %(p)s") % {
            "pearson": f"{score['pearson']:.3f}",
            "p": f"{score['joint_permutation_p']:.2g}",
        }
    return Figure(
        name=said(score["name"]),
        value=f"{score['value']:.4f}",
        null=_plus_minus(score["null_mean"], score["null_sd"]),
        null_source=said(score["null_source"]),
        registry=_registry(score),
        control=""
        if score["positive_control"] is None
        else f"{score['positive_control']:.4f} ({score['positive_pair']})",
        coverage=percent(score["coverage"], digits=4),
        note=note,
    )


def _plus_minus(mean: float, sd: float) -> str:
    return f"{mean:.4f} ± {sd:.4f}"


def _registry(score: dict[str, Any]) -> str:
    if not score["registry_pairs"]:
        return ""
    return _("%(null)s, N=%(pairs)s, percentile %(percentile)s") % {
        "null": _plus_minus(score["registry_mean"], score["registry_sd"]),
        "pairs": score["registry_pairs"],
        "percentile": f"{score['control_percentile']:.0f}",
    }


def percent(share: float | None, *, digits: int = 1) -> str:
    return "" if share is None else f"{100 * share:.{digits}f} %"


def pooled_rows(report: dict[str, Any]) -> list[PooledRow]:
    return [_pooled_row(name, row) for name, row in sorted(report["global"]["pooled"].items())]


def _pooled_row(name: str, row: dict[str, Any]) -> PooledRow:
    return PooledRow(
        alignment=name,
        units=row["n"],
        z=f"{row['z']:.2f}",
        agreement=percent(row["agreement"], digits=2),
        r2=f"{row['r2']:.4f}",
        p_adj=power_of_ten(row["log10_p_adj"]),
        control=f"{row['control_z']:.2f}",
        level=level_cell(row["level"]),
    )


def strongest_rows(report: dict[str, Any]) -> list[StrongRow]:
    """Return the modules that say most, at most a dozen; the full list stands in the JSON."""
    ordered = sorted(report["modules"], key=lambda row: (-row["level"], row["log10_p_adj"]))
    return [_strong_row(row) for row in ordered[:STRONGEST_SHOWN]]


def _strong_row(row: dict[str, Any]) -> StrongRow:
    if row["test"] == "exact":
        effect = _("%(equal)s equal, %(chance)s by chance") % {
            "equal": percent(row["agreement"], digits=2),
            "chance": percent(row["agreement_by_chance"], digits=2),
        }
    else:
        effect = f"R² {row['r2']:.4f}"
    return StrongRow(
        module=row["module"],
        reference=row["reference_module"],
        test=f"{said(row['test'])} {row['alignment']}",
        level=level_cell(row["level"]),
        z="" if row["z"] is None else f"{row['z']:.2f}",
        p_adj=power_of_ten(row["log10_p_adj"]),
        effect=effect,
    )


def module_map(report: dict[str, Any]) -> list[LayerRow]:
    """Return one row a layer of the candidate; each cell is the highest level its tests reached there."""
    layers = sorted({row["layer"] for row in report["modules"]})
    return [_layer_row(layer, [row for row in report["modules"] if row["layer"] == layer]) for layer in layers]


def _layer_row(layer: int, rows: list[dict[str, Any]]) -> LayerRow:
    cells = {group: _cell(row for row in rows if row["role"] in roles) for group, roles in GROUPS.items()}
    known = {role for roles in GROUPS.values() for role in roles}
    other = _cell(row for row in rows if row["role"] not in known)
    name = _("outside the blocks") if layer < 0 else str(layer)
    return LayerRow(name, cells["attention"], cells["mlp"], cells["norm"], other)


def _cell(rows: Iterable[dict[str, Any]]) -> Cell | None:
    found = sorted(rows, key=lambda row: (-row["level"], row["log10_p_adj"]))
    if not found:
        return None
    strongest = found[0]
    z = "" if strongest["z"] is None else f", z {strongest['z']:.1f}"
    return level_cell(strongest["level"], f"{strongest['level']}{z}")


def summary_figures(comparison: Comparison) -> dict[str, str]:
    """Return a comparison's columns as text for lists."""
    pooled = comparison.report["global"]["pooled"].get(comparison.alignment)
    return {
        "z": "" if comparison.z is None else f"{comparison.z:.2f}",
        "agreement": percent(pooled["agreement"], digits=2) if pooled else "",
        "r2": "" if comparison.r2 is None else f"{comparison.r2:.4f}",
        "coverage": percent(comparison.coverage),
        "share": percent(comparison.share),
    }
