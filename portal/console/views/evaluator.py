"""The evaluator's way: own list, one model at a time, the rating beside the conversation, and one signature for all.

No view here hands an entry, a team or an endpoint to a template: pages are made from rows that do not carry them.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.common.access import ViewerRequest, access, step_up
from portal.common.acts import tried
from portal.common.posted import number_in, text_in, without_nul
from portal.console import actions, policies
from portal.console.models import Round, Trial
from portal.console.selectors.signing import lines_of
from portal.console.selectors.trials import card_of, cards_of, open_trial, rounds_of, seconds_left, trials_of, turns_of
from portal.review.actions import SheetValues
from portal.review.errors import Conflict, ReviewError
from portal.review.forms import ReasonForm
from portal.review.selectors.rubric import rubric
from portal.review.selectors.sheets import current_values
from portal.review.views.flow import person

UNPROCESSABLE, CONFLICT = 422, 409


@access(policies.evaluates)
def home(request: ViewerRequest) -> HttpResponse:
    user = person(request)
    rounds = [{"round": row, "cards": cards_of(user.pk, row)} for row in rounds_of(user.pk)]
    return render(request, "console/home.html", {"rounds": rounds})


@access(policies.evaluates_in)
def round_page(request: ViewerRequest, round_id: int) -> HttpResponse:
    """The guide, and the models under their code names in this evaluator's own order."""
    row, user = _round(round_id), person(request)
    cards = cards_of(user.pk, row)
    under_way = open_trial(user.pk, row)
    waiting = [card for card in cards if card.state == "waiting" and not card.void]
    context = {
        "round": row,
        "cards": cards,
        "under_way": card_of(under_way) if under_way else None,
        "following": waiting[0] if waiting and under_way is None else None,
        "finished": sum(card.state == "finished" for card in cards),
        "all_finished": all(card.state == "finished" or card.void for card in cards),
        "minutes": _minutes(row),
    }
    return render(request, "console/round.html", context)


def _round(round_id: int) -> Round:
    return get_object_or_404(Round.objects.select_related("panel__phase__programme"), pk=round_id)


def _minutes(row: Round) -> str:
    minutes, seconds = divmod(row.minimum_seconds, 60)
    return f"{minutes}:{seconds:02d}"


def _trial(request: HttpRequest, key: str) -> Trial:
    own = Round.objects.filter(trials__key=key)
    return get_object_or_404(trials_of(person(request).pk, get_object_or_404(own)), key=key)


@access(policies.owns_trial)
def trial(request: ViewerRequest, key: str) -> HttpResponse:
    return _trial_page(request, _trial(request, key))


def _trial_page(request: ViewerRequest, row: Trial, *, status: int = 200, **extra: Any) -> HttpResponse:
    """`extra` may carry `typed` (a refused question), `values` (a refused rating) and the refusals themselves."""
    sheet, turns = row.assignment.sheet, turns_of(row)
    values = extra.pop("values", None) or current_values(sheet)
    left = max(row.round.questions_most - len(turns), 0)
    context = {
        "round": row.round,
        "card": card_of(row),
        "turns": turns,
        "number": len(turns) + 1,
        "pending": bool(turns) and turns[-1].state == "pending",
        "questions_left": left,
        "repeat": bool(left and turns and turns[-1].may_be_repeated) and row.state == row.round.state == "open",
        "seconds_left": seconds_left(row),
        "rubric": rubric(sheet, values),
        "opinion": values["opinion"],
        "version": values["version"],
        "saved_at": sheet.saved_at,
        "reason_form": ReasonForm(),
        **extra,
    }
    return render(request, "console/trial.html", context, status=status)


@access(policies.owns_trial)
@require_POST
def begin(request: ViewerRequest, key: str) -> HttpResponse:
    row = _trial(request, key)
    done = tried(
        request,
        lambda: actions.begin(row, begun_by=person(request)),
        done=_("You are with model %(code)s now.") % {"code": row.code_name},
    )
    return redirect("console:trial", key=key) if done else redirect("console:round", round_id=row.round_id)


@access(policies.owns_trial)
@require_POST
def ask(request: ViewerRequest, key: str) -> HttpResponse:
    """The answer is waited for here, at most as long as the round says; then the page is read anew."""
    row, text = _trial(request, key), request.POST.get("question", "")
    try:
        question = actions.put_question(row, text=text, number=_number(request, "number"), put_by=person(request))
    except ReviewError as refusal:
        return _trial_page(request, row, status=UNPROCESSABLE, typed=text, question_refusal=refusal)
    if question is not None:
        actions.answer_question(question)
    return redirect(reverse("console:trial", kwargs={"key": key}) + "#last")


def _number(request: HttpRequest, name: str) -> int:
    return number_in(request.POST, name, default=-1)


@access(policies.owns_trial)
@require_POST
def rate(request: ViewerRequest, key: str) -> HttpResponse:
    """Autosave by htmx answers with the state line alone; a plain POST saves, and with `go=finish` goes on."""
    row, values = _trial(request, key), _posted(request)
    try:
        saved = actions.rate(row, values=values, version=_number(request, "version"), rated_by=person(request))
    except ReviewError as refusal:
        return _refuse(request, row, values, refusal)
    if request.headers.get("HX-Request"):
        context = {"version": saved.version, "saved_at": saved.saved_at}
        return render(request, "console/components/save_state.html", context)
    if request.POST.get("go") != "finish":
        messages.success(request, _("Saved."))
        return redirect(reverse("console:trial", kwargs={"key": key}) + "#rating")
    return _finish(request, key)


def _finish(request: ViewerRequest, key: str) -> HttpResponse:
    row = _trial(request, key)
    try:
        actions.finish(row, finished_by=person(request))
    except ReviewError as refusal:
        return _trial_page(request, row, status=UNPROCESSABLE, rating_refusal=refusal)
    messages.success(request, _("Model %(code)s is finished.") % {"code": row.code_name})
    return redirect("console:round", round_id=row.round_id)


def _posted(request: HttpRequest) -> SheetValues:
    return SheetValues(
        scores=_prefixed(request, "score-"),
        comments=_prefixed(request, "comment-"),
        opinion=text_in(request.POST, "opinion"),
    )


def _prefixed(request: HttpRequest, prefix: str) -> dict[str, str]:
    return {
        key.removeprefix(prefix): without_nul(str(value))
        for key, value in request.POST.items()
        if key.startswith(prefix)
    }


def _refuse(request: ViewerRequest, row: Trial, values: SheetValues, refusal: ReviewError) -> HttpResponse:
    """Nothing typed is lost: the page comes back with it, beside what stands now."""
    status = CONFLICT if isinstance(refusal, Conflict) else UNPROCESSABLE
    if request.headers.get("HX-Request"):
        context = {"version": _number(request, "version"), "refusal": refusal}
        return render(request, "console/components/save_state.html", context, status=status)
    standing = refusal.current if isinstance(refusal, Conflict) else None
    version = standing["version"] if standing else _number(request, "version")
    typed = {"scores": values.scores, "comments": values.comments, "opinion": values.opinion, "version": version}
    lines = rubric(row.assignment.sheet, standing) if standing else None
    return _trial_page(request, row, status=status, values=typed, rating_refusal=refusal, standing=lines)


@access(policies.owns_trial)
@require_POST
def set_aside(request: ViewerRequest, key: str) -> HttpResponse:
    row = _trial(request, key)
    tried(
        request,
        lambda: actions.set_aside(row, set_aside_by=person(request)),
        done=_("Model %(code)s is set aside. Come back to it later.") % {"code": row.code_name},
    )
    return redirect("console:round", round_id=row.round_id)


@access(policies.evaluates_in)
def sign_off(request: ViewerRequest, round_id: int) -> HttpResponse:
    """All ratings side by side with what is missing, before one signature for all of them."""
    row, user = _round(round_id), person(request)
    lines = lines_of(user.pk, row)
    context = {
        "round": row,
        "lines": lines,
        "missing": [line for line in lines if line.holes and not line.card.void],
        "outliers": [line for line in lines if line.outliers],
        "unsigned": any(not line.card.signed and not line.card.void for line in lines),
        "signed": [line for line in lines if line.card.signed],
        "scoring": row.panel.phase.state == "scoring",
        "form": ReasonForm(),
    }
    return render(request, "console/sign_off.html", context)


@access(policies.evaluates_in)
@step_up
@require_POST
def sign(request: HttpRequest, round_id: int) -> HttpResponse:
    row = _round(round_id)
    tried(
        request,
        lambda: actions.sign_ratings(row, signed_by=person(request)),
        done=_("Signed. Your ratings are locked."),
    )
    return redirect("console:sign_off", round_id=round_id)


@access(policies.owns_trial)
@step_up
@require_POST
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    row = _trial(request, key)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    tried(
        request,
        lambda: actions.withdraw_rating(row, withdrawn_by=person(request), reason=reason),
        done=_("The signature is withdrawn. The signed version stays in the record."),
    )
    return redirect("console:sign_off", round_id=row.round_id)
