"""A parsed rule set. Every number of points or scale is an exact Decimal."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Text(NamedTuple):
    ko: str
    en: str

    def in_language(self, code: str) -> str:
        return self.en if code.startswith("en") else self.ko


class Labelled(NamedTuple):
    key: str
    title: Text


class Anchor(NamedTuple):
    """What a score of `at` means on one criterion."""

    at: Decimal
    text: Text


@dataclass(frozen=True)
class Criterion:
    """One line of a sheet. `step` is the smallest difference a reviewer may give; None leaves it free."""

    key: str
    title: Text
    minimum: Decimal
    maximum: Decimal
    step: Decimal | None
    guide: Text | None
    anchors: tuple[Anchor, ...]


class Share(NamedTuple):
    """A named share of an index that an outside body composes; for the reader, the body does the sum."""

    name: str
    weight: Decimal


class MeasureSource(NamedTuple):
    """Where a measured value comes from: a central run of a suite, the team's own report, or an outside body."""

    kind: str
    suite: str = ""
    task: str = ""
    metric: str = ""
    body: str = ""


@dataclass(frozen=True)
class Item:
    key: str
    title: Text
    points: Decimal
    source: MeasureSource
    target: Decimal | None  # one target for all; None: each entry's own, frozen with its proposal
    composition: tuple[Share, ...]


@dataclass(frozen=True)
class Formula:
    """How a part's points come about; `sheet`, `reviewers` and the drops are empty for a measured part.

    sheet:     sum | mean                   of the criteria within one sheet
    reviewers: mean | trimmed_mean | sum    of the sheets of one entry
    points:    as_scored                    the value is already in points
               over_scale                   value x points / scale
               own_over_target              value / target x points, at most cap x points
               scale_to_best                value / best entry's value x points
    """

    points: str
    sheet: str = ""
    reviewers: str = ""
    drop_highest: int = 0
    drop_lowest: int = 0
    scale: Decimal | None = None
    cap: Decimal | None = None


class Panel(NamedTuple):
    kind: str
    seats: int
    quorum: int


@dataclass(frozen=True)
class Part:
    key: str
    title: Text
    points: Decimal
    group: str  # empty: stands alone
    kind: str  # sheets | measured
    formula: Formula
    criteria: tuple[Criterion, ...]  # of a part by sheets
    items: tuple[Item, ...]  # of a measured part
    minimum_sheets: int
    panel: Panel | None
    note: Text | None
    proposed_by: int | None = None  # a benchmark that so many teams proposed is taken; None: teams propose none

    def criterion(self, key: str) -> Criterion:
        return next(criterion for criterion in self.criteria if criterion.key == key)


@dataclass(frozen=True)
class Group:
    """Parts that are reported under one heading with a subtotal."""

    key: str
    title: Text
    points: Decimal


@dataclass(frozen=True)
class Gate:
    """A ruling beside the ranking. `ticks` boxes ticked for one dimension oblige the panel to rule; None: by motion."""

    key: str
    title: Text
    dimensions: tuple[Labelled, ...]
    ticks: int | None


class Rounding(NamedTuple):
    """Half-up to `places`, at every item and part, at every part, or at the total alone.

    Averages over the entries are for the reader; no rank rests on them.
    """

    stage: str
    places: int
    average_places: int
    average_total_places: int


class Vote(NamedTuple):
    quorum: str
    approval: str


class Component(NamedTuple):
    key: str
    title: Text
    rule: str  # allowed | declare | forbidden


class Assumption(NamedTuple):
    """A rule that was never published: `path` says which value of the document is ours."""

    path: str
    text: Text


class Publication(NamedTuple):
    title: Text
    date: str
    official: bool


@dataclass(frozen=True)
class RuleSet:
    name: str
    title: Text
    points: Decimal
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]
    suites: tuple[str, ...]  # "<name>/<version>": what the central runs of every entry consist of
    rounding: Rounding
    tie_break: tuple[str, ...]  # keys of parts and groups, the first decides first
    gates: tuple[Gate, ...]
    vote: Vote
    disclosure: dict[str, dict[str, str]]  # subject -> audience -> the phase state from which it is open
    components: tuple[Component, ...]
    assumptions: tuple[Assumption, ...]
    publications: tuple[Publication, ...]
    grace_hours: int = 0  # after the deadline, for the bytes of what was declared in time

    @property
    def titles(self) -> dict[str, Text]:
        """Key -> title of every heading that has points: the groups, then the parts."""
        return {group.key: group.title for group in self.groups} | {part.key: part.title for part in self.parts}

    def part(self, key: str) -> Part:
        return next(part for part in self.parts if part.key == key)

    def parts_of(self, group: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.group == group)
