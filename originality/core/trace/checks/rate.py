"""How many tokens a loss takes: beside curves of models of that size that began from nothing."""

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from originality.core.trace.checks.common import Points, data_of, events_of, points_of, rounded
from originality.core.trace.facts import Declaration, Facts
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.model import Logs

CHECK = "loss rate"
SHIPPED = Path(__file__).parent.parent / "curves.json"
BINS = 24
FEWEST = 200
TIMES_FASTER = 8.0  # recipes of one size differ by about two; a body that was trained before saves most of the way
SIZE_APART, VOCABULARY_APART = 2.0, 1.5
LEVELS = 9
GROUND = (
    "power laws of the loss in tokens (Kaplan et al. 2020; Hoffmann et al. 2022); models of one size, vocabulary and kind of "
    "text need tokens of one order of size to reach one loss"
)


class ReferenceCurve(NamedTuple):
    """A run from nothing: its size and its loss by tokens, a few dozen points; `source` says whose run it was."""

    name: str
    parameters: int
    vocabulary: int
    tokens: tuple[float, ...]
    loss: tuple[float, ...]
    source: str = ""


@cache
def shipped_curves() -> tuple[ReferenceCurve, ...]:
    """Return the curves that come with the engine: few and small, of our own runs; a registry of more is given instead."""
    document = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return tuple(ReferenceCurve(**row) for row in document["curves"])


def loss_rate(logs: Logs, facts: Facts, *, curves: Sequence[ReferenceCurve] = ()) -> Finding:
    """Fit a power law as description, and compare the tokens to each loss with those of comparable runs from nothing."""
    declared, losses = facts.declaration, points_of(logs, "loss")
    seen = _by_tokens(logs, losses, declared) if losses is not None and losses.total >= FEWEST else None
    changed = bool(events_of(facts, "data change"))
    near = [curve for curve in curves if declared and _comparable(curve, declared)]
    conditions = (
        Precondition("a loss in the logs", losses is not None and losses.total >= FEWEST),
        Precondition("no declared change of the data", not changed if declared else None),
        Precondition("a reference run of this size and vocabulary", bool(near)),
        Precondition("text of the kind that the reference read", None),
    )
    data = (*data_of(logs, "loss", "tokens"), *(curve.name for curve in near))
    if seen is None:
        reason = "too few points of the loss"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {}, {}, reason, GROUND, data, conditions)
    figure: dict[str, Any] = _power_law(*seen)
    if changed:
        reason = "the data were changed, which a power law does not survive"
        return Finding(CHECK, Outcome.NOT_APPLICABLE, 0, figure, {}, reason, GROUND, data, conditions)
    if not near:
        reason = "no reference run of this size and vocabulary is at hand"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, figure, {}, reason, GROUND, data, conditions)
    faster = min(_faster(*seen, curve) for curve in near)
    figure["times_faster"] = rounded(faster, 3)
    expected = {"times_faster_at_most": TIMES_FASTER}
    if faster <= TIMES_FASTER or losses is None:
        return Finding(CHECK, Outcome.SHOWN, 0, figure, expected, "", GROUND, data, conditions)
    reason = "the loss falls in far fewer tokens than that of runs from nothing"
    spans = (Span("loss", int(losses.step[0]), int(losses.step[-1])),)
    return Finding(CHECK, Outcome.DEVIATES, TO_EXPLAIN, figure, expected, reason, GROUND, data, conditions, spans)


def _by_tokens(logs: Logs, losses: Points, declared: Declaration | None) -> tuple[np.ndarray, np.ndarray] | None:
    """Return tokens and mean loss in bins that grow with the tokens; steps stand for tokens where none are known."""
    counted, batch = points_of(logs, "tokens"), declared.batch_tokens if declared else None
    tokens = np.maximum(losses.step, 1).astype(float)
    if counted is not None and counted.total > 1:
        tokens = np.maximum(np.interp(losses.step, counted.step, counted.value), 1.0)
    elif batch:
        tokens = tokens * batch
    edges = np.geomspace(tokens[0], tokens[-1] * (1 + 1e-9), BINS + 1)
    place = np.clip(np.searchsorted(edges, tokens, side="right") - 1, 0, BINS - 1)
    count = np.bincount(place, minlength=BINS)
    full = count > 0
    if int(full.sum()) < LEVELS:
        return None
    means = [
        np.bincount(place, weights=column, minlength=BINS)[full] / count[full] for column in (tokens, losses.value)
    ]
    return means[0], means[1]


def _power_law(tokens: np.ndarray, loss: np.ndarray) -> dict[str, Any]:
    """Fit floor + factor·tokens^-exponent to the later half, over a grid of floors, and return the largest residual."""
    half = len(tokens) // 2
    tokens, loss = tokens[half:], loss[half:]
    best: tuple[float, float, float] | None = None
    for floor in np.linspace(0.0, float(loss.min()) * 0.99, 34):
        slope, offset = np.polyfit(np.log(tokens), np.log(loss - floor), 1)
        residual = float(np.abs(np.exp(offset + slope * np.log(tokens)) + floor - loss).max())
        if best is None or residual < best[0]:
            best = residual, -float(slope), float(floor)
    if best is None or not all(map(math.isfinite, best)):
        return {}
    names = ("power_law_residual", "power_law_exponent", "power_law_floor")
    return {name: rounded(value, 3) for name, value in zip(names, best, strict=True)}


def _comparable(curve: ReferenceCurve, declared: Declaration) -> bool:
    size = declared.active_parameters or declared.parameters
    if not size or not declared.vocabulary:
        return False
    apart = abs(math.log(size / curve.parameters)), abs(math.log(declared.vocabulary / curve.vocabulary))
    return apart[0] <= math.log(SIZE_APART) and apart[1] <= math.log(VOCABULARY_APART)


def _faster(tokens: np.ndarray, loss: np.ndarray, curve: ReferenceCurve) -> float:
    """Return how many times fewer tokens this run takes than the reference to the losses that both reach, as a median."""
    theirs = np.minimum.accumulate(np.asarray(curve.loss))
    ours = np.minimum.accumulate(loss)
    low, high = max(theirs[-1], ours[-1]), min(theirs[0], ours[0])
    if high <= low:
        return 1.0
    levels = np.linspace(high, low, LEVELS + 2)[1:-1]
    ratios = [
        math.log(_first(levels_at, np.asarray(curve.tokens), theirs) / _first(levels_at, tokens, ours))
        for levels_at in levels
    ]
    return math.exp(float(np.median(ratios)))


def _first(level: float, tokens: np.ndarray, loss: np.ndarray) -> float:
    """Return the tokens at which a falling curve reaches a loss."""
    return float(np.exp(np.interp(-level, -loss, np.log(np.maximum(tokens, 1.0)))))
