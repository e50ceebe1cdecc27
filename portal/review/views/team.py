"""A team's side: questions and answers, the right of reply, the own result with its notice, the objection."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.access import ViewerRequest, access
from portal.common.acts import tried
from portal.consortia.models import Entry
from portal.review import actions
from portal.review.enums import AppealGround, DisqualificationState, NoticeKind, Outcome
from portal.review.forms import AnswerForm, AppealForm, ReplyForm
from portal.review.labels import LABELS
from portal.review.models import Decision, Disqualification, Notice, Question, Verification
from portal.review.policies import rules, visible_to
from portal.review.selectors.results import result_rows
from portal.review.views.flow import person

UNPROCESSABLE = 422


def _entry(entry_id: int) -> Entry:
    return get_object_or_404(Entry.objects.select_related("phase__programme", "consortium"), pk=entry_id)


@access(rules.is_of_team)
def matters(request: ViewerRequest, entry_id: int) -> HttpResponse:
    """Everything the ministry has put to this team, newest first, with what is still open on top."""
    entry = _entry(entry_id)
    viewer = request.viewer
    cases = Disqualification.objects.filter(entry=entry).exclude(state=DisqualificationState.RAISED)
    context = {
        "entry": entry,
        "phase": entry.phase,
        "questions": visible_to(viewer, Question.objects.filter(entry=entry)).select_related("answer"),
        "cases": visible_to(viewer, cases),
        "verifications": visible_to(viewer, Verification.objects.filter(entry=entry)),
        "notices": visible_to(viewer, Notice.objects.filter(entry=entry)),
        "decisions": visible_to(viewer, Decision.objects.filter(entry=entry, notified_at__isnull=False)),
        "now": timezone.now(),
    }
    return render(request, "review/team/matters.html", context)


@access(rules.answers_question)
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    row = get_object_or_404(Question.objects.select_related("entry__phase", "entry__consortium"), pk=question_id)
    _note_receipt(request, f"question:{row.pk}")
    return _answering(
        request,
        AnswerForm,
        template="review/team/question.html",
        context={"question": row, "entry": row.entry, "answer": getattr(row, "answer", None), "now": timezone.now()},
        act=lambda data: actions.answer_question(row, text=data["text"], answered_by=person(request)),
        done=_("Your answer is sent."),
        entry=row.entry,
    )


@access(rules.replies_to)
def reply(request: HttpRequest, disqualification_id: int) -> HttpResponse:
    row = get_object_or_404(
        Disqualification.objects.select_related("entry__phase", "entry__consortium"), pk=disqualification_id
    )
    _note_receipt(request, f"disqualification:{row.pk}")
    return _answering(
        request,
        ReplyForm,
        template="review/team/reply.html",
        context={"case": row, "entry": row.entry, "now": timezone.now()},
        act=lambda data: actions.reply_to_disqualification(row, text=data["text"], replied_by=person(request)),
        done=_("Your reply is on record. The panel rules after reading it."),
        entry=row.entry,
    )


@access(rules.reads_verification)
def verification(request: HttpRequest, verification_id: int) -> HttpResponse:
    """Why the verdict is held, what was asked, and how the round ended; what the ministry looked at stays with it."""
    rows = Verification.objects.select_related("entry__phase__programme", "entry__consortium")
    row = get_object_or_404(rows, pk=verification_id)
    _note_receipt(request, f"verification:{row.pk}")
    context = {"verification": row, "entry": row.entry, "questions": row.questions.select_related("answer")}
    return render(request, "review/team/verification.html", {**context, "now": timezone.now()})


@access(rules.objects_to)
def objection(request: HttpRequest, decision_id: int) -> HttpResponse:
    row = get_object_or_404(Decision.objects.select_related("entry__phase", "entry__consortium"), pk=decision_id)
    if row.entry is None:
        return redirect("review:home")
    return _answering(
        request,
        AppealForm,
        template="review/team/objection.html",
        context={"decision": row, "entry": row.entry, "appeal": getattr(row, "appeal", None), "now": timezone.now()},
        act=lambda data: actions.lodge_appeal(
            row, ground=AppealGround(data["ground"]), text=data["text"], lodged_by=person(request)
        ),
        done=_("Your objection is lodged."),
        entry=row.entry,
    )


def _note_receipt(request: HttpRequest, subject_key: str) -> None:
    """Whoever opens the matter has read its notice, by whichever link they came."""
    for notice in Notice.objects.filter(subject_key=subject_key, read_at=None):
        actions.read_notice(notice, read_by=person(request))


def _answering(
    request: HttpRequest,
    form_class: type[forms.Form],
    *,
    template: str,
    context: dict[str, Any],
    act: Callable[[dict[str, Any]], Any],
    done: str,
    entry: Entry,
) -> HttpResponse:
    """One text, sent once: valid and accepted goes back to the entry's page, anything else keeps what was typed."""
    form = form_class(request.POST or None)
    posted = request.method == "POST"
    if posted and form.is_valid() and tried(request, lambda: act(form.cleaned_data), done=done):
        return redirect("review:matters", entry_id=entry.pk)
    return render(request, template, {"form": form, **context}, status=UNPROCESSABLE if posted else 200)


@access(rules.sees_own_result)
def result(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The latest notice of a result as it was sent, with the way to earlier ones; opening it is the proof of receipt."""
    entry = _entry(entry_id)
    latest = Notice.objects.filter(entry=entry, kind=NoticeKind.RESULT).first()
    return _result_page(request, entry, latest)


def _result_page(request: HttpRequest, entry: Entry, notice: Notice | None, *, older: bool = False) -> HttpResponse:
    if notice is not None and notice.read_at is None:
        notice = actions.read_notice(notice, read_by=person(request))
    decision = Decision.objects.filter(pk=notice.content["decision"]).first() if notice else None
    others = Notice.objects.filter(entry=entry, kind=NoticeKind.RESULT).exclude(pk=notice.pk) if notice else []
    context = {
        "entry": entry,
        "phase": entry.phase,
        "notice": notice,
        "older": older,
        "others": [(row, LABELS[Outcome][row.content["outcome"]]) for row in others],
        "decision": decision,
        "appeal": getattr(decision, "appeal", None),
        "now": timezone.now(),
        **result_rows(entry.phase, notice.content if notice else None),
    }
    return render(request, "review/team/result.html", context)


@access(rules.reads_notice)
def notice_page(request: HttpRequest, notice_id: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.select_related("entry__phase", "consortium"), pk=notice_id)
    notice = actions.read_notice(notice, read_by=person(request))
    if notice.kind != NoticeKind.RESULT:
        return render(request, "review/team/notice.html", {"notice": notice, "entry": notice.entry})
    latest = Notice.objects.filter(entry=notice.entry, kind=NoticeKind.RESULT).first()
    if latest == notice:
        return redirect("review:result", entry_id=notice.entry_id)
    return _result_page(request, _entry(notice.entry_id), notice, older=True)
