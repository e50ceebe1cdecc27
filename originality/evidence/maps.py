"""The map of modules: highest level by tower, layer and kind, as a picture and as a table of the same cells."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from originality.enums import Level
from originality.evidence.heat import Heat, Shade, draw
from originality.evidence.places import (
    expert_of,
    group_name,
    group_of,
    layer_name,
    reference_layer,
    tower_name,
    tower_of,
    towers_of,
)
from originality.evidence.text import Cell, Row, level_cell, strongest_first

COLUMNS = ("attention", "mlp", "shared", "routed", "router", "norm", "other")


class LayerRow(NamedTuple):
    name: str
    cells: list[Cell | None]


class TowerMap(NamedTuple):
    """`columns` are the kinds that some test of this tower looked at."""

    name: str
    columns: list[str]
    rows: list[LayerRow]
    heat: Heat | None


def level_shades() -> list[Shade]:
    return [
        Shade("#dde1e6", str(Level.NO_TRACE.label)),
        Shade("#9ccbf2", str(Level.ANOMALY.label), "dot"),
        Shade("#f2b53c", str(Level.COMMON_ORIGIN.label), "line"),
        Shade("#d3553d", str(Level.IDENTICAL.label), "cross"),
    ]


def module_maps(report: Row) -> list[TowerMap]:
    """Return one map a tower."""
    modules: list[Row] = report["modules"]
    return [_tower_map(tower, [row for row in modules if tower_of(row) == tower]) for tower in towers_of(modules)]


def _tower_map(tower: str, modules: list[Row]) -> TowerMap:
    groups = [group for group in COLUMNS if any(group_of(row) == group for row in modules)]
    layers = sorted({int(row["layer"]) for row in modules})
    found: dict[tuple[int, str], list[Row]] = {}
    for row in modules:
        found.setdefault((int(row["layer"]), group_of(row)), []).append(row)
    rows = [LayerRow(layer_name(n), [_cell(found.get((n, group), [])) for group in groups]) for n in layers]
    names = [group_name(group) for group in groups]
    bins = [[cell.level if (cell := row.cells[column]) else None for row in rows] for column in range(len(groups))]
    columns = ["" if layer < 0 else str(layer) for layer in layers]
    return TowerMap(tower_name(tower), names, rows, draw(bins, level_shades(), rows=names, columns=columns))


def _cell(rows: list[Row]) -> Cell | None:
    """Return the highest level of a place; where experts stand behind it, how many of them reach level 2."""
    if not rows:
        return None
    strongest = strongest_first(rows)[0]
    text = str(strongest["level"])
    if strongest.get("z") is not None:
        text += f", z {strongest['z']:.1f}"
    experts = {expert_of(row) for row in rows}
    if len(experts) > 1:
        reached = {expert_of(row) for row in rows if row["level"] >= Level.COMMON_ORIGIN}
        text += ", " + _("%(reached)s of %(all)s experts") % {"reached": len(reached), "all": len(experts)}
    return level_cell(strongest["level"], text)


class ExpertRow(NamedTuple):
    """The experts of one layer that meet one of the reference's."""

    tower: str
    layer: str
    matched: int
    experts: int
    pairs: str


class ExpertMap(NamedTuple):
    """`rows` are the layers in which some expert reaches level 2; the picture shows all."""

    rows: list[ExpertRow]
    heat: Heat | None


def expert_map(report: Row) -> ExpertMap | None:
    """Say which expert meets which of the reference's, layer by layer; a model without experts has no such map."""
    modules = [row for row in report["modules"] if expert_of(row)]
    if not modules:
        return None
    places = sorted({(tower_of(row), int(row["layer"])) for row in modules})
    experts = sorted({expert_of(row) for row in modules}, key=_in_order)
    best = _best_by_expert(modules)
    rows = [row for place in places if (row := _expert_row(place, experts, best)).matched]
    bins = [[best[(*place, name)]["level"] if (*place, name) in best else None for name in experts] for place in places]
    names = [" ".join(part for part in (tower, layer_name(layer)) if part) for tower, layer in places]
    return ExpertMap(rows, draw(bins, level_shades(), rows=names, columns=experts))


def _in_order(expert: str) -> tuple[bool, int, str]:
    """Order shared experts first, then routed ones by their number."""
    last = expert.rsplit(".", 1)[-1]
    return not expert.startswith("shared"), int(last) if last.isdigit() else -1, expert


def _best_by_expert(modules: list[Row]) -> dict[tuple[str, int, str], Row]:
    best: dict[tuple[str, int, str], Row] = {}
    for row in strongest_first(modules):
        best.setdefault((tower_of(row), int(row["layer"]), expert_of(row)), row)
    return best


def _expert_row(place: tuple[str, int], experts: list[str], best: dict[tuple[str, int, str], Row]) -> ExpertRow:
    here = [(name, best[(*place, name)]) for name in experts if (*place, name) in best]
    matched = [(name, row) for name, row in here if row["level"] >= Level.COMMON_ORIGIN]
    pairs = ", ".join(f"{name} – {_counterpart(row)}" for name, row in matched)
    return ExpertRow(tower_name(place[0]), layer_name(place[1]), len(matched), len(here), pairs)


def _counterpart(row: Row) -> str:
    layer, expert = reference_layer(row), row.get("reference_expert") or ""
    if layer is None or layer == row["layer"]:
        return str(expert)
    return f"{layer}/{expert}"
