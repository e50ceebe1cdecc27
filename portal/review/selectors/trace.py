"""From the figures of one entry back to what they rest on: rule set, sheets, runs, documents, rulings, minutes, by digest."""

from typing import Any

from portal.consortia.models import Entry
from portal.programmes.words import formula_sentences
from portal.review.enums import SheetState
from portal.review.models import Decision, GateRuling, ScoreSheet, Tally
from portal.review.selectors.decisions import standing_decision
from portal.review.selectors.minutes import minutes_number
from portal.review.selectors.results import titles_of
from portal.review.selectors.rules import rules_of
from portal.review.selectors.tallies import latest_tally


def trace_of(entry: Entry, *, with_sheets: bool) -> dict[str, Any]:
    """Every figure with its sources. Without `with_sheets` a part by sheets says how many there were and no more."""
    decision = standing_decision(entry)
    tally = decision.tally if decision is not None and decision.tally is not None else latest_tally(entry.phase)
    row = _row(entry, tally)
    return {
        "tally": tally,
        "ruleset": entry.phase.ruleset,
        "row": row,
        "parts": [_part(entry, part, with_sheets=with_sheets) for part in row["parts"]] if row else [],
        "groups": _groups(entry, row),
        "gates": _gates(entry, row),
        "decisions": _decisions(entry),
        "with_sheets": with_sheets,
    }


def _row(entry: Entry, tally: Tally | None) -> dict[str, Any] | None:
    rows = tally.output["entries"] if tally is not None else []
    return next((row for row in rows if row["code"] == entry.code), None)


def _part(entry: Entry, part: dict[str, Any], *, with_sheets: bool) -> dict[str, Any]:
    trace, titles = part["trace"] or {}, titles_of(entry.phase)
    sentences = formula_sentences(rules_of(entry.phase).part(part["part"]))
    sheets = trace.get("sheets", [])
    return {
        "title": titles.get(part["part"], part["part"]),
        "points": part["points"],
        "of": part["of"],
        "value": trace.get("value") if with_sheets else None,
        "exact": trace.get("exact") if with_sheets else None,
        "best": trace.get("best") if with_sheets else None,
        "formula": sentences,
        "counted": sum(bool(row["used"]) for row in sheets),
        "dropped": sum(not row["used"] for row in sheets),
        "sheets": _sheets(sheets) if with_sheets else [],
        "items": [_item(item, part["part"], titles) for item in trace.get("items", [])],
    }


def _sheets(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sheets by digest, each with its place in the portal, as long as it is still the sealed one."""
    digests = [row["sheet"] for row in rows]
    found = ScoreSheet.objects.filter(signed__digest__in=digests).select_related("signed", "assignment__seat")
    places = {sheet.signed.digest: sheet for sheet in found if sheet.signed is not None}
    return [{**row, **_place(places.get(row["sheet"]))} for row in rows]


def _place(sheet: ScoreSheet | None) -> dict[str, Any]:
    if sheet is None:
        return {"number": None, "seat": "", "void": True}
    return {"number": sheet.pk, "seat": sheet.assignment.seat.code, "void": sheet.state == SheetState.VOID}


def _item(item: dict[str, Any], part: str, titles: dict[str, str]) -> dict[str, Any]:
    source = item.get("source") or {}
    return {
        **item,
        "title": titles.get(f"{part}/{item['item']}", item["item"]),
        "run": source.get("run"),
        "bundle": source.get("bundle"),
        "body": source.get("body"),
        "document": source.get("document"),
    }


def _groups(entry: Entry, row: dict[str, Any] | None) -> list[dict[str, Any]]:
    """A group's subtotal is the sum of its parts."""
    if row is None:
        return []
    titles, rules = titles_of(entry.phase), rules_of(entry.phase)
    return [
        {
            "title": titles.get(group["group"], group["group"]),
            "points": group["points"],
            "parts": [titles.get(part.key, part.key) for part in rules.parts_of(group["group"])],
        }
        for group in row["groups"]
    ]


def _gates(entry: Entry, row: dict[str, Any] | None) -> list[dict[str, Any]]:
    titles = titles_of(entry.phase)
    rulings = {ruling.digest: ruling for ruling in GateRuling.objects.filter(entry=entry).select_related("minutes")}
    return [
        {
            "title": titles.get(key, key),
            "verdict": gate["verdict"],
            "digest": gate["decision"],
            "ruling": rulings.get(gate["decision"]),
        }
        for key, gate in (row["gates"] if row else {}).items()
    ]


def _decisions(entry: Entry) -> list[tuple[Decision, int | None]]:
    """Every decision on the entry that was made known, with the number of its minutes."""
    rows = Decision.objects.filter(entry=entry, notified_at__isnull=False).select_related("minutes__panel", "tally")
    return [(row, minutes_number(row.minutes) if row.minutes else None) for row in rows.order_by("pk")]
