"""Everything on one entry in the order in which it is read, as one document: the page, the JSON and the print are the same."""

from typing import Any

from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.dossiers.documents import both
from portal.dossiers.enums import Part
from portal.dossiers.selectors.missing import Gap, gaps
from portal.dossiers.selectors.parts import counted, part_document
from portal.dossiers.selectors.procedures import procedures

SCHEMA = "dossier/1"


def dossier_of(entry: Entry, viewer: Viewer) -> dict[str, Any]:
    """`parts` is empty while nothing that counts was handed in; questions and procedures hold what the reader may see."""
    submission = counted(entry)
    asked = procedures(entry, viewer)
    parts = {part.value: part_document(part, submission) for part in Part} if submission else {}
    missing = gaps(parts, asked) if parts else [{"gap": Gap.NOTHING_HANDED_IN.value, "about": []}]
    return {
        "schema": SCHEMA,
        "entry": entry.code,
        "consortium": both(entry.consortium),
        "programme": both(entry.phase.programme),
        "phase": both(entry.phase),
        "submission": submission.pk if submission else None,
        "summary": _summary(parts, asked, missing) if parts else None,
        "parts": parts,
        **asked,
        "missing": missing,
    }


def _summary(parts: dict[str, Any], asked: dict[str, Any], missing: list[dict[str, Any]]) -> dict[str, Any]:
    """What one wants to know first; every figure stands again below with what it rests on."""
    weights, chain = parts[Part.WEIGHTS], parts[Part.CHAIN]
    highest = next(iter(weights.get("comparisons", [])), None)
    projects = [row for run in parts[Part.CODE]["runs"] for row in run.get("projects", [])]
    return {
        "outcome": highest["outcome"] if highest else None,
        "references": weights.get("references"),
        "findings": parts[Part.LOGS].get("counts"),
        "deposits": chain["deposits"],
        "first_deposit": chain["first_deposit"],
        "unnamed_projects": sum(bool(row["unsaid"]) for row in projects),
        "undeclared": len(parts[Part.COMPONENTS]["undeclared"]),
        "unanswered": sum(row["answer"] is None for row in asked["questions"]),
        "missing": len(missing),
    }
