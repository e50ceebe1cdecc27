"""Where common origin lies: which layer of the candidate meets which of the reference, and which expert which."""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from originality.core.alignments import SignRow, place_of
from originality.core.blocks import BlockTests
from originality.core.levels import adjust

Z_OF_A_MAP = 6.0
Cells = dict[tuple[int, int], float]


def layer_map(tests: BlockTests) -> Callable[[str, int], int]:
    """Map a tower and layer of the candidate to the reference's: where signs point to one, that one, else the same number."""
    found: dict[tuple[str, int], tuple[float, int]] = {}
    for row in tests.signs:
        place = (row.candidate.tower, row.candidate.layer)
        if row.result.z > max(Z_OF_A_MAP, found.get(place, (0.0, 0))[0]):
            found[place] = (row.result.z, row.reference.layer)
    return lambda tower, layer: found[tower, layer][1] if (tower, layer) in found else layer


def depth_maps(tests: BlockTests) -> dict[str, Any]:
    """Return z of every candidate layer against every reference layer, per tower, over all alignments; path where z ≥ 6.

    A path that rises one by one is an unchanged order; a second rise tells of depth up-scaling, a gap of dropped layers.
    """
    towers: dict[str, Cells] = defaultdict(dict)
    for (a, b), z in tests.cells.items():
        _keep(towers[a.tower], (a.layer, b.layer), z)
    for row in tests.signs:
        _keep(towers[row.candidate.tower], (row.candidate.layer, row.reference.layer), row.result.z)
    for plain in tests.permutations:
        _keep(towers[plain.candidate.tower], (plain.candidate.layer, plain.reference.layer), plain.result.z)
    return {"towers": {tower: _map(cells) for tower, cells in sorted(towers.items())}}


def _keep(cells: Cells, at: tuple[int, int], z: float) -> None:
    cells[at] = max(z, cells.get(at, z))


def _map(cells: Cells) -> dict[str, Any]:
    ours, theirs = sorted({i for i, _ in cells}), sorted({j for _, j in cells})
    z = [[round(cells[i, j], 2) if (i, j) in cells else None for j in theirs] for i in ours]
    path = [[i, max((j for j in theirs if (i, j) in cells), key=lambda j: cells[i, j])] for i in ours]
    found = [[i, j] for i, j in path if cells[i, j] >= Z_OF_A_MAP]
    return {"candidate_layers": ours, "reference_layers": theirs, "z": z, "path": found, "order": _order(found)}


def _order(path: list[list[int]]) -> str:
    """Say in a word how the layers that were found lie."""
    if not path:
        return "no layer found"
    steps = [b[1] - a[1] for a, b in pairwise(path)]
    if all(i == j for i, j in path):
        return "same layers"
    if all(step > 0 for step in steps):
        return "same order, layers shifted or left out"
    if sum(step <= 0 for step in steps) <= max(1, len(steps) // 3):
        return "layers repeated, as depth up-scaling does"
    return "another order"


def expert_maps(tests: BlockTests, *, tests_tried: int) -> dict[str, Any]:
    """Return for every layer with experts the reference expert that each candidate expert meets best, found or not."""
    layers: dict[str, dict[str, SignRow]] = defaultdict(dict)
    for row in tests.signs:
        if row.candidate.kind == "mlp" and (row.candidate.expert or row.reference.expert):
            best = layers[f"{row.candidate.tower}/{row.candidate.layer}"]
            held = best.get(row.candidate.expert)
            if held is None or row.result.z > held.result.z:
                best[row.candidate.expert] = row
    return {
        where: {"pairs": [_expert_pair(row, tests=tests_tried) for _, row in sorted(rows.items(), key=_by_number)]}
        for where, rows in sorted(layers.items())
    }


def _by_number(item: tuple[str, SignRow]) -> tuple[int, str]:
    return (int(item[0]) if item[0].isdigit() else -1, item[0])


def _expert_pair(row: SignRow, *, tests: int) -> list[Any]:
    home = place_of(row.reference)
    name = f"{home.layer}/{home.expert or 'dense'}"
    return [row.candidate.expert or "dense", name, round(row.result.z, 2), adjust(row.result.log10_p, tests=tests)]
