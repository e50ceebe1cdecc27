"""Programme files: a programme, its phases with dates, and the rule set file of each."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from portal.common.time import KST
from portal.programmes.ruleset import RuleSetError, Text, parse_ruleset
from portal.programmes.ruleset.reader import Node, gettext_noop, must_differ
from portal.programmes.yaml_reader import parse_yaml

SCHEMA = "programme/1"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOMENT = re.compile(r"(?:\+(?P<days>\d{1,4})d|(?P<date>\d{4}-\d{2}-\d{2})) (?P<time>\d{2}:\d{2})")

NO_SLUG = gettext_noop("%(value)r is not a short name: lower case letters, digits and single hyphens.")
NO_MOMENT = gettext_noop("%(value)r is no moment; write '2026-02-12 16:00' or '+30d 16:00', in Korean time.")


@dataclass(frozen=True)
class PhasePlan:
    number: int
    slug: str
    name: Text
    rules: dict[str, Any]
    seats: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    objection_days: int
    embargo_until: datetime | None
    is_rehearsal: bool


@dataclass(frozen=True)
class ProgrammePlan:
    slug: str
    name: Text
    phases: tuple[PhasePlan, ...]


def read_programme(path: Path, *, today: date) -> ProgrammePlan:
    """RuleSetError names the value in question; one inside a rule set file starts with that file's name."""
    root = Node(read_yaml(path))
    root.at("schema").choice((SCHEMA,))
    root.allow_only("schema", "slug", "name", "phases")
    rows = root.rows("phases", required=True)
    must_differ(rows, "slug")
    return ProgrammePlan(
        slug=_slug(root.at("slug")),
        name=root.at("name").both(),
        phases=tuple(_phase(row, folder=path.parent, today=today) for row in rows),
    )


def read_yaml(path: Path) -> Any:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise RuleSetError(path.name, gettext_noop("there is no such file.")) from None
    return parse_yaml(content, name=path.name)


def _phase(row: Node, *, folder: Path, today: date) -> PhasePlan:
    row.allow_only(
        "number", "slug", "name", "rules", "seats", "opens_at", "closes_at", "objection_days", "embargo_until", "rehearsal",
    )  # fmt: skip
    opens_at, closes_at = _moment(row, "opens_at", today=today), _moment(row, "closes_at", today=today)
    if opens_at and closes_at and closes_at <= opens_at:
        raise row.at("closes_at").error(gettext_noop("lies before opens_at."))
    return PhasePlan(
        number=row.at("number").integer(minimum=1),
        slug=_slug(row.at("slug")),
        name=row.at("name").both(),
        rules=_rules(row.at("rules"), folder=folder),
        seats=row.at("seats").integer() if row.has("seats") else None,
        opens_at=opens_at,
        closes_at=closes_at,
        objection_days=row.at("objection_days").integer(minimum=1) if row.has("objection_days") else 10,
        embargo_until=_moment(row, "embargo_until", today=today),
        is_rehearsal=row.at("rehearsal").flag() if row.has("rehearsal") else False,
    )


def _rules(node: Node, *, folder: Path) -> dict[str, Any]:
    name = node.text()
    if Path(name).name != name:
        raise node.error(gettext_noop("%(value)r must be the name of a file in the same folder."), value=name)
    document = read_yaml(folder / name)
    try:
        parse_ruleset(document)
    except RuleSetError as error:
        raise error.at(f"{name}: {error.path}".rstrip(": ")) from error
    return dict(document)


def _slug(node: Node) -> str:
    if not SLUG.fullmatch(node.text()):
        raise node.error(NO_SLUG, value=node.value)
    return node.text()


def _moment(row: Node, key: str, *, today: date) -> datetime | None:
    """A moment in Korean time: "2026-02-12 16:00", or "+30d 16:00" counted from the day of loading."""
    if not row.has(key):
        return None
    node = row.at(key)
    found = MOMENT.fullmatch(node.text())
    if not found:
        raise node.error(NO_MOMENT, value=node.value)
    try:
        day = date.fromisoformat(found["date"]) if found["date"] else today + timedelta(days=int(found["days"]))
        return datetime.combine(day, time.fromisoformat(found["time"]), tzinfo=KST)
    except ValueError as error:
        raise node.error(gettext_noop("%(value)r is no day or time of the calendar."), value=node.value) from error
