"""The dossier of an entry, and a session as the team, the panel and staff read it; the team answers and agrees here."""

import json
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from originality.registry import Place
from portal.common.access import access
from portal.common.acts import status_of, tried
from portal.common.posted import number_in, text_in
from portal.common.viewer import Viewer, viewer_of
from portal.consortia.models import Entry
from portal.dossiers import actions, policies
from portal.dossiers.forms import AnswerForm
from portal.dossiers.models import SessionQuestion, VerificationSession
from portal.dossiers.selectors.dossier import dossier_of
from portal.dossiers.selectors.people import attendance
from portal.dossiers.selectors.sessions import pieces_of
from portal.review.policies import rules


@access(policies.reads_dossier)
@require_safe
def dossier(request: HttpRequest, entry_id: int) -> HttpResponse:
    entry = _entry(entry_id)
    viewer = viewer_of(request)
    context = {
        "entry": entry,
        "phase": entry.phase,
        "dossier": dossier_of(entry, viewer),
        "place": _place(viewer, entry),
    }
    return render(request, "dossiers/dossier.html", context)


def _place(viewer: Viewer, entry: Entry) -> Place:
    """The page from which this reader comes: the team's own, the office's, or the desk of the panel."""
    if rules.is_of_team(viewer, entry.pk).allowed:
        return Place(_("My team"), reverse("submissions:home"))
    if rules.oversees_phase(viewer, entry.phase_id).allowed:
        return Place(entry.phase.name, reverse("ops:entry", args=[entry.phase_id, entry.pk]))
    return Place(_("Review"), reverse("review:home"))


@access(policies.reads_dossier)
@require_safe
def data(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The same document as the page, schema dossier/1."""
    entry = _entry(entry_id)
    text = json.dumps(dossier_of(entry, viewer_of(request)), ensure_ascii=False, indent=2, sort_keys=True)
    headers = {
        "Content-Disposition": f'attachment; filename="dossier-{entry.pk}.json"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8", headers=headers)


@access(policies.reads_session)
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Agenda, who attends, evidence in its order, questions and answers, minutes; a member of the team may answer."""
    row, viewer = _session(session_id), viewer_of(request)
    asked = number_in(request.POST, "question", default=0) if request.method == "POST" else 0
    form = AnswerForm(request.POST if asked else None, auto_id=f"answer_{asked}_%s")
    question = SessionQuestion.objects.filter(session=row, pk=asked).first()
    if question is not None and form.is_valid():
        act = partial(actions.answer_in_session, question, text=form.cleaned_data["text"], by=viewer)
        if tried(request, act, form=form, done=_("The answer is recorded.")):
            return redirect("dossiers:session", session_id=row.pk)
    context = {
        "session": row,
        "entry": row.entry,
        "phase": row.entry.phase,
        "agenda": row.agenda.prefetch_related("exhibits"),
        "attendance": attendance(row),
        "pieces": pieces_of(row),
        "questions": row.questions.select_related("answer", "item"),
        "lines": row.lines.all(),
        "form": form,
        "asked": asked,
        "may_answer": policies.answers_in(viewer, row),
        "may_consent": policies.consents_in(viewer, row),
        "is_staff": policies.sees_names(viewer, row),
    }
    return render(request, "dossiers/session.html", context, status=status_of(form))


@access(policies.reads_session)
@require_POST
def consent(request: HttpRequest, session_id: int) -> HttpResponse:
    """Yes or no to each piece that the page showed; what was left open stays without an answer."""
    row = _session(session_id)
    words = {}
    for piece in pieces_of(row):
        said = text_in(request.POST, piece.key)
        if said in ("yes", "no"):
            words[piece.key] = actions.Word(agreed=said == "yes", digest=text_in(request.POST, f"{piece.key}-digest"))
    act = partial(actions.give_consent, row, words=words, by=viewer_of(request))
    tried(request, act, done=_("Recorded. Until the record is published you can change it."))
    return redirect("dossiers:session", session_id=row.pk)


def _entry(number: int) -> Entry:
    return get_object_or_404(
        Entry.objects.select_related("consortium", "phase__programme", "phase__ruleset"), pk=number
    )


def _session(number: int) -> VerificationSession:
    rows = VerificationSession.objects.select_related("entry__consortium", "entry__phase__programme")
    return get_object_or_404(rows, pk=number)
