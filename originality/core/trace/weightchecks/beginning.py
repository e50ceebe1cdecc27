"""The beginning of a run: was step 0 drawn as declared, and do the final weights come from it and from no reference?"""

import math
from typing import Any

from originality.core.trace.facts import Facts
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Finding, Outcome, Precondition
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs
from originality.core.trace.weightchecks.common import FEWEST_UNITS, STRANGER_Z, Z_BOUND, odd_optimiser
from originality.core.trace.weightchecks.linked import SIGN_GROUND

LOG10_P = -6.0
SEEN, LARGE = 0.005, 0.02  # distances of distributions: below the first, formats and generators differ as much
SPREAD_SEEN, SPREAD_LARGE = 0.02, 0.1  # of spreads: a normal law cut at three deviations is narrower by 0.013
LAW_GROUND = "Massart (1990): P(D > d) ≤ 2·exp(-2nd²); Davidson and Szarek (2001): P(s₁ > σ(√m + √n + t)) ≤ exp(-t²/2)"
MANY = 0.5  # of all undeclared matrices
Document = dict[str, Any]


def step0_law(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    """Every tensor of step 0 against its declared law; gains and spectra that no initialiser draws where none is declared."""
    start: Document | None = measures.start
    laws = facts.declaration.init if facts.declaration else ()
    again = _drawn_again(start)
    conditions = (
        Precondition("a checkpoint of step 0", start is not None),
        Precondition("a declared law of initialisation", bool(laws)),
        Precondition("the declared seed drawn again here gives these numbers", True if again else None),
    )
    if start is None:
        return _not_shown("step-0 law", "no checkpoint of step 0 was measured", conditions)
    tests = max(1, 3 * int(start["tested"]))
    adjusted = [_adjusted(row, tests=tests) for row in start["tensors"]]
    far = [(row, p) for row, p in adjusted if p < LOG10_P and _effect(row) >= 1]
    uneven = list(start["uneven_gains"])
    beyond = [row for row in start["undeclared"] if row["log10_p_edge"] + math.log10(tests) < LOG10_P]
    matrices = sum(row["edge_ratio"] is not None for row in start["undeclared"])
    odd = uneven or (matrices and len(beyond) > MANY * matrices)
    figure = {
        "tested": start["tested"],
        "coverage": start["coverage"],
        "deviating": len(far),
        "uneven_gains": len(uneven),
        "beyond_edge": len(beyond),
        "redrawn_tensors": (start.get("redrawn") or {}).get("equal", 0),
    }
    if far:
        worst, p = min(far, key=lambda item: (item[1], item[0]["tensor"]))
        figure |= {key: worst[key] for key in ("distance", "spread_ratio", "edge_ratio")} | {"log10_p_adj": p}
    level = CONTRADICTION if any(_effect(row) >= LARGE / SEEN for row, _ in far) else TO_EXPLAIN if far or odd else 0
    return Finding(
        "step-0 law",
        _outcome(level, declared=bool(start["tested"]) or again),
        level,
        figure=figure,
        expected={"log10_p_adj_at_least": LOG10_P, "edge_ratio_at_most": 1.0},
        reason=_law_reason(far=bool(far), odd=bool(odd), declared=bool(start["tested"]) or again),
        ground=LAW_GROUND,
        data=tuple(row["tensor"] for row, _ in far[:20])
        or tuple(uneven[:20])
        or tuple(r["tensor"] for r in beyond[:20]),
        preconditions=conditions,
    )


def _drawn_again(start: Document | None) -> bool:
    """Whether every random tensor that the library draws from the declared seed is that of step 0, bit by bit."""
    found = (start or {}).get("redrawn") or {}
    return bool(found.get("tensors")) and found["equal"] == found["tensors"]


def _outcome(level: int, *, declared: bool) -> Outcome:
    if level:
        return Outcome.DEVIATES
    return Outcome.SHOWN if declared else Outcome.NOT_APPLICABLE


def _law_reason(*, far: bool, odd: bool, declared: bool) -> str:
    if far:
        return "tensors of step 0 do not follow their declared law"
    if odd:
        return "step 0 has gains or spectra that no initialiser draws"
    return "" if declared else "no law of initialisation is declared"


def _adjusted(row: Document, *, tests: int) -> tuple[Document, float]:
    least = min(row["log10_p"], row["log10_p_spread"], row["log10_p_edge"])
    return row, min(0.0, least + math.log10(tests))


def _effect(row: Document) -> float:
    """How far a tensor is from its law, in the least distance that counts (SEEN): as a whole, in spread, beyond the edge."""
    sure = {key: row[f"log10_p{key}"] < LOG10_P for key in ("", "_spread", "_edge")}
    whole = (row["distance"] or 0.0) / SEEN if sure[""] else 0.0
    beyond = (row["edge_ratio"] - 1.0) / SEEN if sure["_edge"] else 0.0
    apart = abs(row["spread_ratio"] - 1.0) if sure["_spread"] else 0.0
    spread = 0.0 if apart < SPREAD_SEEN else 1.0 if apart < SPREAD_LARGE else LARGE / SEEN
    return float(max(whole, beyond, spread))


def seed_binding(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    """The final weights carry the signs that step 0 threw, whatever they were trained on."""
    found: Document | None = measures.binding
    odd = odd_optimiser(facts)
    conditions = (
        Precondition("a checkpoint of step 0", found is not None),
        Precondition("units with free signs", None if found is None else "z" in found),
        Precondition("an optimiser that is odd in the gradient", odd),
    )
    if found is None:
        return _not_shown("seed binding", "no checkpoint of step 0 was measured", conditions)
    if "z" not in found:
        reason = "no block with free signs has the same shape on both sides"
        return Finding("seed binding", Outcome.NOT_APPLICABLE, reason=reason, preconditions=conditions)
    bound = found["outcome"] == "bound"
    enough = found["n"] >= FEWEST_UNITS and abs(found["control_z"]) < STRANGER_Z
    level = 0 if bound or not enough else CONTRADICTION if found["z"] < STRANGER_Z else TO_EXPLAIN
    reason = "the final weights do not carry the signs of step 0" if level else ""
    if not bound and not level:
        reason = "too few units with free signs"
    return Finding(
        "seed binding",
        Outcome.SHOWN if bound else Outcome.DEVIATES if level else Outcome.NOT_SHOWN,
        level,
        figure={key: found[key] for key in ("z", "n", "agreement", "control_z")},
        expected={"z_at_least": Z_BOUND, "z_of_strangers": 0.0, "null_sd": 1.0},
        reason=reason,
        ground=SIGN_GROUND,
        data=(str(found["step0"]), str(found["final"])),
        preconditions=conditions,
    )


def references(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    """The final weights carry the signs of no reference that was frozen in the plan."""
    tested = [row for row in measures.against_references if "z" in row]
    conditions = (
        Precondition("references frozen in the plan", bool(measures.against_references)),
        Precondition("a reference with units of the same shape", bool(tested) if measures.against_references else None),
    )
    if not measures.against_references:
        return _not_shown("references", "no reference was compared", conditions)
    if not tested:
        reason = "no block with free signs has the same shape on both sides"
        return Finding("references", Outcome.NOT_APPLICABLE, reason=reason, preconditions=conditions)
    highest = max(tested, key=_z)
    level = CONTRADICTION if _z(highest) >= Z_BOUND else TO_EXPLAIN if _log10_p(highest, len(tested)) < LOG10_P else 0
    return Finding(
        "references",
        Outcome.DEVIATES if level else Outcome.SHOWN,
        level,
        figure={"highest_z": _z(highest), "references": len(tested), "n": highest["n"]},
        expected={"z": 0.0, "null_sd": 1.0, "z_below": Z_BOUND},
        reason="the final weights carry the signs of a reference" if level else "",
        ground=SIGN_GROUND,
        data=tuple(str(row["name"]) for row in ([highest] if level else tested[:20])),
        preconditions=conditions,
    )


def _z(row: Document) -> float:
    return float(row["z"])


def _log10_p(row: Document, tests: int) -> float:
    z = max(0.0, _z(row))
    return -z * z / 2 / math.log(10) + math.log10(tests)


def _not_shown(check: str, reason: str, conditions: tuple[Precondition, ...]) -> Finding:
    return Finding(check, Outcome.NOT_SHOWN, reason=reason, preconditions=conditions)
