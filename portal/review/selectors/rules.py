"""What the frozen rule set says to a panel: parts, criteria, boxes, gates, quorum."""

import json
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.common.formats.canonical import canonical_json
from portal.programmes.models import Phase, RuleSetVersion
from portal.programmes.ruleset import Criterion, Gate, Part, RuleSet, Text, parse_ruleset
from portal.review.enums import PanelKind
from portal.review.errors import NotPossible
from portal.review.models import Minutes, Panel, ScoreSheet


class TickBox(NamedTuple):
    key: str  # "<gate>.<dimension>"
    gate: str
    title: Text


def rules_of(phase: Phase) -> RuleSet:
    """The parsed rules of the phase; NotPossible when none is attached yet."""
    if phase.ruleset is None:
        raise NotPossible(_("The phase has no rule set yet; freeze one first."))
    return rules_in(phase.ruleset)


def rules_in(version: RuleSetVersion) -> RuleSet:
    return _parsed(canonical_json(version.document))


@lru_cache(maxsize=32)
def _parsed(document: bytes) -> RuleSet:
    return parse_ruleset(json.loads(document))


def scored_parts(phase: Phase) -> tuple[Part, ...]:
    return tuple(part for part in rules_of(phase).parts if part.kind == "sheets")


def part_of(panel: Panel) -> Part:
    return rules_of(panel.phase).part(panel.part)


def criteria_of(sheet: ScoreSheet) -> tuple[Criterion, ...]:
    return part_of(sheet.assignment.seat.panel).criteria


def gates_of(phase: Phase) -> tuple[Gate, ...]:
    return rules_of(phase).gates


def tick_boxes(phase: Phase) -> list[TickBox]:
    return [
        TickBox(f"{gate.key}.{dimension.key}", gate.key, dimension.title)
        for gate in gates_of(phase)
        for dimension in gate.dimensions
    ]


def boxes_of(sheet: ScoreSheet) -> list[TickBox]:
    """The unscored boxes of a sheet: experts judge originality, users and the public do not."""
    panel = sheet.assignment.seat.panel
    return tick_boxes(panel.phase) if panel.kind == PanelKind.EXPERT else []


def quorum_for(phase: Phase, *, seated: int) -> int:
    """How many of `seated` members must be present."""
    if rules_of(phase).vote.quorum == "two_thirds_of_seated":
        return -(-2 * seated // 3)
    return seated // 2 + 1


def has_carried(minutes: Minutes) -> bool:
    """By majority of the seated, or of those present, as the frozen rule set says. Everybody present votes or abstains."""
    present = minutes.votes_for + minutes.votes_against + minutes.votes_abstained
    by_present = rules_of(minutes.panel.phase).vote.approval == "majority_of_present"
    return minutes.votes_for * 2 > (present if by_present else minutes.seated)


def here(text: Text) -> str:
    """The text in the language of the page."""
    return text.in_language(get_language() or "ko")
