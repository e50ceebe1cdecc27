"""The rubric form as data: one row per criterion of the frozen rule set, with anchors and what is typed so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.programmes.ruleset import Criterion
from portal.review.models import ScoreSheet
from portal.review.selectors.rules import boxes_of, criteria_of, here
from portal.review.selectors.sheets import fault_of

FEW = 7  # up to so many steps are offered as buttons, more are typed


@dataclass(frozen=True)
class RubricRow:
    key: str
    title: str
    guide: str
    minimum: str
    maximum: str
    step: str  # "any" when the rule set leaves it free
    anchors: tuple[tuple[str, str], ...]
    choices: tuple[str, ...]
    value: str
    comment: str
    fault: str


@dataclass(frozen=True)
class BoxRow:
    key: str
    title: str
    ticked: bool


def rubric(sheet: ScoreSheet, values: Mapping[str, Any], *, strict: bool = False) -> list[RubricRow]:
    """`values` as from `current_values`; with `strict`, an empty score is a fault too."""
    scores, comments = values["scores"], values["comments"]
    return [
        _row(criterion, scores.get(criterion.key, ""), comments.get(criterion.key, ""), strict=strict)
        for criterion in criteria_of(sheet)
    ]


def _row(criterion: Criterion, value: str, comment: str, *, strict: bool) -> RubricRow:
    return RubricRow(
        key=criterion.key,
        title=here(criterion.title),
        guide=here(criterion.guide) if criterion.guide else "",
        minimum=str(criterion.minimum),
        maximum=str(criterion.maximum),
        step=str(criterion.step) if criterion.step else "any",
        anchors=tuple((str(anchor.at), here(anchor.text)) for anchor in criterion.anchors),
        choices=_choices(criterion),
        value=value,
        comment=comment,
        fault=fault_of(criterion, value, allow_empty=not strict),
    )


def _choices(criterion: Criterion) -> tuple[str, ...]:
    if not criterion.step:
        return ()
    count = int((criterion.maximum - criterion.minimum) / criterion.step) + 1
    if count > FEW:
        return ()
    return tuple(str(criterion.minimum + criterion.step * Decimal(n)) for n in range(count))


def boxes(sheet: ScoreSheet, ticked: Iterable[str]) -> list[BoxRow]:
    on = set(ticked)
    return [BoxRow(box.key, here(box.title), box.key in on) for box in boxes_of(sheet)]
