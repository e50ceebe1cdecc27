"""Who would go under other weights: a view of a tally that is over, never the basis of a decision.

The points of every part are kept as shares of what the part can give, and the weights of the parts are varied with
their sum held. Twice: over a grid around the published weights, ranked exactly as the tally ranks (rounded total,
tie-break); and exactly, part by part: while one weight runs from nothing to everything and the others keep their
proportions, every total is a straight line, so the weights at which somebody else would go are crossings of lines.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from portal.programmes.ruleset import RuleSet
from portal.review.scoring.inputs import TallyError, parse_bundle
from portal.review.scoring.numbers import round_half_up, show, show_exact
from portal.review.scoring.outcome import Standing, standings_of
from portal.review.scoring.ranking import rank, ranking_key

SCHEMA = "sensitivity/1"
STEP, REACH = 5, 2  # points, and how many of them each weight is moved up and down
MOST_PARTS = 6  # 5^6 weightings; beyond, points are moved between two parts at a time

Weights = dict[str, Fraction]
Ahead = tuple[str, ...]  # codes of the entries that would go on, in the order of the codes


@dataclass(frozen=True)
class Field:
    """The eligible, ranked entries: code -> part -> share of the part's points (0 to 1, or above where a cap allows)."""

    shares: dict[str, Weights]
    published: Weights
    ruleset: RuleSet
    seats: int

    @property
    def whole(self) -> Fraction:
        return sum(self.published.values(), Fraction())


class Span(NamedTuple):
    """The weights of one part, from and to, between which the same entries would go on."""

    first: Fraction
    last: Fraction
    ahead: Ahead


def sensitivity(bundle: dict[str, Any], *, seats: int) -> dict[str, Any]:
    """The document of a bundle "tally-input/1" for `seats` places. TallyError names what cannot be counted and where.

    A rehearsal, and a field in which everybody goes on, has no other outcome and so no weightings.
    """
    parsed = parse_bundle(bundle)
    standings = [row for row in standings_of(parsed) if row.total is not None and row.eligible]
    field = _field(standings, ruleset=parsed.ruleset, seats=seats)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "input_digest": parsed.input_digest,
        "ruleset_digest": parsed.ruleset_digest,
        "seats": seats,
        "entries": sorted(field.shares),
        "published": {key: show_exact(weight) for key, weight in field.published.items()},
    }
    if parsed.rehearsal or not 0 < seats < len(field.shares):
        return {**document, "ahead": [], "grid": None, "parts": []}
    return {
        **document,
        "ahead": list(ahead_under(field, field.published)),
        "grid": _grid(field),
        "parts": [_part(field, key) for key in field.published if field.published[key] < field.whole],
    }


def _field(standings: Sequence[Standing], *, ruleset: RuleSet, seats: int) -> Field:
    published = {part.key: Fraction(part.points) for part in ruleset.parts}
    shares = {
        row.code: {result.part.key: (result.points or Fraction()) / published[result.part.key] for result in row.parts}
        for row in standings
    }
    return Field(shares, published, ruleset, seats)


def ahead_under(field: Field, weights: Mapping[str, Fraction]) -> Ahead:
    """Who goes on when the parts weigh so: ranked as the tally ranks, total rounded, ties broken by the rule set's order."""
    keys = {}
    for code, shares in field.shares.items():
        points = {key: shares[key] * weight for key, weight in weights.items()}
        for group in field.ruleset.groups:
            points[group.key] = sum((points[part.key] for part in field.ruleset.parts_of(group.key)), Fraction())
        total = sum((points[key] for key in weights), Fraction())
        rounded = round_half_up(total, field.ruleset.rounding.places)
        keys[code] = ranking_key(rounded, subtotals=points, ruleset=field.ruleset)
    return tuple(sorted(code for code, place in rank(keys).items() if place <= field.seats))


def _grid(field: Field) -> dict[str, Any]:
    outcomes: dict[Ahead, list[Weights]] = {}
    for weights in weightings(field.published):
        outcomes.setdefault(ahead_under(field, weights), []).append(weights)
    count = sum(len(found) for found in outcomes.values())
    on = Counter(code for ahead, found in outcomes.items() for code in ahead for _weights in found)
    rows = sorted(outcomes.items(), key=lambda row: (-len(row[1]), row[0]))
    return {
        "step": str(STEP),
        "reach": str(STEP * REACH),
        "weightings": count,
        "entries": [
            {"entry": code, "goes_on": on[code], "percent": show(Fraction(100 * on[code], count), 1)}
            for code in sorted(field.shares)
        ],
        "outcomes": [_outcome(field, ahead, found) for ahead, found in rows],
    }


def _outcome(field: Field, ahead: Ahead, found: list[Weights]) -> dict[str, Any]:
    """One set of entries going on, with the weighting nearest to the published one that gives it."""

    def moved(weights: Weights) -> Fraction:
        return sum((abs(weight - field.published[key]) for key, weight in weights.items()), Fraction()) / 2

    nearest = min(found, key=lambda weights: (moved(weights), sorted(weights.items())))
    return {
        "ahead": list(ahead),
        "weightings": len(found),
        "moved": show_exact(moved(nearest)),
        "nearest": {key: show_exact(weight) for key, weight in nearest.items()},
    }


def weightings(published: Weights) -> Iterator[Weights]:
    """The published weights and those around it, in steps, with the same sum and none below zero; in a fixed order."""
    keys = list(published)
    if len(keys) <= MOST_PARTS:
        for steps in _steps(len(keys), left=0):
            weights = {key: published[key] + STEP * step for key, step in zip(keys, steps, strict=True)}
            if min(weights.values()) >= 0:
                yield weights
        return
    yield dict(published)
    for gains, loses in ((a, b) for pair in combinations(keys, 2) for a, b in (pair, pair[::-1])):
        for step in range(1, REACH + 1):
            if published[loses] >= STEP * step:
                yield {
                    **published,
                    gains: published[gains] + STEP * step,
                    loses: published[loses] - STEP * step,
                }


def _steps(parts: int, *, left: int) -> Iterator[tuple[int, ...]]:
    """Every way to move `parts` weights by -REACH to REACH steps that adds up to `left`."""
    if parts == 1:
        if abs(left) <= REACH:
            yield (left,)
        return
    for step in range(-REACH, REACH + 1):
        if abs(left - step) <= REACH * (parts - 1):
            yield from ((step, *rest) for rest in _steps(parts - 1, left=left - step))


def spans_of(field: Field, part: str) -> list[Span]:
    """The whole way of one part's weight, cut where another set of entries would go on. Exact totals, no rounding."""
    lines = {code: _line(field, shares, part) for code, shares in field.shares.items()}
    cuts = {Fraction(), field.whole}
    for (start, slope), (other_start, other_slope) in combinations(lines.values(), 2):
        if slope != other_slope:
            crossing = (other_start - start) / (slope - other_slope)
            if 0 < crossing < field.whole:
                cuts.add(crossing)
    found: list[Span] = []
    ordered = sorted(cuts)
    for first, last in pairwise(ordered):
        ahead = _ahead_at(lines, (first + last) / 2, seats=field.seats)
        if found and found[-1].ahead == ahead:
            found[-1] = found[-1]._replace(last=last)
        else:
            found.append(Span(first, last, ahead))
    return found


def _line(field: Field, shares: Weights, part: str) -> tuple[Fraction, Fraction]:
    """(total at weight 0, gain per point of weight): the others share what is left in their published proportions."""
    rest = sum((weight * shares[key] for key, weight in field.published.items() if key != part), Fraction())
    others = rest / (field.whole - field.published[part])  # share of the points that the other parts can give
    return others * field.whole, shares[part] - others


def _ahead_at(lines: Mapping[str, tuple[Fraction, Fraction]], weight: Fraction, *, seats: int) -> Ahead:
    places = rank({code: (start + slope * weight,) for code, (start, slope) in lines.items()})
    return tuple(sorted(code for code, place in places.items() if place <= seats))


def _part(field: Field, key: str) -> dict[str, Any]:
    return {
        "part": key,
        "published": show_exact(field.published[key]),
        "spans": [
            {
                "from": show(span.first, 2),
                "to": show(span.last, 2),
                "exact": [str(span.first), str(span.last)],
                "ahead": list(span.ahead),
                "holds_published": span.first <= field.published[key] <= span.last,
            }
            for span in spans_of(field, key)
        ],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m portal.review.scoring.sensitivity BUNDLE.json SEATS` prints the document, anywhere, without Django."""
    parser = argparse.ArgumentParser(
        prog="portal.review.scoring.sensitivity", description="Who would go under other weights."
    )
    parser.add_argument("bundle", type=Path, help='a JSON file with the schema "tally-input/1"')
    parser.add_argument("seats", type=int, help="how many go on")
    options = parser.parse_args(arguments)
    try:
        document = sensitivity(json.loads(options.bundle.read_text(encoding="utf-8")), seats=options.seats)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, TallyError) as error:
        print(f"{options.bundle}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
