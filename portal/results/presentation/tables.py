"""The table of a round: teams in order, their cells, what the columns mean."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.functional import Promise

from portal.results.presentation.words import CLASSES, REASONS, Tag, basis_text, here, outcome_tag, verdict_tag

Document = dict[str, Any]
NO_RANK = 10**6


class Column(NamedTuple):
    key: str
    title: str
    of: str


@dataclass(frozen=True)
class Figure:
    """A number with its class; `share` is its part of the possible, in percent, for the bar."""

    value: str
    number_class: str
    share: int | None = None

    @property
    def class_name(self) -> str | Promise:
        return CLASSES[self.number_class][0]


@dataclass(frozen=True)
class GateLine:
    title: str
    tag: Tag
    ruling: str


@dataclass(frozen=True)
class TeamLine:
    code: str
    name: str
    lead: str
    members: int
    rank: int | None
    rank_by_score: int | None
    total: Figure | None
    cells: list[Figure | None]
    outcome: Tag | None
    basis: str | Promise
    gates: list[GateLine]
    unranked: list[str]


@dataclass(frozen=True)
class Table:
    columns: list[Column]
    teams: list[TeamLine]
    averages: list[Figure | None]
    best: list[Figure | None]
    total_of: str
    classes: list[tuple[str | Promise, str | Promise]]

    @property
    def has_points(self) -> bool:
        return any(any(team.cells) for team in self.teams)

    @property
    def has_summary(self) -> bool:
        return any(self.averages) or any(self.best)


def table_of(document: Document) -> Table:
    rules = document["ruleset"]["document"]
    columns = [Column(part["key"], here(part["title"]), _plain(part["points"])) for part in rules["parts"]]
    total_of = _plain(rules["points"])
    teams = [_team(entry, columns, document) for entry in document["entries"]]
    averages, best = document["summary"]["averages"], document["summary"]["best"]
    return Table(
        columns=columns,
        teams=sorted(teams, key=_order),
        averages=_summary({**averages["points"], "total": averages["total"]} if averages else {}, columns, total_of),
        best=_summary(best or {}, columns, total_of),
        total_of=total_of,
        classes=[CLASSES[name] for name in CLASSES if f'"class":"{name}"' in _compact(document)],
    )


def title_of(document: Document, part: str) -> str:
    rows = document["ruleset"]["document"]["parts"]
    return next((here(row["title"]) for row in rows if row["key"] == part), part)


def gates_of(entry: Document, document: Document) -> list[GateLine]:
    titles = {gate["key"]: here(gate["title"]) for gate in document["ruleset"]["document"].get("gates", [])}
    return [
        GateLine(titles.get(row["gate"], row["gate"]), verdict_tag(row["verdict"]), row["ruling"])
        for row in entry["gates"]
    ]


def figure(number: Document | None, of: str | None = None) -> Figure | None:
    if number is None:
        return None
    return Figure(number["value"], number["class"], _share(number["value"], of))


def unranked_of(entry: Document, document: Document) -> list[str]:
    return [f"{title_of(document, row['part'])}: {REASONS.get(row['code'], row['code'])}" for row in entry["unranked"]]


def _team(entry: Document, columns: list[Column], document: Document) -> TeamLine:
    points = {part["part"]: part["points"] for part in entry["parts"]}
    lead = next((row for row in entry["institutions"] if row["role"] == "lead"), None)
    rank, outcome = entry["rank"] or {}, entry["outcome"]
    return TeamLine(
        code=entry["code"],
        name=here(entry["name"]),
        lead=here(lead["name"]) if lead else "",
        members=len(entry["institutions"]),
        rank=rank.get("among_eligible"),
        rank_by_score=rank.get("by_score"),
        total=figure(entry["total"], _plain(document["ruleset"]["document"]["points"])),
        cells=[figure(points.get(column.key), column.of) for column in columns],
        outcome=outcome_tag(outcome["outcome"]) if outcome else None,
        basis=basis_text(outcome["basis"]) if outcome else "",
        gates=gates_of(entry, document),
        unranked=unranked_of(entry, document),
    )


def _order(team: TeamLine) -> tuple[int, int, str]:
    """Those who advance first, then by rank where it is public, then by code."""
    advances = 0 if team.outcome and team.outcome.tone == "success" else 1
    return advances, team.rank or team.rank_by_score or NO_RANK, team.code


def _summary(numbers: Document, columns: list[Column], total_of: str) -> list[Figure | None]:
    cells = [figure(numbers.get(column.key), column.of) for column in columns]
    return [*cells, figure(numbers.get("total"), total_of)]


def _share(value: str, of: str | None) -> int | None:
    if not of or Decimal(of) <= 0:
        return None
    return max(0, min(100, round(Decimal(value) / Decimal(of) * 100)))


def _plain(points: Any) -> str:
    return str(points)


def _compact(document: Document) -> str:
    return json.dumps(document, separators=(",", ":"))
