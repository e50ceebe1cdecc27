"""The depth map: how strongly each layer of the candidate meets each layer of the reference."""

import math
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from originality.evidence.heat import Heat, Shade, draw
from originality.evidence.places import tower_name
from originality.evidence.text import Row
from originality.wording import said

P_ANOMALY, P_COMMON = 1e-3, 1e-6
STRONGEST = 10
Matrix = list[list[float | None]]


class Grid(NamedTuple):
    """z of the sign test at the same index, candidate's layers × reference's, with the numbers of both."""

    tower: str
    z: Matrix
    candidate: list[int]
    reference: list[int]
    path: list[Any]
    order: str


class Pair(NamedTuple):
    candidate: int
    reference: int
    z: str
    needed: str


class DepthMap(NamedTuple):
    """`path` is the monotone band the engine drew through the map, as text, where it drew one."""

    name: str
    heat: Heat | None
    pairs: list[Pair]
    above: int
    path: str
    order: str


def depth_maps(report: Row) -> list[DepthMap]:
    """Return one map a tower; an empty one says that no layers could be compared by their signs."""
    maps = [_map(grid, tests=int(report["tests_tried"])) for grid in _matrices(report)]
    return [item for item in maps if item.heat]


def _matrices(report: Row) -> list[Grid]:
    """Take one matrix, or one a tower: {"towers": {name: {"z", "candidate_layers", "reference_layers", "path"}}}."""
    found = report.get("depth_map") or []
    if isinstance(found, list):
        return [_grid("", {"z": found})]
    return [_grid(tower, item) for tower, item in found.get("towers", {}).items()]


def _grid(tower: str, item: dict[str, Any]) -> Grid:
    z: Matrix = item["z"]
    across = max((len(row) for row in z), default=0)
    ours, theirs = item.get("candidate_layers") or range(len(z)), item.get("reference_layers") or range(across)
    return Grid(tower, z, list(ours), list(theirs), item.get("path") or [], said(item.get("order") or ""))


def needed_z(p: float, *, tests: int) -> float:
    """Return the z from which p ≤ exp(−z²/2), times all tests counted, is below p."""
    return math.sqrt(2 * math.log(max(tests, 1) / p))


def z_shades(tests: int) -> list[Shade]:
    low, high = needed_z(P_ANOMALY, tests=tests), needed_z(P_COMMON, tests=tests)
    return [
        Shade("#dde1e6", _("z below %(z)s: as unrelated models give") % {"z": f"{low:.1f}"}),
        Shade("#9ccbf2", _("z from %(z)s: p below 1e-3, corrected") % {"z": f"{low:.1f}"}, "dot"),
        Shade("#f2b53c", _("z from %(z)s: p below 1e-6, corrected") % {"z": f"{high:.1f}"}, "line"),
        Shade("#d3553d", _("z from %(z)s: twice what level 2 asks for") % {"z": f"{2 * high:.1f}"}, "cross"),
    ]


def _map(grid: Grid, *, tests: int) -> DepthMap:
    high = needed_z(P_COMMON, tests=tests)
    edges = (needed_z(P_ANOMALY, tests=tests), high, 2 * high)
    bins = [[None if value is None else sum(value >= edge for edge in edges) for value in row] for row in grid.z]
    rows, columns = [str(n) for n in grid.candidate], [str(n) for n in grid.reference]
    heat = draw(bins, z_shades(tests), rows=rows, columns=columns) if grid.z else None
    cells = [(value, y, x) for y, row in enumerate(grid.z) for x, value in enumerate(row) if value is not None]
    strongest = sorted(cells, reverse=True)[:STRONGEST]
    pairs = [Pair(grid.candidate[y], grid.reference[x], f"{value:.2f}", f"{high:.1f}") for value, y, x in strongest]
    band = ", ".join(f"{step[0]} – {step[1]}" for step in grid.path if len(step) >= 2)
    return DepthMap(
        tower_name(grid.tower), heat, pairs, sum(value >= high for value, _y, _x in cells), band, grid.order
    )
