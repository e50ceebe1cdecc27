"""Everything a release rests on, read from the database into one document; personal data goes to the auditor only."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from portal.consortia.models import ConsortiumInstitution, Entry
from portal.programmes.models import Call, Named, Phase
from portal.results.code_version import code_version
from portal.results.selectors.evidence import evidence_of
from portal.review.enums import DecisionState
from portal.review.models import (
    Decision,
    Disqualification,
    GateRuling,
    Minutes,
    Panel,
    PanelSeat,
    Question,
    SignedSheet,
    Tally,
)
from portal.submissions.selectors import current_submission

DECIDED = (
    DecisionState.APPROVED,
    DecisionState.NOTIFIED,
    DecisionState.FINAL,
    DecisionState.STAYED,
    DecisionState.ANNULLED,
    DecisionState.SUPERSEDED,
)


def sources_of(tally: Tally, *, release: dict[str, Any]) -> dict[str, Any]:
    """Sections of the auditor's bundle; `release` is the head that says version, scope, stage and time."""
    phase = tally.phase
    ruleset = phase.ruleset
    if ruleset is None:
        raise ValueError(f"{phase} has a tally but no rule set.")
    return {
        "release": {**_phase(phase), **release, "code": code_version()},
        "ruleset": {
            "name": ruleset.name,
            "version": ruleset.version,
            "digest": ruleset.digest,
            "document": ruleset.document,
        },
        "panels": [_panel(panel) for panel in Panel.objects.filter(phase=phase)],
        "sheets": [_sheet(sheet) for sheet in _signed_sheets(phase)],
        "entries": [_entry(entry) for entry in _entries(phase)],
        "rulings": [
            _ruling(ruling) for ruling in GateRuling.objects.filter(entry__phase=phase).select_related("entry")
        ],
        "minutes": [
            _minutes(minutes) for minutes in Minutes.objects.filter(panel__phase=phase).select_related("panel")
        ],
        "decisions": [_decision(decision) for decision in _decisions(phase)],
        "calls": [_call(call) for call in _calls(phase)],
        "tally": {
            "version": tally.version,
            "input": tally.input,
            "input_digest": tally.input_digest,
            "output": tally.output,
            "digest": tally.digest,
        },
    }


def name_of(row: Named) -> dict[str, str]:
    return {"ko": row.name_ko, "en": row.name_en}


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "programme": {"slug": phase.programme.slug, "name": name_of(phase.programme)},
        "phase": {"slug": phase.slug, "number": phase.number, "name": name_of(phase)},
    }


def _signed_sheets(phase: Phase) -> Iterable[SignedSheet]:
    """Every signature, withdrawn and void ones too, in an order that names nobody."""
    sheets = SignedSheet.objects.filter(sheet__assignment__entry__phase=phase)
    return sheets.select_related("sheet").order_by("digest", "id")


def _entries(phase: Phase) -> Iterable[Entry]:
    return Entry.objects.filter(phase=phase).select_related("consortium").order_by("code")


def _decisions(phase: Phase) -> Iterable[Decision]:
    rows = Decision.objects.filter(phase=phase, state__in=DECIDED)
    return rows.select_related("entry", "tally", "minutes", "call", "approved_by").order_by("id")


def _panel(panel: Panel) -> dict[str, Any]:
    seats = panel.seats.select_related("user", "declaration").order_by("code")
    return {"kind": panel.kind, "part": panel.part, "name": panel.name, "seats": [_seat(seat) for seat in seats]}


def _seat(seat: PanelSeat) -> dict[str, Any]:
    declaration = seat.declaration
    return {
        "reviewer": seat.code,
        "kind": seat.kind,
        "person": seat.user.name or seat.code,  # never an address
        "declaration": declaration.state,
        "ground": declaration.ground,
        "ruling": declaration.ruling_reason,
    }


def _sheet(signed: SignedSheet) -> dict[str, Any]:
    state = signed.sheet.state if signed.sheet.signed_id == signed.pk else "withdrawn"
    return {"digest": signed.digest, "state": state, "document": signed.content}


def _entry(entry: Entry) -> dict[str, Any]:
    submission = current_submission(entry)
    places = entry.consortium.places.filter(accepted_at__isnull=False, ends=None).select_related("institution")
    return {
        "code": entry.code,
        "name": name_of(entry.consortium),
        "state": entry.state,
        "institutions": [_institution(place) for place in places.order_by("role", "invited_at", "id")],
        "evidence": evidence_of(submission) if submission else None,
        "questions": [_question(row) for row in entry.questions.select_related("answer")],
        "disqualifications": [_disqualification(row) for row in entry.disqualifications.all()],
    }


def _institution(place: ConsortiumInstitution) -> dict[str, Any]:
    return {"name": name_of(place.institution), "role": place.role}


def _question(question: Question) -> dict[str, Any]:
    answer = getattr(question, "answer", None)
    return {"text": question.text, "asked_at": _time(question.asked_at), "answer": answer.text if answer else None}


def _disqualification(row: Disqualification) -> dict[str, Any]:
    return {
        "gate": row.gate,
        "state": row.state,
        "grounds": row.grounds,
        "evidence": row.evidence,
        "reply": row.reply,
        "notified_at": _time(row.notified_at),
        "reply_due": _time(row.reply_due),
        "replied_at": _time(row.replied_at),
    }


def _ruling(ruling: GateRuling) -> dict[str, Any]:
    return {
        "entry": ruling.entry.code,
        "gate": ruling.gate,
        "number": ruling.number,
        "verdict": ruling.verdict,
        "reason": ruling.reason,
        "ruled_at": _time(ruling.ruled_at),
        "digest": ruling.digest,
    }


def _minutes(minutes: Minutes) -> dict[str, Any]:
    return {
        "panel": minutes.panel.name,
        "subject": minutes.subject,
        "held_at": _time(minutes.held_at),
        "text": minutes.text,
        "present": sorted(row.seat.code for row in minutes.attendance.select_related("seat")),
        "seated": minutes.seated,
        "quorum": minutes.quorum,
        "votes": {
            "for": minutes.votes_for,
            "against": minutes.votes_against,
            "abstained": minutes.votes_abstained,
        },
        "dissent": minutes.dissent,
        "digest": minutes.digest,
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "number": decision.pk,
        "entry": decision.entry.code if decision.entry else None,
        "seats": decision.seats,
        "outcome": decision.outcome,
        "basis": decision.basis,
        "state": decision.state,
        "tally": decision.tally.digest if decision.tally else None,
        "minutes": decision.minutes.digest if decision.minutes else None,
        "public_rationale": decision.public_rationale,
        "private_rationale": decision.private_rationale,
        "supersedes": decision.supersedes_id,
        "concerns": decision.concerns_id,
        "approved_at": _time(decision.approved_at),
        "notified_at": _time(decision.notified_at),
    }


def _calls(phase: Phase) -> QuerySet[Call]:
    """Calls for seats of this phase, and those that its vacancies opened for the one to be entered."""
    return Call.objects.filter(Q(phase=phase) | Q(decisions__phase=phase)).distinct()


def _call(call: Call) -> dict[str, Any]:
    return {
        "seats": call.seats,
        "state": call.state,
        "opens_at": _time(call.opens_at),
        "closes_at": _time(call.closes_at),
        "reason": call.reason,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
