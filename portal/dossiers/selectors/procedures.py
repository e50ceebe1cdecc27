"""Questions to the team with their answers, procedures and sessions: of each what the reader may see at this stage."""

from typing import Any

from django.utils import timezone

from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.dossiers.documents import plain
from portal.review.models import Disqualification, Question, Verification
from portal.review.policies import Subject, view, visible_to


def procedures(entry: Entry, viewer: Viewer) -> dict[str, Any]:
    questions = visible_to(viewer, Question.objects.filter(entry=entry)).select_related("answer").order_by("pk")
    found: dict[str, Any] = plain(
        {
            "questions": [_question(row) for row in questions],
            "cases": [_case(row) for row in visible_to(viewer, Disqualification.objects.filter(entry=entry))],
            "verifications": [
                {"number": row.pk, "state": row.state, "opened_at": row.opened_at, "reason": row.reason}
                for row in visible_to(viewer, Verification.objects.filter(entry=entry))
            ],
            "sessions": _sessions(entry, viewer),
        }
    )
    return found


def _question(row: Question) -> dict[str, Any]:
    answer = getattr(row, "answer", None)
    return {
        "number": row.pk,
        "text": row.text,
        "asked_at": row.asked_at,
        "due_at": row.due_at,
        "answer": answer.text if answer else None,
        "answered_at": answer.answered_at if answer else None,
        "open": answer is None and row.due_at > timezone.now(),
    }


def _case(row: Disqualification) -> dict[str, Any]:
    return {
        "number": row.pk,
        "gate": row.gate,
        "state": row.state,
        "raised_at": row.raised_at,
        "notified_at": row.notified_at,
        "reply": row.reply or None,
    }


def _sessions(entry: Entry, viewer: Viewer) -> list[dict[str, Any]]:
    if not view(viewer, Subject.VERIFICATION, entry).allowed:
        return []
    return [
        {"number": row.pk, "state": row.state, "subject": row.subject, "planned_for": row.planned_for}
        for row in entry.verification_sessions.order_by("planned_for")
    ]
