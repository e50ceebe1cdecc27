"""One team's page: every number with the way back to what it was made of."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise

from portal.results.presentation.tables import Document, Figure, GateLine, figure, gates_of, title_of, unranked_of
from portal.results.presentation.words import (
    BY_LEVEL,
    CLASSES,
    FINDINGS,
    SCORE_NAMES,
    Tag,
    basis_text,
    here,
    outcome_tag,
)


@dataclass(frozen=True)
class ItemLine:
    title: str
    value: str
    stderr: str
    target: str
    points: Figure | None
    class_name: str | Promise
    run: str
    body: str
    document: str


@dataclass(frozen=True)
class PartBlock:
    key: str
    title: str
    of: str
    points: Figure | None
    formula: str
    criteria: list[tuple[str, str, Figure | None]]  # title, maximum, mean
    columns: list[str]
    sheets: list[tuple[str, list[str]]]  # label, scores
    items: list[ItemLine]


@dataclass(frozen=True)
class ScoreLine:
    name: str | Promise
    value: str
    null: str
    unrelated: str
    pairs: int
    percentile: str


@dataclass(frozen=True)
class ComparisonLine:
    reference: str
    revision: str
    level: int
    level_text: str | Promise
    tone: str
    z: str
    r2: str
    coverage: str
    share: str
    run: str
    report: str
    scores: list[ScoreLine]


@dataclass(frozen=True)
class TeamPage:
    code: str
    name: str
    institutions: list[tuple[str, bool]]
    outcome: Tag | None
    basis: str | Promise
    rank: int | None
    rank_by_score: int | None
    total: Figure | None
    total_of: str
    unranked: list[str]
    parts: list[PartBlock]
    gates: list[GateLine]
    comparisons: list[ComparisonLine]
    benchmarks: list[Document]
    receipt: Document | None
    reply: Document | None
    strengths: list[str]
    decisions: list[Document]


def team_page(document: Document, code: str) -> TeamPage | None:
    entry = next((row for row in document["entries"] if row["code"] == code), None)
    if entry is None:
        return None
    rank, outcome = entry["rank"] or {}, entry["outcome"]
    return TeamPage(
        code=code,
        name=here(entry["name"]),
        institutions=[(here(row["name"]), row["role"] == "lead") for row in entry["institutions"]],
        outcome=outcome_tag(outcome["outcome"]) if outcome else None,
        basis=basis_text(outcome["basis"]) if outcome else "",
        rank=rank.get("among_eligible"),
        rank_by_score=rank.get("by_score"),
        total=figure(entry["total"], str(document["ruleset"]["document"]["points"])),
        total_of=str(document["ruleset"]["document"]["points"]),
        unranked=unranked_of(entry, document),
        parts=[_part(part, document) for part in entry["parts"]],
        gates=gates_of(entry, document),
        comparisons=[_comparison(row) for row in entry["originality"]],
        benchmarks=[_benchmark(run) for run in entry["benchmarks"]],
        receipt=entry["receipt"],
        reply=entry["reply"],
        strengths=_strengths(entry, document),
        decisions=[row for row in document["decisions"] if row["entry"] == code],
    )


def _part(part: Document, document: Document) -> PartBlock:
    rules = next(row for row in document["ruleset"]["document"]["parts"] if row["key"] == part["part"])
    criteria = {row["key"]: row for row in rules.get("criteria", [])}
    return PartBlock(
        key=part["part"],
        title=here(rules["title"]),
        of=part["of"],
        points=figure(part["points"], part["of"]),
        formula=rules["formula"]["points"],
        criteria=[
            (here(criteria[row["criterion"]]["title"]), str(criteria[row["criterion"]]["max"]), _mean(row, criteria))
            for row in part["criteria"]
        ],
        columns=[here(row["title"]) for row in criteria.values()],
        sheets=[
            (sheet["label"], [str(sheet["scores"].get(key) or "") for key in criteria]) for sheet in part["sheets"]
        ],
        items=[_item(row, rules) for row in part["items"]],
    )


def _mean(row: Document, criteria: Document) -> Figure | None:
    return figure(row["mean"], str(criteria[row["criterion"]]["max"]))


def _item(row: Document, rules: Document) -> ItemLine:
    title = next((here(item["title"]) for item in rules["items"] if item["key"] == row["item"]), row["item"])
    source = row["source"]
    return ItemLine(
        title=title,
        value=short(row["value"]),
        stderr=short(row["stderr"]),
        target=short(row["target"]),
        points=figure({**row["points"], "value": short(row["points"]["value"], places=2)}) if row["points"] else None,
        class_name=CLASSES[row["class"]][0],
        run=source.get("run", ""),
        body=source.get("body", ""),
        document=source.get("document", ""),
    )


def _benchmark(run: Document) -> Document:
    shown = [{**row, "value": short(row["value"]), "stderr": short(row["stderr"])} for row in run["results"]]
    return {**run, "results": shown}


def _comparison(row: Document) -> ComparisonLine:
    """Bundles of before the outcome was written down have the level alone."""
    finding = FINDINGS[row.get("outcome") or BY_LEVEL[row["level"]]]
    return ComparisonLine(
        reference=row["reference"],
        revision=row["revision"],
        level=row["level"],
        level_text=finding.text,
        tone=finding.tone,
        z=short(row["z"], places=1),
        r2=short(row["r2"]),
        coverage=short(row["coverage"], places=3),
        share=short(row["share"], places=3),
        run=row["run"],
        report=row["report"],
        scores=[_score(score) for score in row["scores"]],
    )


def _score(row: dict[str, Any]) -> ScoreLine:
    return ScoreLine(
        name=SCORE_NAMES.get(row["name"], row["name"]),
        value=short(row["value"]),
        null=f"{short(row['null_mean'])} ± {short(row['null_sd'])}",
        unrelated=short(row["unrelated_mean"]),
        pairs=row["unrelated_pairs"],
        percentile=short(row["percentile"], places=1),
    )


def short(number: str | None, *, places: int = 4) -> str:
    """For reading; the files hold every digit."""
    if not number:
        return ""
    exact = Decimal(number)
    cut = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return format(exact.normalize() if cut == exact else cut, "f")


def _strengths(entry: Document, document: Document) -> list[str]:
    """Parts in which the team is above the average of all: elimination is not all that is said of a team."""
    averages = document["summary"]["averages"]
    if not averages:
        return []
    return [
        title_of(document, part["part"])
        for part in entry["parts"]
        if part["points"]
        and (mean := averages["points"].get(part["part"]))
        and Fraction(part["points"]["value"]) > Fraction(mean["value"])
    ]
