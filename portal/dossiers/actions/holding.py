"""The session takes place: it begins, questions are asked and answered, the minutes grow."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.formats.canonical import digest_of
from portal.common.time import kst
from portal.common.viewer import Viewer
from portal.consortia.selectors import is_member
from portal.dossiers.actions.base import (
    leave_trace,
    locked,
    officers_row,
    require_officer,
    require_state,
    require_text,
    step,
    tell,
)
from portal.dossiers.enums import AttendeeKind, AuditAction, SessionState
from portal.dossiers.errors import DossierError
from portal.dossiers.models import AgendaItem, MinutesLine, SessionAnswer, SessionQuestion, VerificationSession
from portal.dossiers.selectors.sessions import agenda_document

MOST_ROWS = 500  # questions, and paragraphs of minutes


@transaction.atomic
def hold_session(
    session: VerificationSession, *, present: Collection[int], consent_days: int, by: Viewer
) -> VerificationSession:
    """Begin: the agenda stands from here on, and who is there is written down. The team learns until when it says yes or no."""
    row = locked(session)
    found = step("hold", row, by=by)
    if not row.exhibits.exists():
        raise DossierError(_("Nothing is to be shown yet: put evidence on the agenda first."))
    there = row.attendees.filter(pk__in=present)
    if not there.filter(kind=AttendeeKind.TEAM).exists():
        raise DossierError(_("Nobody of the team is there; a session is not held without it."), field="present")
    there.update(present=True)
    now = timezone.now()
    row.state, row.held_at, row.agenda_digest = SessionState(found.target), now, digest_of(agenda_document(row))
    row.consent_due = now + timedelta(days=consent_days)
    row.save(update_fields=["state", "held_at", "agenda_digest", "consent_due"])
    tell(row, "held", due=kst(row.consent_due))
    after = {"state": row.state, "agenda": row.agenda_digest, "present": there.count()}
    leave_trace(AuditAction.HELD, by=by, subject=row, before={"state": found.source}, after=after)
    return row


@transaction.atomic
def ask_in_session(
    session: VerificationSession, *, text: str, asked_as: AttendeeKind, item: AgendaItem | None, by: Viewer
) -> SessionQuestion:
    """Write down a question that was asked; by which body, never by whom."""
    row = officers_row(session, by, "held")
    if item is not None and item.session_id != row.pk:
        raise DossierError(_("This point belongs to another session."), field="item")
    question = SessionQuestion.objects.create(
        session=row,
        number=_next(row, "questions"),
        item=item,
        asked_as=asked_as,
        text=require_text(text, field="text"),
        recorded_by=by.actor,
    )
    after = {"number": question.number, "digest": digest_of({"text": question.text})}
    leave_trace(AuditAction.QUESTION_ASKED, by=by, subject=row, after=after)
    return question


@transaction.atomic
def answer_in_session(question: SessionQuestion, *, text: str, by: Viewer) -> SessionAnswer:
    """The one answer: written by a member of the team, or given aloud and written down by the office."""
    row = locked(question.session)
    own = is_member(by, row.entry.consortium)
    if not own:
        require_officer(by, row.entry.phase.programme)
    require_state(row, "held")
    if SessionAnswer.objects.filter(question=question).exists():
        raise DossierError(_("This question is answered; the answer stands as it was given."))
    answer = SessionAnswer.objects.create(
        question=question, text=require_text(text, field="text"), aloud=not own, recorded_by=by.actor
    )
    after = {"number": question.number, "digest": digest_of({"text": answer.text}), "aloud": answer.aloud}
    leave_trace(AuditAction.QUESTION_ANSWERED, by=by, subject=row, after=after)
    return answer


@transaction.atomic
def write_minutes(session: VerificationSession, *, text: str, by: Viewer) -> MinutesLine:
    """Add a paragraph; a correction is a further one, nothing is rewritten."""
    row = officers_row(session, by, "held")
    line = MinutesLine.objects.create(
        session=row, number=_next(row, "lines"), text=require_text(text, field="text"), recorded_by=by.actor
    )
    leave_trace(
        AuditAction.MINUTED, by=by, subject=row, after={"number": line.number, "digest": digest_of({"text": line.text})}
    )
    return line


def _next(row: VerificationSession, rows: str) -> int:
    last: int = getattr(row, rows).aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_ROWS:
        raise DossierError(_("A session takes at most %(most)s of these.") % {"most": MOST_ROWS})
    return last + 1
