"""Gradient norms: where a log keeps them after clipping they pile up at the threshold, and nowhere else."""

from typing import Any

import numpy as np

from originality.core.trace.checks.common import Points, data_of, points_of, rounded, spans_where
from originality.core.trace.facts import Facts
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Finding, Outcome, Precondition
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

CHECK = "clipping"
FEWEST = 50
WIDTH = 1e-3  # of the largest norm: a pile lies within it
SHARE_IN_PILE, FEWEST_IN_PILE, STEEPNESS = 0.02, 10, 10.0
SAME = 0.01  # of the declared threshold
GROUND = (
    "clipping by the global norm (Pascanu, Mikolov and Bengio 2013) sets every larger norm to the threshold; norms of "
    "gradients themselves have no edge"
)


def clipping(logs: Logs, facts: Facts, _: Measures) -> Finding:
    """Look for an edge of the logged norms and compare it with the declared threshold."""
    norms = points_of(logs, "grad_norm")
    declared = facts.declaration.clip if facts.declaration else None
    conditions = (
        Precondition("gradient norms in the logs", norms is not None and norms.total >= FEWEST),
        Precondition("a threshold declared", None if facts.declaration is None else declared is not None),
    )
    data = data_of(logs, "grad_norm")
    if norms is None or norms.total < FEWEST:
        reason = "too few gradient norms in the logs"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {}, {}, reason, GROUND, data, conditions)
    expected = {"threshold": declared} if declared else {}
    figure: dict[str, Any] = {
        "points": norms.total,
        "largest": rounded(float(norms.value.max())),
        "median": rounded(float(np.median(norms.value))),
    }
    if (norms.value < 0).any():
        spans = spans_where("grad_norm", norms, norms.value < 0)
        reason = "a norm is negative, which no norm is"
        return Finding(
            CHECK, Outcome.DEVIATES, CONTRADICTION, figure, expected, reason, GROUND, data, conditions, spans
        )
    edge, piled = _edge(norms)
    if edge is None:
        reason = "" if declared is None else _without_edge(norms, declared)
        outcome = Outcome.NOT_APPLICABLE if declared is None else Outcome.SHOWN
        return Finding(CHECK, outcome, 0, figure, expected, reason or NOT_CLIPPED, GROUND, data, conditions)
    figure |= {"edge": rounded(edge), "points_at_edge": int(piled.sum())}
    if declared and abs(edge - declared) <= SAME * declared:
        return Finding(CHECK, Outcome.SHOWN, 0, figure, expected, "", GROUND, data, conditions)
    if facts.declaration is None:
        reason = "nothing is declared to compare the edge with"
        return Finding(CHECK, Outcome.NOT_APPLICABLE, 0, figure, expected, reason, GROUND, data, conditions)
    reason = "the norms end at an edge that is not the declared threshold"
    spans = spans_where("grad_norm", norms, piled)
    return Finding(CHECK, Outcome.DEVIATES, TO_EXPLAIN, figure, expected, reason, GROUND, data, conditions, spans)


NOT_CLIPPED = "no threshold is declared, and the norms show none"


def _without_edge(norms: Points, declared: float) -> str:
    if float(norms.value.max()) <= declared * (1 + SAME):
        return "all norms lie below the threshold: nothing was clipped"
    return "the norms were logged before clipping"


def _edge(norms: Points) -> tuple[float | None, np.ndarray]:
    """Return the largest norm where it is a pile: many points within its width, and few in the same width below.

    A rounded log piles up everywhere; there the width is at least one unit of its last digit.
    """
    top = float(norms.value.max())
    distinct = np.unique(norms.value)
    unit = float(np.diff(distinct).min()) if len(distinct) > 1 else 0.0
    width = max(WIDTH * top, 0.5 * unit if len(distinct) < norms.total / 2 else 0.0)
    piled = norms.value >= top - width
    below = int(((norms.value >= top - 3 * width) & ~piled).sum())
    count = int(piled.sum())
    many = count >= max(FEWEST_IN_PILE, SHARE_IN_PILE * norms.total)
    is_edge = many and count >= STEEPNESS * max(1, below) and len(distinct) > 1
    return (top if is_edge else None), piled
