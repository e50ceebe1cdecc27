"""Small rule sets and bundles for the tests of the tally."""

import hashlib
import json
from typing import Any

from portal.common.formats.canonical import digest_of


def text(name: str) -> dict[str, str]:
    return {"ko": name, "en": name}


def sheets_part(key: str = "expert", *, points: Any = 20, **changes: Any) -> dict[str, Any]:
    part = {
        "key": key,
        "title": text(key),
        "points": points,
        "kind": "sheets",
        "formula": {
            "sheet": "sum", "reviewers": "trimmed_mean", "drop_highest": 1, "drop_lowest": 1, "points": "as_scored",
        },
        "panel": {"kind": "expert", "seats": 10, "quorum": 3},
        "minimum_sheets": 3,
        "criteria": [
            {"key": "c1", "title": text("c1"), "max": 10},
            {"key": "c2", "title": text("c2"), "max": 10},
        ],
    }  # fmt: skip
    return {**part, **changes}


def measured_part(key: str = "bench", *, points: Any = 10, **changes: Any) -> dict[str, Any]:
    source = {"kind": "team_report"}
    part = {
        "key": key,
        "title": text(key),
        "points": points,
        "kind": "measured",
        "formula": {"points": "over_scale", "scale": 1},
        "items": [{"key": "i1", "title": text("i1"), "points": points, "source": source}],
    }
    return {**part, **changes}


def ruleset(parts: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    document = {
        "schema": "ruleset/1",
        "name": "test",
        "title": text("test"),
        "points": sum(part["points"] for part in parts),
        "parts": parts,
        "rounding": {
            "mode": "half_up", "stage": "part", "places": 1, "average_places": 2, "average_total_places": 2,
        },
        "tie_break": [],
        "gates": [
            {"key": "originality", "title": text("g"), "dimensions": [{"key": "technical", "title": text("t")}]}
        ],
        "vote": {"quorum": "majority_of_seated", "approval": "majority_of_seated"},
        "disclosure": {"rules": {"public": "rules_frozen"}},
    }  # fmt: skip
    return {**document, **changes}


def sheet(entry: str, reviewer: str, *scores: str, part: str = "expert") -> dict[str, Any]:
    content = {
        "part": part,
        "entry": entry,
        "reviewer": reviewer,
        "scores": {f"c{place}": score for place, score in enumerate(scores, start=1)},
    }
    return {"sheet": hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(), **content}


def measurement(entry: str, value: str | None, *, part: str = "bench", item: str = "i1", **more: Any) -> dict[str, Any]:
    return {"entry": entry, "part": part, "item": item, "value": value, **more}


def bundle(rules: dict[str, Any], entries: str | list[str], **rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schema": "tally-input/1",
        "ruleset": rules,
        "ruleset_digest": digest_of(rules),
        "entries": [{"code": code, "name": f"Team {code}"} for code in entries],
        **rows,
    }


def column(document: dict[str, Any], key: str) -> dict[str, Any]:
    """Entry code -> one value of its row."""
    return {row["code"]: row[key] for row in document["entries"]}


def points_of(document: dict[str, Any], part: str) -> dict[str, str | None]:
    return {
        row["code"]: next(cell["points"] for cell in row["parts"] if cell["part"] == part)
        for row in document["entries"]
    }
