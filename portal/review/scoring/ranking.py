"""Ranks. Equal keys share a rank, and the next one counts on: 1, 2, 2, 4."""

from collections.abc import Mapping
from fractions import Fraction

from portal.programmes.ruleset import RuleSet

Key = tuple[Fraction, ...]


def rank(keys: Mapping[str, Key]) -> dict[str, int]:
    """Entry code -> rank, the highest key first.

    >>> rank({"A": (Fraction(2),), "B": (Fraction(3),), "C": (Fraction(2),)})
    {'A': 2, 'B': 1, 'C': 2}
    """
    return {code: 1 + sum(other > key for other in keys.values()) for code, key in keys.items()}


def ranking_key(total: Fraction, *, subtotals: Mapping[str, Fraction], ruleset: RuleSet) -> Key:
    """The total as it is published, then the parts and groups of the tie-break in their order."""
    return (total, *(subtotals[key] for key in ruleset.tie_break))
