"""Numbers of the public bundle: taken from the tally as it stands, each with the class of who can recompute it."""

from fractions import Fraction
from typing import Any

from portal.results.bundle.commitments import shuffled
from portal.results.enums import NumberClass
from portal.review.scoring.numbers import mean, read_number, show

Number = dict[str, str]
NOTHING: dict[str, Any] = {"total": None, "rank": None, "unranked": [], "groups": [], "parts": []}


def entry_scores(code: str, auditor: dict[str, Any], open_to_all: frozenset[str]) -> dict[str, Any]:
    """Total, rank, groups and parts of one entry, as far as they are open; a withdrawn entry has none."""
    row = next((row for row in auditor["tally"]["output"]["entries"] if row["code"] == code), None)
    if row is None:
        return NOTHING
    computed = _class_of_results(open_to_all)
    parts_open = "part_points" in open_to_all
    return {
        "total": _number(row["total"], computed) if "totals" in open_to_all else None,
        "rank": _rank(row, computed) if "ranks" in open_to_all else None,
        "unranked": [{"part": reason["part"], "code": reason["code"]} for reason in row["reasons"]],
        "groups": [{"group": each["group"], "points": _number(each["points"], computed)} for each in row["groups"]]
        if parts_open
        else [],
        "parts": [_part(part, code, auditor, open_to_all) for part in row["parts"]] if parts_open else [],
    }


def summary_of(auditor: dict[str, Any], open_to_all: frozenset[str]) -> dict[str, Any]:
    """Averages over the entries and the best of each column, where the matrix opens them."""
    output = auditor["tally"]["output"]
    computed = _class_of_results(open_to_all)
    averages = best = None
    if "averages" in open_to_all:
        averages = {
            "points": {key: _number(value, computed) for key, value in output["averages"]["points"].items()},
            "total": _number(output["averages"]["total"], computed),
        }
    if "best_points" in open_to_all:
        best = {
            key: {**(_number(row["points"], computed) or {}), "entries": row["entries"]} if row else None
            for key, row in output["best"].items()
        }
    return {"averages": averages, "best": best}


def _class_of_results(open_to_all: frozenset[str]) -> NumberClass:
    """With the item scores in hand anybody can redo the arithmetic; without them only the auditor."""
    return NumberClass.ANYONE if "item_points" in open_to_all else NumberClass.AUDITOR


def _number(value: str | None, number_class: NumberClass) -> Number | None:
    return None if value is None else {"value": value, "class": number_class}


def _rank(row: dict[str, Any], computed: NumberClass) -> dict[str, Any] | None:
    if row["rank_by_score"] is None:
        return None
    return {"by_score": row["rank_by_score"], "among_eligible": row["rank_among_eligible"], "class": computed}


def _part(part: dict[str, Any], code: str, auditor: dict[str, Any], open_to_all: frozenset[str]) -> dict[str, Any]:
    row = {
        "part": part["part"],
        "points": _number(part["points"], _class_of_results(open_to_all)),
        "of": part["of"],
        "criteria": [],
        "sheets": [],
        "items": [],
    }
    if "item_points" in open_to_all:
        rules = next(each for each in auditor["ruleset"]["document"]["parts"] if each["key"] == part["part"])
        sheets = _labelled_sheets(code, part["part"], auditor)
        places = auditor["ruleset"]["document"]["rounding"]["average_places"]
        row["sheets"] = sheets
        row["criteria"] = [_criterion(each["key"], sheets, places=places) for each in rules.get("criteria", [])]
        row["items"] = [_item(each, part) for each in _measurements(code, part["part"], auditor)]
    return row


def _labelled_sheets(code: str, part: str, auditor: dict[str, Any]) -> list[dict[str, Any]]:
    """Scores under labels "1" … "n" that mean nothing outside of this entry and part."""
    rows = {
        row["sheet"]: row["scores"]
        for row in auditor["tally"]["input"]["sheets"]
        if row["entry"] == code and row["part"] == part
    }
    order = shuffled(list(rows), purpose=f"{code}:{part}", secret=auditor["secret"])
    return [{"label": str(number), "scores": rows[digest]} for number, digest in enumerate(order, start=1)]


def _criterion(key: str, sheets: list[dict[str, Any]], *, places: int) -> dict[str, Any]:
    """The mean over all sheets, for the reader; points are made per sheet as the rule set says."""
    found = [read_number(sheet["scores"].get(key)) for sheet in sheets]
    scores = [Fraction(score) for score in found if score is not None]
    value = show(mean(scores), places) if scores and len(scores) == len(found) else None
    return {"criterion": key, "mean": _number(value, NumberClass.ANYONE), "sheets": len(sheets)}


def _measurements(code: str, part: str, auditor: dict[str, Any]) -> list[dict[str, Any]]:
    rows = auditor["tally"]["input"]["measurements"]
    return [row for row in rows if row["entry"] == code and row["part"] == part]


def _item(given: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    counted: dict[str, Any] = next((row for row in part["trace"].get("items", []) if row["item"] == given["item"]), {})
    source = given.get("source") or {}
    return {
        "item": given["item"],
        "value": given.get("value"),
        "target": counted.get("target", given.get("target")),
        "stderr": given.get("stderr"),
        "source": source,
        "class": NumberClass.OUTSIDE if "body" in source else NumberClass.AUDITOR,
        "points": _number(counted.get("points"), NumberClass.ANYONE),
    }
