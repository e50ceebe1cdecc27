"""Every part of every entry: raw values first, then points, because a scale may hang on the best of all."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from portal.programmes.ruleset import Part, RuleSet
from portal.review.scoring.formulas import Raw, Reason, points_of, raw_of_items, raw_of_sheets
from portal.review.scoring.inputs import Bundle
from portal.review.scoring.numbers import round_half_up, show_exact


@dataclass(frozen=True)
class PartResult:
    """Points as they count towards the total, or None with the reasons."""

    part: Part
    points: Fraction | None
    reasons: tuple[Reason, ...] = ()
    trace: dict[str, Any] = field(default_factory=dict)


def results_of(part: Part, bundle: Bundle) -> dict[str, PartResult]:
    """Entry code -> result of this part."""
    raws = _raws(part, bundle)
    best = _best(part, raws)
    return {code: _result(part, raw, best=best, ruleset=bundle.ruleset) for code, raw in raws.items()}


def _raws(part: Part, bundle: Bundle) -> dict[str, Raw]:
    if part.kind == "measured":
        rows = {
            code: [row for row in bundle.measurements if (row.entry, row.part) == (code, part.key)]
            for code in bundle.names
        }
        return {code: raw_of_items(part, own) for code, own in rows.items()}
    sheets = {
        code: [row for row in bundle.sheets if (row.entry, row.part) == (code, part.key)] for code in bundle.names
    }
    expected = max(len(own) for own in sheets.values())
    return {code: raw_of_sheets(part, own, expected=expected) for code, own in sheets.items()}


def _best(part: Part, raws: dict[str, Raw]) -> dict[str, Fraction]:
    """The highest value of any entry, ruled out or not: gates come after the score and do not change it."""
    best: dict[str, Fraction] = {}
    for raw in raws.values():
        for key, value in raw.values.items():
            best[key] = max(value, best.get(key, value))
    return best


def _result(part: Part, raw: Raw, *, best: dict[str, Fraction], ruleset: RuleSet) -> PartResult:
    reasons = raw.reasons or _nothing_to_scale_to(part, raw, best=best)
    if reasons:
        return PartResult(part, None, reasons)
    if part.kind == "measured":
        return _measured_result(part, raw, best=best, ruleset=ruleset)
    value = raw.values[""]
    exact = points_of(part.formula, value=value, points=Fraction(part.points), target=None, best=best[""])
    trace: dict[str, Any] = {"value": show_exact(value), "sheets": raw.trace}
    if part.formula.points == "scale_to_best":
        trace["best"] = show_exact(best[""])
    return PartResult(part, rounded_at(("item", "part"), exact, ruleset), trace={**trace, "exact": show_exact(exact)})


def _nothing_to_scale_to(part: Part, raw: Raw, *, best: dict[str, Fraction]) -> tuple[Reason, ...]:
    if part.formula.points != "scale_to_best":
        return ()
    zeros = [key for key in raw.values if best[key] <= 0]
    return tuple(Reason(part.key, key, "best_is_zero", "the best value is 0: nothing to scale to") for key in zeros)


def _measured_result(part: Part, raw: Raw, *, best: dict[str, Fraction], ruleset: RuleSet) -> PartResult:
    total, rows = Fraction(), []
    given = {row["item"]: row for row in raw.trace}
    for item in part.items:
        exact = points_of(
            part.formula,
            value=raw.values[item.key],
            points=Fraction(item.points),
            target=raw.targets.get(item.key),
            best=best[item.key],
        )
        counted = rounded_at(("item",), exact, ruleset)
        total += counted
        rows.append(_item_row(given[item.key], raw=raw, points=counted, exact=exact, best=best[item.key], part=part))
    exact_total = show_exact(total)
    return PartResult(part, rounded_at(("item", "part"), total, ruleset), trace={"items": rows, "exact": exact_total})


def _item_row(
    given: dict[str, Any], *, raw: Raw, points: Fraction, exact: Fraction, best: Fraction, part: Part
) -> dict[str, Any]:
    """What was measured, where, and what came of it."""
    key = given["item"]
    row = {
        "item": key,
        "value": show_exact(raw.values[key]),
        "points": show_exact(points),
        "exact": show_exact(exact),
        "stderr": given.get("stderr"),
        "source": given.get("source"),
    }
    if part.formula.points == "own_over_target":
        row["target"] = show_exact(raw.targets[key])
    if part.formula.points == "scale_to_best":
        row["best"] = show_exact(best)
    return row


def rounded_at(stages: tuple[str, ...], value: Fraction, ruleset: RuleSet) -> Fraction:
    """The value rounded half-up if the rule set rounds at one of these stages, else as it is."""
    rounding = ruleset.rounding
    return round_half_up(value, rounding.places) if rounding.stage in stages else value
