"""A result notice and a tally as tables for a page, with the rule set's titles in the language of the page."""

from typing import Any

from portal.programmes.models import Phase
from portal.review.enums import Outcome
from portal.review.labels import LABELS
from portal.review.models import Tally
from portal.review.selectors.rules import here, rules_of


def titles_of(phase: Phase) -> dict[str, str]:
    """Titles of parts, groups, items ("part/item") and gates by key."""
    rules = rules_of(phase)
    titles = {group.key: here(group.title) for group in rules.groups}
    titles |= {part.key: here(part.title) for part in rules.parts}
    titles |= {gate.key: here(gate.title) for gate in rules.gates}
    titles |= {f"{part.key}/{item.key}": here(item.title) for part in rules.parts for item in part.items}
    return titles


def result_rows(phase: Phase, content: dict[str, Any] | None) -> dict[str, Any]:
    """Parts with their items, the total, and the outcome's name; empty without a notice."""
    if content is None:
        return {"parts": [], "outcome": "", "scores": None}
    titles, scores = titles_of(phase), content["scores"]
    parts = [
        {
            **part,
            "title": titles.get(part["part"], part["part"]),
            "rows": [
                {**item, "title": titles.get(f"{part['part']}/{item['item']}", item["item"])} for item in part["items"]
            ],
        }
        for part in (scores["parts"] if scores else [])
    ]
    return {"parts": parts, "outcome": LABELS[Outcome][content["outcome"]], "scores": scores, "content": content}


def tally_table(tally: Tally) -> dict[str, Any]:
    """Columns are groups and parts, rows are entries by rank; each cell has its points and, for a part, the trace to the inputs."""
    titles = titles_of(tally.phase)
    output = tally.output
    entries = dict(tally.phase.entries.values_list("code", "pk"))
    first = output["entries"][0] if output["entries"] else {"groups": [], "parts": []}
    keys = [row["group"] for row in first["groups"]] + [row["part"] for row in first["parts"]]
    return {
        "columns": [titles.get(key, key) for key in keys],
        "rows": [
            {**_tally_row(row, keys, titles), "entry_id": entries.get(row["code"])}
            for row in sorted(output["entries"], key=_order)
        ],
        "averages": [output["averages"]["points"].get(key) for key in keys],
        "average_total": output["averages"]["total"],
    }


def _order(row: dict[str, Any]) -> tuple[int, str]:
    return (row["rank_by_score"] or len(row["code"]) + 10_000, row["code"])


def _tally_row(row: dict[str, Any], keys: list[str], titles: dict[str, str]) -> dict[str, Any]:
    points = {cell.get("group") or cell.get("part"): cell["points"] for cell in (*row["groups"], *row["parts"])}
    return {
        **row,
        "cells": [points.get(key) for key in keys],
        "verdicts": [(titles.get(key, key), gate["verdict"]) for key, gate in row["gates"].items()],
        "traces": [_trace(part, titles) for part in row["parts"]],
        "reason_lines": [
            " ".join(filter(None, [titles.get(r["part"], r["part"]), r["where"], r["detail"]])) for r in row["reasons"]
        ],
    }


def _trace(part: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    trace = part["trace"] or {}
    items = [
        {**item, "title": titles.get(f"{part['part']}/{item['item']}", item["item"])} for item in trace.get("items", [])
    ]
    return {
        "title": titles.get(part["part"], part["part"]),
        "points": part["points"],
        "of": part["of"],
        "value": trace.get("value"),
        "exact": trace.get("exact"),
        "sheets": trace.get("sheets", []),
        "items": items,
    }
