"""How rough a loss is: a mean over the tokens of a batch cannot be smoother than sampling them makes it."""

import math
from typing import Any, NamedTuple

import numpy as np

from originality.core.trace.checks.common import Points, data_of, points_of, rounded, spacing, spans_where
from originality.core.trace.checks.writing import units
from originality.core.trace.facts import Facts
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

CHECK = "noise"
BLOCK = 128  # points: the deviation of one block is then known to 6 %
FEWEST = 64
MOST_BLOCKS = 4000
TOKEN_SPREAD = 1.0  # nats: losses of single tokens of text spread by 2 to 3
MARGIN = 2.0
SMOOTHED = -0.25  # likeness of neighbouring differences above which the log keeps a running mean
LONGEST_MEAN = 1000  # values: of a running mean over more nothing is said
GROUND = (
    "standard error of a mean: losses of single tokens spread by more than one nat, so the mean of n of them varies by more "
    "than 1/sqrt(n); neighbours in one text are alike, which only adds; half of it is asked for"
)


class Texture(NamedTuple):
    """One block: deviation of single values, at most what the log allows, and what it is at least."""

    spread: float
    least: float


def noise(logs: Logs, facts: Facts, _: Measures) -> Finding:
    """Compare the roughness of every block of the loss with the smallest that its batch allows."""
    losses, tokens = points_of(logs, "loss"), points_of(logs, "tokens")
    batch = _batch(losses, tokens, facts) if losses is not None else None
    conditions = (
        Precondition("a loss in the logs", losses is not None and losses.total >= FEWEST),
        Precondition("tokens of a batch declared or logged", batch is not None),
    )
    data = data_of(logs, "loss", "tokens")
    if losses is None or losses.total < FEWEST:
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {}, {}, "too few points of the loss", GROUND, data, conditions)
    if batch is None:
        reason = "how many tokens one value is a mean of is not known"
        return Finding(CHECK, Outcome.NOT_APPLICABLE, 0, {}, {}, reason, GROUND, data, conditions)
    outcome, level, figure, expected, reason, flags = _judged(losses, batch=batch, facts=facts)
    spans = spans_where("loss", losses, flags) if level else ()
    return Finding(CHECK, outcome, level, figure, expected, reason, GROUND, data, conditions, spans)


Judged = tuple[Outcome, int, dict[str, Any], dict[str, Any], str, np.ndarray]


def _judged(losses: Points, *, batch: float, facts: Facts) -> Judged:
    """Return outcome, level, figures, expectation, reason, and which points lie in blocks that are too smooth."""
    places = _places(losses.total)
    middle = float(np.median([_likeness(_moves(losses, slice(a, b))) for a, b in places]))
    usual, unit, flags = middle + 4 * 1.25 / math.sqrt(losses.total), units(losses.value), np.zeros(losses.total, bool)
    made = [
        (a, b, texture)
        for a, b in places
        if (texture := _texture(losses, slice(a, b), batch=batch, usual=usual, facts=facts))
    ]
    if not made:
        return Outcome.NOT_SHOWN, 0, {}, {}, "the loss has not left the beginning", flags
    blocks = [(a, b, texture) for a, b, texture in made if float(unit[a:b].max()) <= texture.least]
    if not blocks:
        figure: dict[str, Any] = {"unit": rounded(float(np.median(unit)), 3)}
        expected = {"deviation_at_least": rounded(min(texture.least for _, _, texture in made), 3)}
        return Outcome.NOT_APPLICABLE, 0, figure, expected, "the values are rounded too far to tell their noise", flags
    worst = min((texture for _, _, texture in blocks), key=lambda texture: texture.spread / texture.least)
    figure = {
        "blocks": len(blocks),
        "smallest_deviation": rounded(worst.spread, 3),
        "deviation_of_the_middle_block": rounded(float(np.median([texture.spread for _, _, texture in blocks])), 3),
        "tokens_of_one_value": int(batch),
    }
    expected = {"deviation_at_least": rounded(worst.least, 3)}
    for first, last, texture in blocks:
        flags[first:last] = texture.spread < texture.least
    if flags.any():
        figure["blocks_below"] = sum(1 for _, _, texture in blocks if texture.spread < texture.least)
        reason = "the loss is smoother than a mean over so many tokens can be"
        return Outcome.DEVIATES, TO_EXPLAIN, figure, expected, reason, flags
    if middle > SMOOTHED:
        reason = "the logged loss is a running mean, which hides its noise"
        return Outcome.NOT_APPLICABLE, 0, figure, expected, reason, flags
    return Outcome.SHOWN, 0, figure, expected, "", flags


def _places(count: int) -> list[tuple[int, int]]:
    """Return where blocks begin and end; a long log has longer ones."""
    size = max(BLOCK, count // MOST_BLOCKS)
    places = [(a, min(a + size, count)) for a in range(0, count, size)]
    return [(a, b) for a, b in places if b - a >= FEWEST] or [(0, count)]


def _batch(losses: Points, tokens: Points | None, facts: Facts) -> float | None:
    """Return the most tokens that one value may be a mean of: all since the value before."""
    declared = facts.declaration.batch_tokens if facts.declaration else None
    counted = 0.0
    if tokens is not None and tokens.total > 1:
        usual = np.diff(tokens.value) / np.maximum(np.diff(tokens.step), 1)
        counted = float(np.quantile(usual, 0.9))
    most = max(float(declared or 0), counted)
    return most * max(1.0, spacing(losses)) if most > 0 else None


def _moves(losses: Points, part: slice) -> np.ndarray:
    """Return the differences of neighbouring values less a straight line through them."""
    moved = np.diff(losses.value[part])
    steps = np.arange(len(moved), dtype=float)
    return np.asarray(moved - np.polyval(np.polyfit(steps, moved, 1), steps))


def _likeness(moved: np.ndarray) -> float:
    """Return the correlation of neighbouring differences: −1/2 of independent values, near 0 of a running mean."""
    square = float((moved**2).mean())
    return float((moved[1:] * moved[:-1]).mean()) / square if square > 0 else -0.5


def _texture(losses: Points, part: slice, *, batch: float, usual: float, facts: Facts) -> Texture | None:
    """Return the deviation of single values of a block from its differences; None near the beginning, where all tokens are alike.

    An exponential mean with factor a gives differences whose neighbours correlate by (a − 1)/2, and a deviation of
    (1 − a)·sqrt(2/(1 + a)) times that of a single value: both are undone here, with a as large as the block (three
    standard errors) or the middle block (four, `usual`) allows.
    """
    values = losses.value[part]
    level = float(np.median(values))
    size = facts.declaration.vocabulary if facts.declaration else None
    if (size and level > math.log(size) - 0.5) or (not size and part.start == 0) or level <= 0:
        return None
    moved = _moves(losses, part)
    spread = float(moved.std())
    least = min(TOKEN_SPREAD, level) / math.sqrt(batch) / MARGIN
    together = max(usual, _likeness(moved) + 3 / math.sqrt(len(moved)))
    share = min(max(0.0, 1 + 2 * together), 1.0)
    if share > 1 - 2 / LONGEST_MEAN or together > -0.05:
        return Texture(spread / math.sqrt(2) * LONGEST_MEAN, least)
    return Texture(spread * math.sqrt((1 + share) / 2) / (1 - share), least)
