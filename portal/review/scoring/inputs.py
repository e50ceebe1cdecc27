"""The input bundle: read strictly, so that what is tallied is what was signed and measured.

A damaged bundle (unknown or doubled rows, a score outside of its criterion) is a TallyError. A value that is missing
or not finite is no damage: the entry stays unranked, with the reason.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from portal.common.formats.canonical import CanonicalError, digest_of
from portal.programmes.ruleset import Part, RuleSet, RuleSetError, parse_ruleset
from portal.programmes.ruleset.reader import Node
from portal.review.scoring.numbers import read_number

SCHEMA = "tally-input/1"
VERDICTS = ("pass", "fail", "undecided")
ORDERS = {
    "entries": ("code",),
    "sheets": ("sheet",),
    "measurements": ("entry", "part", "item"),
    "gates": ("gate", "entry"),
}


class TallyError(ValueError):
    """A bundle that cannot be tallied: where, and what is wrong."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or 'the bundle'}: {message}")
        self.path = path
        self.message = message


class Sheet(NamedTuple):
    digest: str
    part: str
    entry: str
    scores: dict[str, Decimal | None]


class Measurement(NamedTuple):
    entry: str
    part: str
    item: str
    value: Decimal | None
    target: Decimal | None
    row: dict[str, Any]  # as given, for the trace


class Ruling(NamedTuple):
    gate: str
    entry: str
    verdict: str
    decision: str


@dataclass(frozen=True)
class Bundle:
    ruleset: RuleSet
    ruleset_digest: str
    input_digest: str
    names: dict[str, str]  # code -> name, in the order of the codes
    sheets: tuple[Sheet, ...]
    measurements: tuple[Measurement, ...]
    rulings: tuple[Ruling, ...]
    rehearsal: bool = False  # points are computed, nobody is ranked


def normalise(document: dict[str, Any]) -> dict[str, Any]:
    """The same bundle with its rows in one fixed order: order carries no meaning, so it may not carry a digest."""
    rows = {key: sorted(document.get(key, []), key=lambda row: _order(row, names)) for key, names in ORDERS.items()}
    return {**document, **rows}


def _order(row: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")) for name in names) if isinstance(row, dict) else (str(row),)


def parse_bundle(document: Any) -> Bundle:
    try:
        return _parse(Node(document))
    except RuleSetError as error:
        raise TallyError(error.path, error.message) from error
    except CanonicalError as error:
        raise TallyError(error.path, error.message) from error


def _parse(root: Node) -> Bundle:
    root.at("schema").choice((SCHEMA,))
    root.allow_only("schema", "ruleset", "ruleset_digest", "entries", "sheets", "measurements", "gates", "rehearsal")
    ruleset, digest = _ruleset(root)
    names = _entries(root)
    sheets = tuple(_sheet(row, ruleset=ruleset, names=names) for row in root.rows("sheets"))
    measurements = tuple(_measurement(row, ruleset=ruleset, names=names) for row in root.rows("measurements"))
    rulings = tuple(_ruling(row, ruleset=ruleset, names=names) for row in root.rows("gates"))
    _once("sheets", [sheet.digest for sheet in sheets], "this sheet is counted already.")
    people = [(row.at("part").value, row.at("entry").value, row.at("reviewer").text()) for row in root.rows("sheets")]
    _once("sheets", people, "this reviewer has a sheet for this part and entry already.")
    _once("measurements", [row[:3] for row in measurements], "this item of this entry is measured already.")
    _once("gates", [row[:2] for row in rulings], "this gate of this entry is ruled already.")
    return Bundle(
        ruleset=ruleset,
        ruleset_digest=digest,
        input_digest=digest_of(normalise(root.value)),
        names=names,
        sheets=tuple(sorted(sheets, key=lambda sheet: sheet.digest)),
        measurements=measurements,
        rulings=rulings,
        rehearsal=root.at("rehearsal").flag() if root.has("rehearsal") else False,
    )


def _ruleset(root: Node) -> tuple[RuleSet, str]:
    node = root.at("ruleset")
    digest = digest_of(node.value)
    if digest != root.at("ruleset_digest").text():
        raise root.at("ruleset_digest").error(f"does not belong to this rule set, whose digest is {digest}.")
    try:
        return parse_ruleset(node.value), digest
    except RuleSetError as error:
        raise TallyError(f"ruleset.{error.path}".rstrip("."), error.message) from error


def _entries(root: Node) -> dict[str, str]:
    rows = root.rows("entries", required=True)
    for row in rows:
        row.allow_only("code", "name")
    _once("entries", [row.at("code").text() for row in rows], "this entry is listed already.")
    return dict(sorted((row.at("code").text(), row.at("name").text()) for row in rows))


def _sheet(row: Node, *, ruleset: RuleSet, names: dict[str, str]) -> Sheet:
    row.allow_only("sheet", "part", "entry", "reviewer", "scores", "origin")
    part = _part(row, ruleset=ruleset, kind="sheets")
    known = {criterion.key for criterion in part.criteria}
    for key, score in row.at("scores").items():
        if key not in known:
            raise score.error(f"is not a criterion of the part {part.key!r}.")
    scores = {criterion.key: read_number(row.at("scores").value.get(criterion.key)) for criterion in part.criteria}
    _must_be_in_range(row.at("scores"), part=part, scores=scores)
    return Sheet(row.at("sheet").text(), part.key, row.at("entry").choice(names), scores)


def _must_be_in_range(node: Node, *, part: Part, scores: dict[str, Decimal | None]) -> None:
    for criterion in part.criteria:
        score = scores[criterion.key]
        if score is not None and not criterion.minimum <= score <= criterion.maximum:
            raise node.at(criterion.key).error(
                f"{score} is outside of {criterion.minimum} to {criterion.maximum}; no such sheet can be signed."
            )


def _measurement(row: Node, *, ruleset: RuleSet, names: dict[str, str]) -> Measurement:
    row.allow_only("entry", "part", "item", "value", "target", "stderr", "source", "origin")
    part = _part(row, ruleset=ruleset, kind="measured")
    item = row.at("item").choice([item.key for item in part.items])
    fixed = next(each.target for each in part.items if each.key == item)
    given = read_number(row.value.get("target"))
    if fixed is not None and given is not None and fixed != given:
        raise row.at("target").error(f"is {given}, but the rule set fixes the target at {fixed}.")
    return Measurement(
        entry=row.at("entry").choice(names),
        part=part.key,
        item=item,
        value=read_number(row.value.get("value")),
        target=fixed if fixed is not None else given,
        row=row.value,
    )


def _ruling(row: Node, *, ruleset: RuleSet, names: dict[str, str]) -> Ruling:
    row.allow_only("gate", "entry", "verdict", "decision")
    return Ruling(
        gate=row.at("gate").choice([gate.key for gate in ruleset.gates]),
        entry=row.at("entry").choice(names),
        verdict=row.at("verdict").choice(VERDICTS),
        decision=str(row.value.get("decision") or ""),
    )


def _part(row: Node, *, ruleset: RuleSet, kind: str) -> Part:
    return ruleset.part(row.at("part").choice([part.key for part in ruleset.parts if part.kind == kind]))


def _once(path: str, keys: Iterable[Hashable], message: str) -> None:
    seen: set[Hashable] = set()
    for index, key in enumerate(keys):
        if key in seen:
            raise TallyError(f"{path}[{index}]", message)
        seen.add(key)
