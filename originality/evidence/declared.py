"""What the team declared beside what the tests found: every declared ancestor, and every hit nobody declared."""

from decimal import Decimal
from typing import Any, NamedTuple

from originality.enums import Level
from originality.evidence.places import tower_of
from originality.evidence.text import Cell, level_cell, strongest_first
from originality.evidence.verdict import is_finding, overall_cell
from originality.models import Comparison, OriginalityRun

TOWER_WORDS = {
    "vision": ("vision", "image", "visual", "비전", "시각", "영상"),
    "audio": ("audio", "speech", "음성", "오디오"),
    "projector": ("projector", "adapter", "connector", "어댑터", "프로젝터", "연결"),
}


class Hit(NamedTuple):
    reference: str
    level: Cell


class DeclaredLine(NamedTuple):
    """`tested`: what was found against the origin it names; `in_place`: what was found in the part it stands for."""

    part: str
    origin: str
    training: str  # "from_scratch", "trained", "frozen", or empty for an ancestor
    percent: str
    own: bool
    tested: Hit | None
    in_place: list[Hit]


class SideBySide(NamedTuple):
    """`undeclared` are findings whose reference the declaration does not name: a contradiction the panel hears of."""

    rows: list[DeclaredLine]
    undeclared: list[Comparison]


def side_by_side(run: OriginalityRun, comparisons: list[Comparison]) -> SideBySide:
    """Set the declaration that was frozen in the plan beside the findings."""
    declared: list[dict[str, Any]] = run.plan.get("declared") or []
    rows = [_line(part, comparisons) for part in declared]
    known = {part.get("reference") for part in declared}
    return SideBySide(rows, [row for row in comparisons if is_finding(row) and row.reference_id not in known])


def _line(part: dict[str, Any], comparisons: list[Comparison]) -> DeclaredLine:
    share = part.get("share")
    tested = next((row for row in comparisons if row.reference_id == part.get("reference")), None)
    return DeclaredLine(
        part=part.get("part") or part.get("name", ""),
        origin=part.get("origin") or part.get("name", ""),
        training=part.get("training") or "",
        percent="" if share in (None, "") else f"{Decimal(str(share)) * 100:.4g} %",
        own=bool(part.get("own")),
        tested=Hit(tested.reference.name, overall_cell(tested)) if tested else None,
        in_place=_in_place(part, comparisons),
    )


def tower_meant(part: dict[str, Any]) -> str:
    """Return the tower that the words of a part point to; without any it is the language model."""
    told = f"{part.get('part', '')} {part.get('name', '')}".casefold()
    return next((tower for tower, words in TOWER_WORDS.items() if any(word in told for word in words)), "")


def _in_place(part: dict[str, Any], comparisons: list[Comparison]) -> list[Hit]:
    """Return what level 1 or more was found in the tower that the part stands for."""
    tower, hits = tower_meant(part), []
    for comparison in comparisons:
        modules = [row for row in comparison.report["modules"] if tower_of(row) == tower]
        level = strongest_first(modules)[0]["level"] if modules else Level.NO_TRACE
        if level > Level.NO_TRACE:
            hits.append(Hit(comparison.reference.name, level_cell(level)))
    return hits
