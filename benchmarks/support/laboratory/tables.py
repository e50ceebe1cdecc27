"""How verdicts are printed and judged: every line that does not hold is also returned, for the exit code."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.support.laboratory.judging import Verdict
from benchmarks.support.laboratory.kin import DISGUISED, Kin

ALIGNMENTS = ("T1", "T2", "T3", "T4")
LEAST_UNITS = 16
LEAST_VALUES = 100  # z-values that a law is judged on
NEEDED = -6.0  # log10 of the adjusted p-value


def kin_table(verdicts: list[Verdict], kin: list[Kin]) -> list[str]:
    """Print transformations × alignments × detected; return what was asked and not found."""
    head = "".join(f"{name:>10}" for name in ALIGNMENTS)
    print(f"\n{'z of the sign test, pooled (* level 2)':38}{head}  {'log10 p':>8} {'share':>6} {'z (c)':>6}  level")
    missed = []
    for verdict, one in zip(verdicts, kin, strict=True):
        ok = _as_asked(verdict, one)
        print(f"{one.name:38}{_cells(verdict)}  {_line(verdict)}  {verdict.level}{'' if ok else '  NOT AS ASKED'}")
        if not ok:
            missed.append(f"{one.name}: level {verdict.level}, {_line(verdict)}")
    return missed


def _cells(verdict: Verdict) -> str:
    pooled = verdict.alignments()
    return "".join(f"{_cell(pooled.get(name)):>10}" for name in ALIGNMENTS)


def _cell(figures: dict[str, Any] | None) -> str:
    return "-" if figures is None else f"{figures['z']:.1f}{'*' if figures['level'] >= 2 else ' '}"


def _line(verdict: Verdict) -> str:
    share = verdict.document["global"]["share_of_parameters_common_origin"]
    found = [float(score["permutation_z"]) for score in robust(verdict) if score.get("permutation_z") is not None]
    return f"{least_p(verdict):8.0f} {share:6.0%} {f'{max(found):.0f}' if found else '-':>6}"


def least_p(verdict: Verdict) -> float:
    pooled = verdict.alignments().values()
    rows = [row["log10_p_adj"] for row in (*verdict.rows, *pooled) if row["level"] >= 1]
    return max(-9999.0, min(rows, default=0.0))


def robust(verdict: Verdict) -> list[dict[str, Any]]:
    """Return the scores that need no sign and reached level 1."""
    return [score for score in verdict.document["scores"] if score.get("level")]


def _as_asked(verdict: Verdict, one: Kin) -> bool:
    if one.asked == DISGUISED:
        return verdict.level >= 1 and bool(robust(verdict))
    return verdict.level >= 2 and least_p(verdict) < NEEDED and _in_place(verdict, one)


def _in_place(verdict: Verdict, one: Kin) -> bool:
    """Whether all that was found lies where the reuse was, and something was found there."""
    if not one.located:
        return True
    return bool(verdict.found()) and all(_place(row) in one.located for row in verdict.found())


def _place(row: dict[str, Any]) -> str:
    """Return the tower, or the layer's MLP or attention in a model of one tower."""
    if row.get("tower"):
        return str(row["tower"])
    part = "mlp" if row["role"] in {"mlp", "gate", "up", "down"} else row["role"]
    return f"{part} {row['layer']}"


def located_lines(verdicts: Iterable[Verdict], kin: Iterable[Kin]) -> None:
    for verdict, one in zip(verdicts, kin, strict=True):
        if one.located:
            names = sorted({str(row["module"]) for row in verdict.found()})
            print(f"located in {one.name!r}: {', '.join(names[:8])}{' …' if len(names) > 8 else ''}")


def pairs_table(verdicts: list[Verdict]) -> list[str]:
    """Print what independent pairs gave; return those at level 2 or more."""
    levels = [verdict.level for verdict in verdicts]
    z = [figures["z"] for verdict in verdicts for figures in verdict.alignments().values()]
    print(f"\n{len(verdicts)} independent pairs: {[levels.count(level) for level in range(4)]} at levels 0, 1, 2, 3")
    print(f"pooled z over all alignments: {len(z)}, largest {max(z, default=0):.2f}, smallest {min(z, default=0):.2f}")
    for verdict in verdicts:
        if verdict.level:
            print(f"  level {verdict.level}: {verdict.name} and {verdict.pair.reference.name}: {reasons(verdict)}")
    return [f"{v.name} and {v.pair.reference.name}: level {v.level}" for v in verdicts if v.level >= 2]


def reasons(verdict: Verdict) -> str:
    rows = [f"{row['module']} {row['test']} {row['alignment']}" for row in verdict.found(1)]
    rows += [f"pooled {name}" for name, figures in verdict.alignments().items() if figures["level"]]
    return ", ".join(rows + [f"score {score['kind']}" for score in robust(verdict)][:6])


def differing_levels(weights: Verdict, sketches: Verdict, *, by_alignment: bool = False) -> list[str]:
    """Return the levels that the sketches give otherwise than the weights: of the whole, and of every module and test."""
    ours, theirs = (_levels(verdict, by_alignment=by_alignment) for verdict in (weights, sketches))
    keys = sorted(key for key in {*ours, *theirs} if ours.get(key, 0) != theirs.get(key, 0))
    return [
        f"{weights.name} / {weights.pair.reference.name}: {key}: {ours.get(key, 0)} and {theirs.get(key, 0)}"
        for key in keys
    ]


def _levels(verdict: Verdict, *, by_alignment: bool) -> dict[str, int]:
    """Return the highest level by module and test; a row that was not made is level 0."""
    found = {"the whole": verdict.level}
    pooled = [{"module": "pooled", "test": "signs", "alignment": a, **f} for a, f in verdict.alignments().items()]
    for row in (*verdict.rows, *pooled):
        place = (row.get("tower", ""), row["module"], row.get("expert", ""), row["test"])
        key = " ".join(str(part) for part in (*place, row["alignment"] if by_alignment else "") if part)
        found[key] = max(found.get(key, 0), int(row["level"]))
    return found


def reported_z(verdicts: Iterable[Verdict]) -> dict[str, NDArray[np.float64]]:
    """Z by test and alignment; T1 keeps the best of all layers, which is no longer a coin's, and is left out."""
    found: dict[str, list[float]] = {}
    for row in (row for verdict in verdicts for row in verdict.rows):
        if row["z"] is not None and (row["test"] != "signs" or row["alignment"] != "T1") and row["n"] >= LEAST_UNITS:
            found.setdefault(f"{row['test']}, {row['alignment']}, {row['role']}", []).append(float(row["z"]))
    return {name: np.array(z) for name, z in sorted(found.items()) if len(z) >= LEAST_VALUES}


def robust_z(verdicts: Iterable[Verdict]) -> dict[str, NDArray[np.float64]]:
    found: dict[str, list[float]] = {}
    for score in (score for verdict in verdicts for score in verdict.document["scores"]):
        if score.get("permutation_z") is not None:
            found.setdefault(f"{score['kind']} {score.get('alignment', '')}", []).append(float(score["permutation_z"]))
    return {name: np.array(z) for name, z in sorted(found.items())}


def equal_excess(verdicts: Iterable[Verdict]) -> NDArray[np.float64]:
    """F - f0 of every tensor that was compared element by element."""
    rows = (row for verdict in verdicts for row in verdict.rows if row["test"] == "exact")
    return np.array([row["agreement"] - row["agreement_by_chance"] for row in rows])
