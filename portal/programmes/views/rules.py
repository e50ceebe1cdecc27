"""The rule set of a phase: written, checked, compared and taken, and frozen with its digest."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.common.access import access, step_up_to_act
from portal.common.acts import CONFLICT, OK, REFUSED, tried
from portal.common.viewer import viewer_of
from portal.programmes import actions, editing, selectors
from portal.programmes.differences import differences_of
from portal.programmes.enums import PhaseState
from portal.programmes.errors import ChangedMeanwhile, ProgrammeError
from portal.programmes.forms import RulesForm
from portal.programmes.models import Phase
from portal.programmes.policies import changes_phase
from portal.programmes.views.public import rules_context


@access(changes_phase)
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, phase: str) -> HttpResponse:
    """The editor. The draft is saved before anything is checked, so that no text is ever lost."""
    found = selectors.phase_by_slug(phase)
    if found.state != PhaseState.DRAFTED:
        return render(request, "programmes/ops_rules.html", {"phase": found}, status=REFUSED if request.POST else OK)
    return _write(request, found) if request.method == "POST" else _read(request, found)


def _read(request: HttpRequest, phase: Phase) -> HttpResponse:
    """The draft with its check, or what a new text starts from."""
    draft = selectors.draft_of(phase)
    started = editing.beginning(request.GET.get("start", ""))
    text = started if started is not None else draft.text if draft else ""
    form = RulesForm(initial={"text": text, "revision": draft.revision if draft else 0})
    checked = editing.check(text) if text else None
    return _page(request, phase, form=form, checked=checked, draft=draft, started=started is not None)


def _write(request: HttpRequest, phase: Phase) -> HttpResponse:
    form = RulesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, phase, form=form, status=REFUSED)
    text, revision = form.cleaned_data["text"], form.cleaned_data["revision"] or 0
    try:
        draft = actions.save_draft(phase, text=text, revision=revision, actor=viewer_of(request))
    except ProgrammeError as refusal:
        return _refused(request, phase, text=text, refusal=refusal)
    checked = editing.check(text)
    if checked.document is None:
        return _page(request, phase, form=_again(text, draft.revision), checked=checked, draft=draft, status=REFUSED)
    if request.POST.get("act") == "take":
        done = _("The rule set stands and is the phase's now. It is not frozen yet.")
        act = partial(actions.propose_rules, phase, checked.document, actor=viewer_of(request))
        tried(request, act, done=done)
        return redirect("ops_programmes:phase", phase=phase.slug)
    messages.success(request, _("The text is saved and stands. See below what it says."))
    return redirect("ops_programmes:rules", phase=phase.slug)


def _refused(request: HttpRequest, phase: Phase, *, text: str, refusal: ProgrammeError) -> HttpResponse:
    """The text stays in the form; beside it the one that somebody else saved meanwhile."""
    theirs = selectors.draft_of(phase)
    messages.error(request, str(refusal))
    conflict = isinstance(refusal, ChangedMeanwhile)
    form = _again(text, theirs.revision if theirs else 0)
    return _page(
        request, phase, form=form, theirs=theirs if conflict else None, status=CONFLICT if conflict else REFUSED
    )


def _again(text: str, revision: int) -> RulesForm:
    return RulesForm(initial={"text": text, "revision": revision})


def _page(
    request: HttpRequest,
    phase: Phase,
    *,
    form: RulesForm,
    checked: editing.Checked | None = None,
    status: int = OK,
    **more: Any,
) -> HttpResponse:
    context = {"phase": phase, "form": form, "checked": checked, "beginnings": editing.beginnings(), **more}
    if checked and checked.document is not None:
        context |= rules_context(checked.document)
        context["both"] = True
        if phase.ruleset:
            context["changes"] = differences_of(phase.ruleset.document, checked.document)
    return render(request, "programmes/ops_rules.html", context, status=status)


@access(changes_phase)
@step_up_to_act
@require_http_methods(["GET", "POST"])
def freeze(request: HttpRequest, phase: str) -> HttpResponse:
    """Show what will be fixed, with its digest and in both languages, and fix it."""
    found = selectors.phase_by_slug(phase)
    if request.method == "POST":
        act = partial(_freeze_what_was_read, found, digest=request.POST.get("digest", ""), request=request)
        tried(request, act, done=_("The rules are frozen."))
        return redirect("ops_programmes:phase", phase=found.slug)
    context = {"phase": found, "version": found.ruleset, "both": True}
    if found.ruleset:
        context |= rules_context(found.ruleset.document)
    return render(request, "programmes/ops_freeze.html", context)


def _freeze_what_was_read(phase: Phase, *, digest: str, request: HttpRequest) -> None:
    actions.freeze_rules(phase, actor=viewer_of(request), digest=digest)
