"""Who would go under other weights, for a phase that is final: the pure document with names and titles for a page."""

import json
from functools import lru_cache
from typing import Any

from portal.common.formats.canonical import canonical_json
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.enums import DecisionState, Outcome
from portal.review.models import Decision
from portal.review.scoring.sensitivity import sensitivity
from portal.review.selectors.results import titles_of
from portal.review.selectors.tallies import latest_tally

STANDING = (DecisionState.NOTIFIED, DecisionState.FINAL, DecisionState.STAYED, DecisionState.ANNULLED)


def sensitivity_of(phase: Phase) -> dict[str, Any] | None:
    """The document of the latest tally, for as many places as were given; None without a tally or without a place."""
    tally, seats = latest_tally(phase), places_given(phase)
    if tally is None or not seats:
        return None
    return _cached(canonical_json(tally.input), seats)


@lru_cache(maxsize=16)
def _cached(document: bytes, seats: int) -> dict[str, Any]:
    return sensitivity(json.loads(document), seats=seats)


def places_given(phase: Phase) -> int:
    """How many advanced by decision; what became of a decision afterwards does not change how many places there were."""
    rows = Decision.objects.filter(phase=phase, outcome=Outcome.ADVANCE, state__in=STANDING)
    return rows.values("entry").distinct().count() or (phase.seats or 0)


def sensitivity_page(phase: Phase, *, own: frozenset[str] | None) -> dict[str, Any]:
    """Rows for the page. `own` limits it to these entries, where the rule set opens nothing of the others."""
    document = sensitivity_of(phase)
    if document is None or document["grid"] is None:
        return {"document": document, "grid": None}
    titles, names = titles_of(phase), _names(phase)
    grid = document["grid"]
    return {
        "document": document,
        "grid": grid,
        "own": own is not None,
        "published": [(titles.get(key, key), weight) for key, weight in document["published"].items()],
        "entries": [
            {**row, "name": names[row["entry"]], "went_on": row["entry"] in document["ahead"]}
            for row in grid["entries"]
            if own is None or row["entry"] in own
        ],
        "outcomes": [_outcome(row, titles, document["published"]) for row in grid["outcomes"]] if own is None else [],
        "parts": [_part(row, titles) for row in document["parts"]] if own is None else [],
    }


def _names(phase: Phase) -> dict[str, str]:
    rows = Entry.objects.filter(phase=phase).select_related("consortium")
    return {entry.code: entry.consortium.name for entry in rows}


def _outcome(row: dict[str, Any], titles: dict[str, str], published: dict[str, str]) -> dict[str, Any]:
    changes = [
        (titles.get(key, key), published[key], weight)
        for key, weight in row["nearest"].items()
        if weight != published[key]
    ]
    return {**row, "changes": changes}


def _part(row: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    return {
        **row,
        "title": titles.get(row["part"], row["part"]),
        "spans": [{**span, "first": span["from"], "last": span["to"]} for span in row["spans"]],
    }
