"""The closed vocabulary of formulas, on exact numbers. Points for one part of one entry, or the reason there are none."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from portal.programmes.ruleset import Formula, Item, Part
from portal.review.scoring.inputs import Measurement, Sheet
from portal.review.scoring.numbers import mean, show_exact


class Reason(NamedTuple):
    """Why an entry has no points for a part. `code` is for translations, `detail` for the reader of the file."""

    part: str
    where: str  # digest of a sheet, key of an item, or nothing
    code: str
    detail: str


class SheetValue(NamedTuple):
    digest: str
    value: Fraction


@dataclass(frozen=True)
class Raw:
    """A part of an entry before its points: one value of the sheets, or one per item; `trace` leads to the inputs."""

    values: dict[str, Fraction]  # item key -> value; the empty key for a part by sheets
    targets: dict[str, Fraction]
    trace: list[dict[str, Any]]
    reasons: tuple[Reason, ...] = ()


def raw_of_sheets(part: Part, sheets: list[Sheet], *, expected: int) -> Raw:
    """`expected` is the largest number of sheets that any entry has for this part."""
    reasons = _holes(part, sheets) + _too_few(part, len(sheets), expected=expected)
    if reasons:
        return Raw({}, {}, [], tuple(reasons))
    values = sorted(
        (SheetValue(sheet.digest, _sheet_value(part, sheet)) for sheet in sheets),
        key=lambda row: (row.value, row.digest),
    )
    used = values[part.formula.drop_lowest : len(values) - part.formula.drop_highest]
    numbers = [row.value for row in used]
    value = sum(numbers, Fraction()) if part.formula.reviewers == "sum" else mean(numbers)
    trace = [{"sheet": row.digest, "value": show_exact(row.value), "used": row in used} for row in values]
    return Raw({"": value}, {}, sorted(trace, key=lambda row: str(row["sheet"])))


def _holes(part: Part, sheets: list[Sheet]) -> list[Reason]:
    return [
        Reason(part.key, sheet.digest, "score_missing", f"no finite score for {key!r}")
        for sheet in sheets
        for key, score in sheet.scores.items()
        if score is None
    ]


def _too_few(part: Part, count: int, *, expected: int) -> list[Reason]:
    if count < part.minimum_sheets:
        return [Reason(part.key, "", "too_few_sheets", f"{count} sheets, the rule asks for {part.minimum_sheets}")]
    if part.formula.reviewers == "sum" and count < expected:
        return [Reason(part.key, "", "uneven_sheets", f"{count} sheets, others have {expected}: sums do not compare")]
    return []


def _sheet_value(part: Part, sheet: Sheet) -> Fraction:
    scores = [Fraction(score) for score in sheet.scores.values() if score is not None]
    return mean(scores) if part.formula.sheet == "mean" else sum(scores, Fraction())


def raw_of_items(part: Part, measurements: list[Measurement]) -> Raw:
    rows = {row.item: row for row in measurements}
    reasons = [reason for item in part.items if (reason := _problem(part, item, rows.get(item.key)))]
    values = {key: Fraction(row.value) for key, row in rows.items() if row.value is not None}
    targets = {key: Fraction(row.target) for key, row in rows.items() if row.target is not None}
    trace = [{**rows[item.key].row} for item in part.items if item.key in rows]
    return Raw(values, targets, trace, tuple(reasons))


def _problem(part: Part, item: Item, row: Measurement | None) -> Reason | None:
    if row is None or row.value is None:
        return Reason(part.key, item.key, "value_missing", "no finite value")
    highest = {"over_scale": part.formula.scale, "as_scored": item.points}.get(part.formula.points)
    if row.value < 0 or (highest is not None and row.value > highest):
        return Reason(part.key, item.key, "value_out_of_range", f"{row.value} is outside of its scale")
    if part.formula.points == "own_over_target" and (row.target is None or row.target <= 0):
        return Reason(part.key, item.key, "target_missing", "no target above 0")
    return None


def points_of(
    formula: Formula, *, value: Fraction, points: Fraction, target: Fraction | None, best: Fraction | None
) -> Fraction:
    """`best` is the highest value of any entry; it is above 0 whenever the formula asks for it."""
    rules: dict[str, Callable[[], Fraction]] = {
        "as_scored": lambda: value,
        "over_scale": lambda: value * points / Fraction(formula.scale or 1),
        "own_over_target": lambda: min(value / (target or Fraction(1)), Fraction(formula.cap or 1)) * points,
        "scale_to_best": lambda: value * points / (best or Fraction(1)),
    }
    return rules[formula.points]()
