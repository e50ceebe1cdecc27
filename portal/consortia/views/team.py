"""A team's pages about the rules of its entry: amendments put to it, what it proposes, what it asks, what it was granted."""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.access import access
from portal.common.acts import tried
from portal.common.viewer import viewer_of
from portal.consortia import actions, selectors
from portal.consortia.forms import AnswerForm, QuestionForm, SourceForm, TargetForm
from portal.consortia.models import Amendment, ComponentQuestion, Consortium, Entry, Proposal
from portal.consortia.policies import (
    reads_amendment,
    reads_entry,
    sees_consortium,
    speaks_for_entry,
    takes_back_proposal,
    takes_back_question,
)
from portal.consortia.selectors import amendments as hearings
from portal.consortia.selectors import proposals as rounds
from portal.consortia.selectors import rulings as questions
from portal.consortia.selectors import support as ledger
from portal.consortia.views.flow import form_page
from portal.programmes.differences import differences
from portal.programmes.models import Phase


def _entry(number: int) -> Entry:
    rows = Entry.objects.select_related("consortium", "phase__programme", "phase__ruleset", "ruleset")
    return get_object_or_404(rows, pk=number)


def _is_manager(request: HttpRequest, entry: Entry) -> bool:
    return selectors.is_manager(viewer_of(request), entry.consortium)


def component_titles(phase: Phase) -> dict[str, str]:
    language = get_language() or "ko"
    return {row.key: row.title.in_language(language) for row in questions.component_table(phase)}


def item_titles(phase: Phase) -> dict[str, str]:
    """`part.item` -> both headings, for the items that ask for a target."""
    language = get_language() or "ko"
    return {
        row.key: f"{row.part.title.in_language(language)}: {row.item.title.in_language(language)}"
        for row in rounds.target_items(phase)
    }


@access(reads_entry)
@require_safe
def matters(request: HttpRequest, entry: int) -> HttpResponse:
    """Everything that binds the entry to its rules, on one page."""
    found = _entry(entry)
    titles, items = component_titles(found.phase), item_titles(found.phase)
    put = [(row, hearings.last_replies(row).get(found.pk)) for row in hearings.amendments_in(found.phase)]
    own = rounds.proposals_by(found)
    context = {
        "entry": found,
        "consortium": found.consortium,
        "amendments": put,
        "round": rounds.round_of(found.phase),
        "items": items,
        "proposals": [(row, items.get(f"{row.part}.{row.item}", "")) for row in own],
        "questions": [(row, titles.get(row.component, row.component)) for row in questions.questions_by(found)],
        "is_manager": _is_manager(request, found),
    }
    return render(request, "consortia/matters.html", context)


@access(reads_amendment)
@require_http_methods(["GET", "POST"])
def amendment(request: HttpRequest, entry: int, amendment: int) -> HttpResponse:
    """The text before and after, and the team's answer to it."""
    own = _entry(entry)
    found = get_object_or_404(Amendment.objects.select_related("before", "after", "phase__programme"), pk=amendment)
    if request.method == "POST" and not _is_manager(request, own):
        raise PermissionDenied(_("Only a manager of the consortium speaks for it."))
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(
            actions.answer_amendment, found, entry=own, **form.cleaned_data, actor=viewer_of(request)
        )  # fmt: skip
        if tried(request, act, form=form, done=_("The answer of your team is recorded.")):
            return redirect("consortia:amendment", entry=own.pk, amendment=found.pk)
    context = {
        "entry": own,
        "consortium": own.consortium,
        "amendment": found,
        "changes": differences(found.before, found.after),
        "reply": hearings.last_replies(found).get(own.pk),
        "may_answer": hearings.takes_answers(found) and _is_manager(request, own),
        "form": form,
    }
    return form_page(request, "consortia/amendment.html", context)


@access(speaks_for_entry)
@require_http_methods(["GET", "POST"])
def propose_benchmark(request: HttpRequest, entry: int) -> HttpResponse:
    own = _entry(entry)
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.propose_benchmark, own, source=form.source, actor=viewer_of(request))
        if tried(request, act, form=form, done=_("The benchmark is proposed.")):
            return redirect("consortia:matters", entry=own.pk)
    return _proposal_page(request, own, form, heading=_("Propose a benchmark"))


@access(speaks_for_entry)
@require_http_methods(["GET", "POST"])
def propose_target(request: HttpRequest, entry: int) -> HttpResponse:
    own = _entry(entry)
    form = TargetForm(request.POST or None, items=list(item_titles(own.phase).items()))
    if request.method == "POST" and form.is_valid():
        act = partial(
            actions.propose_target, own, source=form.source, figure=form.figure, actor=viewer_of(request)
        )  # fmt: skip
        if tried(request, act, form=form, done=_("The target model is proposed.")):
            return redirect("consortia:matters", entry=own.pk)
    return _proposal_page(request, own, form, heading=_("Propose a target model"))


def _proposal_page(request: HttpRequest, own: Entry, form: Any, *, heading: str) -> HttpResponse:
    context = {"entry": own, "consortium": own.consortium, "form": form, "page_heading": heading}
    return form_page(request, "consortia/propose.html", context)


@access(takes_back_proposal)
@require_POST
def withdraw_proposal(request: HttpRequest, entry: int, proposal: int) -> HttpResponse:
    found = get_object_or_404(Proposal.objects.select_related("entry__consortium"), pk=proposal, entry=entry)
    act = partial(actions.withdraw_proposal, found, actor=viewer_of(request))
    tried(request, act, done=_("The proposal is taken back."))
    return redirect("consortia:matters", entry=entry)


@access(speaks_for_entry)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, entry: int) -> HttpResponse:
    own = _entry(entry)
    form = QuestionForm(request.POST or None, components=list(component_titles(own.phase).items()))
    if request.method == "POST" and form.is_valid():
        act = partial(actions.ask_ruling, own, **form.cleaned_data, actor=viewer_of(request))
        if tried(request, act, form=form, done=_("The question is with the programme.")):
            return redirect("consortia:matters", entry=own.pk)
    context = {
        "entry": own,
        "consortium": own.consortium,
        "form": form,
        "components": questions.component_table(own.phase),
    }
    return form_page(request, "consortia/ask.html", context)


@access(takes_back_question)
@require_POST
def withdraw_question(request: HttpRequest, entry: int, question: int) -> HttpResponse:
    found = get_object_or_404(ComponentQuestion, pk=question, entry=entry)
    act = partial(actions.withdraw_question, found, actor=viewer_of(request))
    tried(request, act, done=_("The question is taken back."))
    return redirect("consortia:matters", entry=entry)


@access(sees_consortium)
@require_safe
def support(request: HttpRequest, slug: str) -> HttpResponse:
    """What this consortium was granted, and what it lost to outages. Its own rows alone."""
    found = get_object_or_404(Consortium, slug=slug)
    programmes = [(row, ledger.support_rows(row, found)) for row in ledger.programmes_supporting(found)]
    tables = [(row, rows, ledger.total("", rows)) for row, rows in programmes if rows]
    return render(request, "consortia/support.html", {"consortium": found, "tables": tables})
