"""What a team is told about itself: outcome, own points, anonymised opinions. One member's score is in none of it."""

import hashlib
from typing import Any

from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.review.enums import PanelKind, SeatKind, SheetState
from portal.review.models import Decision, PanelSeat, ScoreSheet, Tally
from portal.review.policies.table import STAGES
from portal.review.selectors.rules import rules_of

TOLD_FROM = "notified"


def result_notice(decision: Decision) -> dict[str, Any]:
    """The notice of a decision on one entry, schema result-notice/1. Numbers are decimal text as the tally gives them."""
    if decision.entry is None:
        raise ValueError("A decision that is not about one entry has no result notice.")
    return {
        "schema": "result-notice/1",
        "decision": decision.pk,
        "outcome": decision.outcome,
        "basis": decision.basis,
        "rationale": decision.public_rationale,
        "scores": own_scores(decision.entry, decision.tally) if decision.tally else None,
        "opinions": opinions_on(decision.entry) if decision.concerns_id is None else [],
        "panel": _roster(decision.phase) if decision.concerns_id is None else None,
        "concerns": decision.concerns_id,
        "objection_until": decision.objection_until.isoformat() if decision.objection_until else None,
    }


def own_scores(entry: Entry, tally: Tally) -> dict[str, Any] | None:
    """The entry's own totals, parts and measured items. Traces to single sheets stay behind; a rank is told if the rules disclose it."""
    row = next((row for row in tally.output["entries"] if row["code"] == entry.code), None)
    if row is None:
        return None
    return {
        "tally": {"version": tally.version, "digest": tally.digest},
        "total": row["total"],
        "of": tally.output["points"],
        "rank": row["rank_by_score"] if discloses(entry.phase, "ranks", audience="own_consortium") else None,
        "groups": row["groups"],
        "parts": [_part(part) for part in row["parts"]],
        "gates": {key: gate["verdict"] for key, gate in row["gates"].items()},
    }


def _part(part: dict[str, Any]) -> dict[str, Any]:
    """Points of one part; of a measured one the items too, because those are the team's own measurements."""
    items = (part.get("trace") or {}).get("items", [])
    kept = ("item", "value", "points", "stderr", "target")
    return {
        "part": part["part"],
        "points": part["points"],
        "of": part["of"],
        "items": [{key: item[key] for key in kept if key in item} for item in items],
    }


def opinions_on(entry: Entry) -> list[str]:
    """The panel's opinions without names, in an order that says nothing about who wrote them."""
    rows = ScoreSheet.objects.filter(assignment__entry=entry, state=SheetState.SEALED).select_related("signed")
    texts = [row.signed.content["opinion"].strip() for row in rows if row.signed]
    return sorted((text for text in texts if text), key=lambda text: hashlib.sha256(text.encode()).hexdigest())


def _roster(phase: Phase) -> list[str] | None:
    if not discloses(phase, "panel_roster", audience="own_consortium"):
        return None
    seats = PanelSeat.objects.filter(panel__phase=phase).exclude(kind=SeatKind.ALTERNATE)
    named = seats.exclude(panel__kind=PanelKind.PUBLIC).select_related("user")  # the public sits without names
    return sorted({seat.user.name or seat.code for seat in named})


def discloses(phase: Phase, subject: str, *, audience: str, at: str = TOLD_FROM) -> bool:
    """Whether the frozen disclosure matrix opens `subject` to `audience` at the stage `at`; what it does not name stays closed."""
    opens = rules_of(phase).disclosure.get(subject, {}).get(audience, "never")
    return opens in STAGES and STAGES.index(at) >= STAGES.index(opens)
