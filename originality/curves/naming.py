"""Names in a log and what they are taken for: the portal's guess, and every correction of the team beside it."""

import itertools
from typing import Any, NamedTuple

from originality.curves.source import opened
from originality.curves.words import QUANTITIES, quantity_name, whole
from originality.models import TraceMapping, TraceRun

LISTED = 500  # names offered in the list; more are taken when typed in full


class NameRow(NamedTuple):
    """One quantity: the name that is used now, the name that was guessed, and how many points it has."""

    label: str
    used: str
    guessed: str
    points: str


class Correction(NamedTuple):
    """A row of the list: what the mapping changed against the one before it."""

    row: TraceMapping
    changes: list[tuple[str, str, str]]


class Naming(NamedTuple):
    rows: list[NameRow]
    corrections: list[Correction]
    tags: list[str]
    names: list[dict[str, Any]]
    total: int
    used: dict[str, str]

    @property
    def offered(self) -> list[str]:
        return self.tags[:LISTED]

    @property
    def listed(self) -> list[tuple[str, str, str]]:
        """Return the first names of the log with their points and steps."""
        rows = self.names[:LISTED]
        return [(row["name"], whole(row["points"]), _steps(row)) for row in rows]

    @property
    def left_out(self) -> int:
        return max(0, self.total - LISTED)


def naming_of(run: TraceRun) -> Naming:
    """Gather what the document of the logs and the corrections say; the latest correction is what is used."""
    logs: dict[str, Any] = run.logs or {}
    points = {row["name"]: row["points"] for row in logs.get("names", [])}
    mappings = list(run.mappings.all())
    guessed = dict(mappings[0].mapping) if mappings else dict(logs.get("guesses", {}))
    used = dict(mappings[-1].mapping) if mappings else guessed
    rows = [
        NameRow(
            quantity_name(quantity), used.get(quantity, ""), guessed.get(quantity, ""), _points(points, used, quantity)
        )
        for quantity in QUANTITIES
    ]
    corrections = [
        Correction(row, _changes(before.mapping, row.mapping)) for before, row in itertools.pairwise(mappings)
    ]
    names = logs.get("names", [])
    return Naming(rows, corrections, list(points), names, logs.get("names_total", len(names)), used)


def names_in_log(run: TraceRun, naming: Naming) -> list[str]:
    """Return every name that a correction may give; the document lists two thousand, the stored series have all."""
    if naming.total <= len(naming.tags):
        return naming.tags
    with opened(run) as source:
        return source.names() if source else naming.tags


def _steps(row: dict[str, Any]) -> str:
    if row["first"] is None:
        return ""
    return f"{whole(row['first'])}–{whole(row['last'])}"


def _points(points: dict[str, int], used: dict[str, str], quantity: str) -> str:
    tag = used.get(quantity, "")
    return whole(points[tag]) if tag in points else ""


def _changes(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    return [
        (quantity_name(quantity), before.get(quantity, ""), after.get(quantity, ""))
        for quantity in QUANTITIES
        if before.get(quantity, "") != after.get(quantity, "")
    ]
