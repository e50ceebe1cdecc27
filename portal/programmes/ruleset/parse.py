"""From a document to a RuleSet, or a RuleSetError that names the place."""

import re
from decimal import Decimal
from typing import Any

from portal.programmes.ruleset.model import (
    Assumption,
    Component,
    Gate,
    Group,
    Labelled,
    Part,
    Publication,
    Rounding,
    RuleSet,
    Text,
    Vote,
)
from portal.programmes.ruleset.parts import parse_part
from portal.programmes.ruleset.reader import Node, RuleSetError, gettext_noop, must_differ
from portal.programmes.ruleset.vocabulary import (
    APPROVALS,
    AUDIENCES,
    COMPONENT_RULES,
    NEVER,
    QUORUMS,
    ROUNDING_MODES,
    ROUNDING_STAGES,
    SCHEMA,
    STAGES,
    SUBJECTS,
)

SUITE = re.compile(r"[a-z0-9][a-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")

GRACE_LIMIT = 14 * 24  # hours; an upload without a part for 14 days expires

LONG_GRACE = gettext_noop("is %(hours)s; files may follow for at most %(limit)s hours.")
NO_GROUP = gettext_noop("%(value)r is not one of the groups.")
PARTS_ADD_UP = gettext_noop("is %(total)s, but its parts add up to %(sum)s.")
NO_SUITE = gettext_noop("%(value)r is not a suite; write it as name/version, such as small-korean/1.")
SUITE_NOT_LISTED = gettext_noop("%(value)r is not one of the document's suites.")


def parse_ruleset(document: Any) -> RuleSet:
    root = Node(document)
    root.at("schema").choice((SCHEMA,))
    root.allow_only(
        "schema", "name", "title", "points", "groups", "parts", "suites", "rounding", "tie_break", "gates", "vote",
        "disclosure", "components", "assumptions", "publications", "grace_hours",
    )  # fmt: skip
    groups, parts = _groups(root), _parts(root)
    ruleset = RuleSet(
        name=root.at("name").text(),
        title=root.at("title").both(),
        points=root.at("points").positive(),
        groups=groups,
        parts=parts,
        suites=_suites(root),
        rounding=_rounding(root.at("rounding")),
        tie_break=_tie_break(root, {group.key for group in groups} | {part.key for part in parts}),
        gates=tuple(_gates(root)),
        vote=_vote(root.at("vote")),
        disclosure=_disclosure(root.at("disclosure")),
        components=tuple(_components(root)),
        assumptions=tuple(_assumptions(root)),
        publications=tuple(_publications(root)),
        grace_hours=_grace(root),
    )
    _must_add_up(ruleset)
    return ruleset


def _grace(root: Node) -> int:
    if not root.has("grace_hours"):
        return 0
    if (hours := root.at("grace_hours").integer()) > GRACE_LIMIT:
        raise root.at("grace_hours").error(LONG_GRACE, hours=hours, limit=GRACE_LIMIT)
    return hours


def _groups(root: Node) -> tuple[Group, ...]:
    rows = root.rows("groups")
    must_differ(rows, "key")
    for row in rows:
        row.allow_only("key", "title", "points")
    return tuple(Group(row.at("key").key(), row.at("title").both(), row.at("points").positive()) for row in rows)


def _parts(root: Node) -> tuple[Part, ...]:
    rows = root.rows("parts", required=True)
    must_differ(rows + root.rows("groups"), "key")
    return tuple(parse_part(row) for row in rows)


def _must_add_up(ruleset: RuleSet) -> None:
    known = {group.key for group in ruleset.groups}
    _must_find_suites(ruleset)
    for index, part in enumerate(ruleset.parts):
        if part.group and part.group not in known:
            raise RuleSetError(f"parts[{index}].group", NO_GROUP, value=part.group)
    for index, group in enumerate(ruleset.groups):
        _same(f"groups[{index}].points", group.points, [part.points for part in ruleset.parts_of(group.key)])
    _same("points", ruleset.points, [part.points for part in ruleset.parts])


def _same(path: str, total: Decimal, addends: list[Decimal]) -> None:
    if sum(addends) != total:
        raise RuleSetError(path, PARTS_ADD_UP, total=total, sum=sum(addends))


def _suites(root: Node) -> tuple[str, ...]:
    rows = root.rows("suites")
    for row in rows:
        if not SUITE.fullmatch(row.text()):
            raise row.error(NO_SUITE, value=row.value)
    return tuple(row.text() for row in rows)


def _must_find_suites(ruleset: RuleSet) -> None:
    for index, part in enumerate(ruleset.parts):
        for place, item in enumerate(part.items):
            if item.source.kind == "suite" and item.source.suite not in ruleset.suites:
                path = f"parts[{index}].items[{place}].source.suite"
                raise RuleSetError(path, SUITE_NOT_LISTED, value=item.source.suite)


def _rounding(node: Node) -> Rounding:
    node.allow_only("mode", "stage", "places", "average_places", "average_total_places")
    node.at("mode").choice(ROUNDING_MODES)
    return Rounding(
        stage=node.at("stage").choice(ROUNDING_STAGES),
        places=_places(node.at("places")),
        average_places=_places(node.at("average_places")),
        average_total_places=_places(node.at("average_total_places")),
    )


def _places(node: Node) -> int:
    if node.integer() > 6:
        raise node.error(gettext_noop("more than 6 places would only show noise."))
    return node.integer()


def _tie_break(root: Node, known: set[str]) -> tuple[str, ...]:
    keys = tuple(row.choice(sorted(known)) for row in root.rows("tie_break"))
    if len(set(keys)) < len(keys):
        raise RuleSetError("tie_break", gettext_noop("names one part twice."))
    return keys


def _gates(root: Node) -> list[Gate]:
    rows = root.rows("gates")
    must_differ(rows, "key")
    return [_gate(row) for row in rows]


def _gate(row: Node) -> Gate:
    row.allow_only("key", "title", "dimensions", "ticks")
    dimensions = row.rows("dimensions", required=True)
    must_differ(dimensions, "key")
    for dimension in dimensions:
        dimension.allow_only("key", "title")
    return Gate(
        key=row.at("key").key(),
        title=row.at("title").both(),
        dimensions=tuple(Labelled(each.at("key").key(), each.at("title").both()) for each in dimensions),
        ticks=row.at("ticks").integer(minimum=1) if row.has("ticks") and row.at("ticks").value is not None else None,
    )


def _vote(node: Node) -> Vote:
    node.allow_only("quorum", "approval")
    return Vote(node.at("quorum").choice(QUORUMS), node.at("approval").choice(APPROVALS))


def _disclosure(node: Node) -> dict[str, dict[str, str]]:
    """Every subject with every audience it is ever open to; what is not named stays closed."""
    matrix: dict[str, dict[str, str]] = {}
    for subject, row in node.items():
        row_key = Node(subject, row.path)
        row_key.choice(SUBJECTS)
        matrix[subject] = {}
        for audience, stage in row.items():
            Node(audience, stage.path).choice(AUDIENCES)
            matrix[subject][audience] = stage.choice((*STAGES, NEVER))
    return matrix


def _components(root: Node) -> list[Component]:
    rows = root.rows("components")
    must_differ(rows, "key")
    for row in rows:
        row.allow_only("key", "title", "rule")
    return [
        Component(row.at("key").key(), row.at("title").both(), row.at("rule").choice(COMPONENT_RULES)) for row in rows
    ]


def _assumptions(root: Node) -> list[Assumption]:
    found = []
    for row in root.rows("assumptions"):
        row.allow_only("path", "ko", "en")
        path = row.at("path").text()
        if not resolves(root.value, path):
            raise row.at("path").error(gettext_noop("%(value)r leads to nothing in this document."), value=path)
        found.append(Assumption(path, Text(row.at("ko").text(), row.at("en").text())))
    return found


def resolves(document: Any, path: str) -> bool:
    """Whether a path such as `parts[1].formula` leads to a value of the document."""
    value = document
    for step in path.replace("[", ".[").split("."):
        try:
            value = value[int(step[1:-1])] if step.startswith("[") else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return False
    return True


def _publications(root: Node) -> list[Publication]:
    found = []
    for row in root.rows("publications"):
        row.allow_only("title", "date", "official")
        found.append(Publication(row.at("title").both(), row.at("date").text(), row.at("official").flag()))
    return found
