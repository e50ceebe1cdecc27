"""The tally document: totals, ranks with and without those that a gate ruled out, averages, and the way back to the inputs."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from portal.common.formats.canonical import digest_of
from portal.programmes.ruleset import RuleSet
from portal.review.scoring.formulas import Reason
from portal.review.scoring.inputs import Bundle, parse_bundle
from portal.review.scoring.numbers import mean, round_half_up, show, show_exact
from portal.review.scoring.parts import PartResult, results_of
from portal.review.scoring.ranking import Key, rank, ranking_key

SCHEMA = "tally/1"
NEVER_RANKED = (Reason("", "", "rehearsal", "a rehearsal is never ranked"),)


@dataclass(frozen=True)
class Tally:
    document: dict[str, Any]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of the document."""
        return digest_of(self.document)


@dataclass(frozen=True)
class Standing:
    """One entry with all its parts. `key` is what it is ranked by; None: unranked."""

    code: str
    parts: tuple[PartResult, ...]
    gates: dict[str, dict[str, str]]
    ruleset: RuleSet

    @cached_property
    def subtotals(self) -> dict[str, Fraction]:
        """Points by part and by group, as far as they exist."""
        points = {result.part.key: result.points for result in self.parts if result.points is not None}
        for group in self.ruleset.groups:
            members = [part.key for part in self.ruleset.parts_of(group.key)]
            if all(member in points for member in members):
                points[group.key] = sum((points[member] for member in members), Fraction())
        return points

    @cached_property
    def total(self) -> Fraction | None:
        if any(result.points is None for result in self.parts):
            return None
        exact = sum((self.subtotals[result.part.key] for result in self.parts), Fraction())
        return round_half_up(exact, self.ruleset.rounding.places)

    @property
    def key(self) -> Key | None:
        if self.total is None:
            return None
        return ranking_key(self.total, subtotals=self.subtotals, ruleset=self.ruleset)

    @property
    def eligible(self) -> bool:
        return all(gate["verdict"] != "fail" for gate in self.gates.values())


def tally(bundle: dict[str, Any]) -> Tally:
    """Points, totals and ranks of a bundle "tally-input/1"; TallyError names what cannot be counted and where."""
    parsed = parse_bundle(bundle)
    standings = standings_of(parsed)
    keys = {standing.code: standing.key for standing in standings if standing.key is not None and not parsed.rehearsal}
    eligible = {standing.code for standing in standings if standing.eligible}
    by_score = rank(keys)
    among_eligible = rank({code: key for code, key in keys.items() if code in eligible})
    entries = [
        {
            **_entry_row(standing, name=parsed.names[standing.code], more=NEVER_RANKED if parsed.rehearsal else ()),
            "rank_by_score": by_score.get(standing.code),
            "rank_among_eligible": among_eligible.get(standing.code),
        }
        for standing in standings
    ]
    return Tally(
        {
            "schema": SCHEMA,
            "ruleset": parsed.ruleset.name,
            "ruleset_digest": parsed.ruleset_digest,
            "input_digest": parsed.input_digest,
            "points": show_exact(Fraction(parsed.ruleset.points)),
            "entries": entries,
            "averages": _averages(standings, ruleset=parsed.ruleset),
            "best": {} if parsed.rehearsal else _best(standings, ruleset=parsed.ruleset),
            **({"rehearsal": True} if parsed.rehearsal else {}),
        }
    )


def standings_of(bundle: Bundle) -> list[Standing]:
    """Every entry with all its parts, in the order of the codes."""
    by_part = [results_of(part, bundle) for part in bundle.ruleset.parts]
    return [
        Standing(
            code=code,
            parts=tuple(results[code] for results in by_part),
            gates=_gates_of(code, bundle),
            ruleset=bundle.ruleset,
        )
        for code in bundle.names
    ]


def _gates_of(code: str, bundle: Bundle) -> dict[str, dict[str, str]]:
    """Every gate of the rule set; one without a ruling is undecided, which excludes nobody."""
    ruled = {row.gate: row for row in bundle.rulings if row.entry == code}
    return {
        gate.key: {
            "verdict": ruled[gate.key].verdict if gate.key in ruled else "undecided",
            "decision": ruled[gate.key].decision if gate.key in ruled else "",
        }
        for gate in bundle.ruleset.gates
    }


def _entry_row(standing: Standing, *, name: str, more: tuple[Reason, ...]) -> dict[str, Any]:
    places = standing.ruleset.rounding.places
    reasons = [reason._asdict() for reason in (*more, *(reason for part in standing.parts for reason in part.reasons))]
    return {
        "code": standing.code,
        "name": name,
        "status": "unranked" if reasons else "ranked",
        "reasons": reasons,
        "total": None if standing.total is None else show(standing.total, places),
        "eligible": standing.eligible,
        "gates": standing.gates,
        "groups": [_group_row(standing, group.key) for group in standing.ruleset.groups],
        "parts": [_part_row(result, places=places) for result in standing.parts],
    }


def _group_row(standing: Standing, key: str) -> dict[str, Any]:
    points = standing.subtotals.get(key)
    return {"group": key, "points": None if points is None else show(points, standing.ruleset.rounding.places)}


def _part_row(result: PartResult, *, places: int) -> dict[str, Any]:
    points = None if result.points is None else show(result.points, places)
    return {
        "part": result.part.key,
        "points": points,
        "of": show_exact(Fraction(result.part.points)),
        "trace": result.trace,
    }


def _averages(standings: list[Standing], *, ruleset: RuleSet) -> dict[str, Any]:
    """Over the entries that have the value; for the reader, no rank rests on it."""
    rounding = ruleset.rounding
    found = {key: [row.subtotals[key] for row in standings if key in row.subtotals] for key in ruleset.titles}
    totals = [row.total for row in standings if row.total is not None]
    return {
        "points": {key: show(mean(values), rounding.average_places) for key, values in found.items() if values},
        "total": show(mean(totals), rounding.average_total_places) if totals else None,
    }


def _best(standings: list[Standing], *, ruleset: RuleSet) -> dict[str, Any]:
    """The highest points of every part and group, and of the total, with whoever has them."""
    columns = {key: {each.code: each.subtotals.get(key) for each in standings} for key in ruleset.titles}
    columns["total"] = {each.code: each.total for each in standings}
    return {key: _holders(column, places=ruleset.rounding.places) for key, column in columns.items()}


def _holders(column: dict[str, Fraction | None], *, places: int) -> dict[str, Any] | None:
    found = {code: value for code, value in column.items() if value is not None}
    if not found:
        return None
    highest = max(found.values())
    return {"points": show(highest, places), "entries": [code for code, value in found.items() if value == highest]}
