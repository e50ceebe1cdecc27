"""Written questions to a team and its written answers, within a window."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.time import kst
from portal.consortia.models import Entry
from portal.review.actions.base import locked, require_member, require_outsider, require_role, require_text
from portal.review.actions.notices import trace_notice, write_notice
from portal.review.enums import AuditAction, NoticeKind
from portal.review.errors import NotPossible
from portal.review.models import Answer, Question
from portal.review.selectors.gates import open_verification


@transaction.atomic
def ask_question(entry: Entry, *, text: str, due_at: datetime, asked_by: User) -> Question:
    """Put a question to the team; it is told at once. The due time must lie ahead."""
    require_role(asked_by, "officer")
    require_outsider(asked_by, entry.phase)
    require_text(text, _("Write the question."))
    now = timezone.now()
    if due_at <= now:
        raise NotPossible(_("The answer is due in the past; give the team time to answer."))
    question = Question.objects.create(
        entry=entry,
        verification=open_verification(entry),
        text=text,
        asked_by=asked_by,
        asked_at=now,
        due_at=due_at,
    )
    content = {"schema": "notice/1", "question": text, "due_at": due_at.isoformat()}
    notice = write_notice(
        entry, kind=NoticeKind.QUESTION, subject_key=f"question:{question.pk}", content=content, sent_by=asked_by
    )
    leave_trace(AuditAction.QUESTION_ASKED, by=asked_by, subject=question, after={"entry": entry.code})
    trace_notice(notice)
    return question


@transaction.atomic
def answer_question(question: Question, *, text: str, answered_by: User) -> Answer:
    """One answer, by a member of the consortium, before it is due."""
    row = locked(question)
    require_member(answered_by, row.entry.consortium_id)
    require_text(text, _("Write the answer."))
    if Answer.objects.filter(question=row).exists():
        raise NotPossible(_("This question is already answered; an answer stands as it was given."))
    now = timezone.now()
    if now > row.due_at:
        raise NotPossible(_("The answer was due by %(due)s; the window is closed.") % {"due": kst(row.due_at)})
    answer = Answer.objects.create(question=row, text=text, answered_by=answered_by, answered_at=now)
    leave_trace(AuditAction.QUESTION_ANSWERED, by=answered_by, subject=row)
    return answer
