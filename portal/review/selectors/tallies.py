"""The tally's input document, built from signed sheets, measurements, confirmed outside figures and gate rulings."""

from typing import Any

from portal.common.formats.canonical import digest_of
from portal.consortia.enums import EntryState
from portal.consortia.models import Entry
from portal.consortia.selectors.proposals import frozen_targets
from portal.measurements.selectors.reported import reported_measurements
from portal.programmes.models import Phase
from portal.review.enums import SheetState
from portal.review.models import ScoreSheet, Tally
from portal.review.scoring import normalise
from portal.review.selectors.gates import verdict_on
from portal.review.selectors.outside import standing_figures
from portal.review.selectors.rules import gates_of, rules_of
from portal.submissions.selectors import measurements_of

MEASURED = ("entry", "part", "item", "value", "target", "stderr", "source")


def latest_tally(phase: Phase) -> Tally | None:
    return Tally.objects.filter(phase=phase).order_by("-version").first()


def is_current(tally: Tally) -> bool:
    """False once a sheet was voided, a figure confirmed or a gate ruled after the tally: decide on a new version then."""
    return digest_of(tally_input(tally.phase)) == tally.input_digest


def tally_input(phase: Phase) -> dict[str, Any]:
    """Schema tally-input/1 in the order of `scoring.normalise`, so that the same state gives the same bytes."""
    rules_of(phase)
    entries = list(
        Entry.objects.filter(phase=phase)
        .exclude(state=EntryState.WITHDRAWN)
        .select_related("consortium")
        .order_by("code")
    )
    codes = {entry.code for entry in entries}
    document = {
        "schema": "tally-input/1",
        "ruleset": phase.ruleset.document if phase.ruleset else {},
        "ruleset_digest": phase.ruleset.digest if phase.ruleset else "",
        "entries": [{"code": entry.code, "name": entry.consortium.name_ko} for entry in entries],
        "sheets": [row for row in _sheets(phase) if row["entry"] in codes],
        "measurements": [row for row in _measurements(phase) if row["entry"] in codes],
        "gates": [_gate(entry, gate.key) for entry in entries for gate in gates_of(phase)],
    }
    return normalise({**document, "rehearsal": True} if phase.is_rehearsal else document)


def _sheets(phase: Phase) -> list[dict[str, Any]]:
    rows = ScoreSheet.objects.filter(assignment__entry__phase=phase, state=SheetState.SEALED).select_related("signed")
    return [
        {
            "sheet": row.signed.digest,
            "part": row.signed.content["part"],
            "entry": row.signed.content["entry"],
            "reviewer": row.signed.content["reviewer"],
            "scores": row.signed.content["scores"],
        }
        for row in rows
        if row.signed
    ]


def _measurements(phase: Phase) -> list[dict[str, Any]]:
    """Where a body measured what a team reports too, the body's confirmed figure stands."""
    confirmed = standing_figures(phase).filter(confirmed_by__isnull=False)
    outside = [
        {
            "entry": row.entry.code,
            "part": row.part,
            "item": row.item,
            "value": row.value,
            "target": row.target or None,
            "stderr": row.stderr or None,
            "source": {"body": row.body, "document": row.document_digest},
        }
        for row in confirmed
    ]
    given = {(row["entry"], row["part"], row["item"]) for row in outside}
    reported = [row for row in reported_measurements(phase) if (row["entry"], row["part"], row["item"]) not in given]
    found = (*measurements_of(phase), *outside, *reported)
    rows = [{key: row[key] for key in MEASURED if key in row} for row in found]
    return _with_targets(phase, rows)


def _with_targets(phase: Phase, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where the rules fix no target and the document brought none, the frozen target of the team's proposal stands."""
    frozen = frozen_targets(phase)
    return [
        {**row, "target": row.get("target") or frozen.get((row["entry"], row["part"], row["item"]))} for row in rows
    ]


def _gate(entry: Entry, gate: str) -> dict[str, Any]:
    ruling = verdict_on(entry, gate)
    return {
        "gate": gate,
        "entry": entry.code,
        "verdict": ruling.verdict if ruling else "undecided",
        "decision": ruling.digest if ruling else "",
    }
