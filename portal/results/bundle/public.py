"""The public bundle: what the disclosure matrix opens, each number with its class, and commitments to the rest.

Single sheets appear under labels that hold for one entry and one part only, in an order of their own, so that
nothing links one member's scores across teams. Texts of members never appear.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from portal.results.bundle.commitments import commitment, salt_for
from portal.results.bundle.disclosure import disclosed
from portal.results.bundle.scores import entry_scores, summary_of
from portal.results.enums import NumberClass

SCHEMA = "release-public/1"
ENDED = frozenset({"declined", "discarded"})


class Withheld(NamedTuple):
    """`path` is where the auditor finds the value again, and what its salt is derived from."""

    kind: str
    path: str
    value: Any


def build_public(auditor: dict[str, Any]) -> dict[str, Any]:
    """A pure function of the auditor's bundle: the same bundle gives the same bytes."""
    head = auditor["release"]
    open_to_all = disclosed(auditor["ruleset"]["document"], scope=head["scope"], stage=head["stage"])
    return {
        "schema": SCHEMA,
        "release": head,
        "ruleset": auditor["ruleset"],
        "panels": [_panel(panel, open_to_all) for panel in auditor["panels"]],
        "tally": {"version": auditor["tally"]["version"], "digest": auditor["tally"]["digest"]},
        "summary": summary_of(auditor, open_to_all),
        "entries": [_entry(entry, auditor, open_to_all) for entry in auditor["entries"]],
        "decisions": [_decision(row) for row in _standing(auditor)] if "winners" in open_to_all else [],
        "calls": auditor["calls"],
        "withheld": commitments_of(auditor),
    }


def commitments_of(auditor: dict[str, Any]) -> list[dict[str, str]]:
    """Sorted by digest, so that the order tells nothing about whose value it is."""
    rows = [
        {"kind": item.kind, "commitment": commitment(item.value, salt=salt_for(item.path, secret=auditor["secret"]))}
        for item in withheld(auditor)
    ]
    return sorted(rows, key=lambda row: (row["kind"], row["commitment"]))


def withheld(auditor: dict[str, Any]) -> Iterator[Withheld]:
    """Every value that the public bundle leaves out."""
    for sheet in auditor["sheets"]:
        yield Withheld("sheet", f"sheet:{sheet['digest']}", sheet)
    for number, panel in enumerate(auditor["panels"]):
        for seat in panel["seats"]:
            yield Withheld("seat", f"seat:{number}:{seat['reviewer']}", seat)
    for kind in ("minutes", "decisions", "rulings"):
        for number, row in enumerate(auditor[kind]):
            yield Withheld(kind, f"{kind}:{number}", row)
    for entry in auditor["entries"]:
        yield Withheld("entry", f"entry:{entry['code']}", entry)
    yield Withheld("tally", "tally", auditor["tally"])


def _panel(panel: dict[str, Any], open_to_all: frozenset[str]) -> dict[str, Any]:
    recused = sum(seat["declaration"] == "recused" for seat in panel["seats"])
    row = {
        "kind": panel["kind"],
        "part": panel["part"],
        "name": panel["name"],
        "seats": len(panel["seats"]),
        "recused": recused,
    }
    if "panel_roster" in open_to_all and panel["kind"] != "public":  # the general public sits without names
        row["members"] = sorted(seat["person"] for seat in panel["seats"])
    return row


def _entry(entry: dict[str, Any], auditor: dict[str, Any], open_to_all: frozenset[str]) -> dict[str, Any]:
    code = entry["code"]
    evidence = entry["evidence"]
    rulings_open = "gate_rulings" in open_to_all
    return {
        "code": code,
        "name": entry["name"],
        "institutions": entry["institutions"],
        "outcome": _outcome(code, auditor) if "winners" in open_to_all else None,
        **entry_scores(code, auditor, open_to_all),
        "gates": _gates(code, auditor) if rulings_open else [],
        "receipt": evidence["receipt"] if evidence else None,
        "benchmarks": [_run(run) for run in evidence["benchmarks"]]
        if evidence and "item_points" in open_to_all
        else [],
        "originality": [_comparison(row) for row in evidence["originality"]] if evidence and rulings_open else [],
        "reply": _reply(entry) if rulings_open else None,
    }


def _run(run: dict[str, Any]) -> dict[str, Any]:
    return {**run, "results": [_classed(row) for row in run["results"]]}


def _comparison(row: dict[str, Any]) -> dict[str, Any]:
    return {**_classed(row), "scores": [_classed(score) for score in row["scores"]]}


def _classed(row: dict[str, Any]) -> dict[str, Any]:
    """Measured on weights that are not public: whoever may open the submission can measure again."""
    return {**row, "class": NumberClass.AUDITOR}


def _outcome(code: str, auditor: dict[str, Any]) -> dict[str, Any] | None:
    """That of the entry's latest decision in force: a lifted stay gives way to the decision that it had stayed."""
    stayed = {row["number"] for row in auditor["decisions"] if row["state"] == "stayed"}
    standing = [
        row
        for row in _standing(auditor)
        if row["entry"] == code
        and row["state"] not in {"superseded", "annulled"}
        and row["outcome"] != "lift_stay"
        and (row["outcome"] != "stay" or row.get("concerns") in stayed)
    ]
    if not standing:
        return None
    return {"outcome": standing[-1]["outcome"], "basis": standing[-1]["basis"], "decision": standing[-1]["number"]}


def _standing(auditor: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in auditor["decisions"] if row["state"] not in ENDED]


def _gates(code: str, auditor: dict[str, Any]) -> list[dict[str, Any]]:
    """The latest ruling on each gate; its reason stays withheld, the decision's public grounds stand in `decisions`."""
    latest = {row["gate"]: row for row in sorted(_rulings(code, auditor), key=lambda row: row["number"])}
    return [
        {"gate": gate, "verdict": row["verdict"], "ruled_at": row["ruled_at"], "ruling": row["digest"]}
        for gate, row in sorted(latest.items())
    ]


def _rulings(code: str, auditor: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in auditor["rulings"] if row["entry"] == code]


def _reply(entry: dict[str, Any]) -> dict[str, Any] | None:
    """The team's own words, beside the ruling that stands against it; nothing of dismissed procedures."""
    upheld = [row for row in entry["disqualifications"] if row["state"] == "upheld"]
    if not upheld:
        return None
    return {"gate": upheld[-1]["gate"], "text": upheld[-1]["reply"] or None, "replied_at": upheld[-1]["replied_at"]}


def _decision(row: dict[str, Any]) -> dict[str, Any]:
    shown = (
        "number",
        "entry",
        "seats",
        "outcome",
        "basis",
        "state",
        "public_rationale",
        "supersedes",
        "concerns",
        "approved_at",
        "notified_at",
    )
    return {key: row[key] for key in shown if key in row}  # releases of old have no later decisions
