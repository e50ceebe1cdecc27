"""What does a similarity of 0.968 mean? Where it lies among unrelated models, and what so few of them can tell."""

import math
from typing import NamedTuple

from originality.core.baselines import Baselines, Null
from originality.core.errors import InputError

SHARES = frozenset({"r2", "equal", "token_same_id", "token_jaccard"})  # from 0 to 1; the others from -1 to 1


TELLING_P = 0.05  # with fewer pairs than this allows, no percentile says anything


class Explanation(NamedTuple):
    """by_chance is what the compared numbers give in random order, where that is known; percentile is in percent.

    spread is for norm gains: strangers whose gains have this standard deviation, as a share of their mean, give the value
    by chance alone.
    """

    value: float
    kind: str
    percentile: float
    at_or_below: int
    pairs: int
    models: tuple[str, ...]
    mean: float
    sd: float
    lowest: float
    highest: float
    by_chance: float | None
    smallest_p: float
    positive: float | None
    positive_pair: str
    spread: float | None

    @property
    def telling(self) -> bool:
        """Whether there are enough unrelated pairs for a percentile to mean something."""
        return self.smallest_p <= TELLING_P


def known_kinds(baselines: Baselines) -> list[str]:
    return sorted(kind for kind, null in baselines.items() if null.values)


def explain(value: float, *, kind: str, baselines: Baselines) -> Explanation:
    """Place a published figure among unrelated pairs; InputError when its kind is unknown or it cannot be such a figure."""
    null = baselines.get(kind)
    if null is None or not null.values:
        kinds = ", ".join(known_kinds(baselines))
        raise InputError(f"no unrelated pairs are known for kind {kind!r}; there are {kinds or 'none'}")
    least = 0 if kind in SHARES else -1
    if not (math.isfinite(value) and least <= value <= 1):
        raise InputError(f"{value:g} is no figure of kind {kind!r}; it lies between {least} and 1")
    return _explanation(value, null)


def _explanation(value: float, null: Null) -> Explanation:
    return Explanation(
        value=value,
        kind=null.kind,
        percentile=null.percentile(value),
        at_or_below=sum(held <= value for held in null.values),
        pairs=len(null.values),
        models=null.models,
        mean=null.mean,
        sd=null.sd,
        lowest=min(null.values),
        highest=max(null.values),
        by_chance=null.chance_mean,
        smallest_p=null.smallest_p,
        positive=null.positive,
        positive_pair=null.positive_pair,
        spread=gain_spread(value) if null.kind == "norm" else None,
    )


def gain_spread(cosine: float) -> float | None:
    """Solve 1/(1 + CV²) = cosine: gains are positive numbers around one, so the cosine of any two sets is near one."""
    return math.sqrt(1 / cosine - 1) if 0 < cosine < 1 else None


def explanation_lines(found: Explanation) -> list[str]:
    """The answer for a terminal: never the figure alone, and never a ruling."""
    null = f"{found.mean:.3f} ± {found.sd:.3f}, from {found.lowest:.3f} to {found.highest:.3f}"
    lines = [
        f"{found.value:g} ({found.kind}): unrelated models give {null} (N={found.pairs} pairs of {len(found.models)} models)",
        f"{found.at_or_below} of {found.pairs} unrelated pairs lie at or below it: percentile {found.percentile:.0f}",
        f"with {found.pairs} pairs no figure can show less than p = {found.smallest_p:.3f}; a level never follows from it",
    ]
    if not found.telling:
        lines.append("so few unrelated pairs say little: a percentile of 100 among them is no finding")
    if found.by_chance is not None:
        lines.append(f"the numbers of those pairs in random order give {found.by_chance:.3f} on average")
    if found.spread is not None:
        lines.append(
            f"strangers whose gains spread by {found.spread:.0%} around their mean give {found.value:g} by chance alone"
        )
    control = "none at hand" if found.positive is None else f"{found.positive:.3f} ({found.positive_pair})"
    return [*lines, f"a pair of known descent: {control}"]
