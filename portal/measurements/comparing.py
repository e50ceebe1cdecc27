"""A reported figure against the same figure run again: difference, interval, verdict. No Django.

The rule is published before the draw. The interval of (reported - reproduced) at the published level is taken item by
item where both sides have the same items, else from both standard errors, as if the two were independent (which is
wider for the same items, to the team's favour). The figure is reproduced when the interval meets the tolerance.

What the team says of its own spread is not trusted: its standard error counts up to 1.5 times that of the portal's run
(where that has none, up to the binomial error of a share over the run's items), its values by item count only within the
range of the run's, and an interval item by item is never wider than the one from both errors.

>>> rule = Rule(level="0.95", tolerance="0.01")
>>> compare(Figure("0.62", "0.02"), Figure("0.60", "0.02"), rule=rule)
Comparison(difference='0.02', low='-0.035436', high='0.075436', paired=False, agrees=True)
>>> compare(Figure("0.72", "0.02"), Figure("0.60", "0.02"), rule=rule).agrees
False
>>> compare(Figure("0.72", "0.50"), Figure("0.60", "0.02"), rule=rule).agrees
False
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

PLACES = 6
LEVELS = ("0.90", "0.95", "0.99")
MOST_SPREAD = 1.5  # of the team's standard error, in those of the run
ROUNDED = 5e-4  # how far a reported figure may be from the mean of its own samples: logs round to three places


class Figure(NamedTuple):
    """Value and standard error as decimal text in the harness's unit; "" where there is no error.

    `n` counts the items of a share of 1 (accuracy and its like), and is 0 for other metrics.
    """

    value: str
    stderr: str = ""
    n: int = 0


class Rule(NamedTuple):
    """`level` is two-sided; `tolerance` is a difference that means nothing, in the harness's unit."""

    level: str
    tolerance: str

    @property
    def z(self) -> float:
        return NormalDist().inv_cdf((1 + float(self.level)) / 2)


class Comparison(NamedTuple):
    """`difference` is reported - reproduced; all numbers are decimal text with at most six places."""

    difference: str
    low: str
    high: str
    paired: bool
    agrees: bool


def compare(
    reported: Figure,
    reproduced: Figure,
    *,
    rule: Rule,
    items: tuple[Mapping[str, float], Mapping[str, float]] | None = None,
) -> Comparison:
    """Compare two figures; `items` are (reported, reproduced) values by item, used when they are about the same items."""
    pairs = _pairs(*items, reported=float(reported.value)) if items else []
    difference = float(Decimal(reported.value) - Decimal(reproduced.value))
    widest = math.hypot(believed_error(reported, reproduced), float(reproduced.stderr or 0))
    error = min(_paired_error(pairs), widest) if pairs else widest
    low, high = difference - rule.z * error, difference + rule.z * error
    tolerance = float(rule.tolerance)
    slack = 10 ** -(PLACES + 3)  # binary fractions: 0.6 - 0.5 is a little less than 0.1
    agrees = low <= tolerance + slack and high >= -tolerance - slack
    return Comparison(_text(difference), _text(low), _text(high), bool(pairs), agrees)


def _pairs(mine: Mapping[str, float], theirs: Mapping[str, float], *, reported: float) -> list[float]:
    """Differences item by item; none when the items differ, or when the samples cannot be those of the reported figure."""
    if len(mine) < 2 or mine.keys() != theirs.keys() or abs(fmean(mine.values()) - reported) > ROUNDED:
        return []
    low, high = min(theirs.values(), default=0.0), max(theirs.values(), default=0.0)
    if min(mine.values()) < min(low, 0.0) or max(mine.values()) > max(high, 1.0):
        return []
    return [mine[key] - theirs[key] for key in sorted(mine)]


def _paired_error(differences: list[float]) -> float:
    return stdev(differences) / math.sqrt(len(differences))


def believed_error(reported: Figure, reproduced: Figure) -> float:
    """The team's standard error as far as the portal's own run makes it likely; 0 where the team gave none."""
    said = float(reported.stderr or 0)
    if reproduced.stderr:
        return min(said, MOST_SPREAD * float(reproduced.stderr))
    share = float(reproduced.value)
    return min(said, math.sqrt(share * (1 - share) / reproduced.n)) if reproduced.n and 0 <= share <= 1 else 0.0


def _text(number: float) -> str:
    """At most six places, no exponent, no negative zero."""
    rounded = Decimal(repr(round(number, PLACES))).normalize()
    return format(abs(rounded) if rounded == 0 else rounded, "f")
