"""Scoring, sign-off, signature and print of one sheet. Everything works as plain forms; htmx adds the autosave."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.common.access import ViewerRequest, access, step_up
from portal.common.acts import tried
from portal.common.posted import number_in, text_in, without_nul
from portal.review import actions
from portal.review.actions import SheetValues
from portal.review.enums import SheetState
from portal.review.errors import Conflict, Incomplete, ReviewError
from portal.review.forms import ReasonForm
from portal.review.models import ScoreSheet
from portal.review.policies import Subject, rules, view
from portal.review.selectors.desk import next_after
from portal.review.selectors.rubric import boxes, rubric
from portal.review.selectors.sheets import current_values, outliers_in, own_sheets, sum_of
from portal.review.views.flow import person
from portal.submissions.selectors import current_submission, dossier

UNPROCESSABLE, CONFLICT = 422, 409


def sheet_or_404(sheet_id: int) -> ScoreSheet:
    rows = ScoreSheet.objects.select_related(
        "assignment__entry__consortium",
        "assignment__entry__phase__programme",
        "assignment__entry__phase__ruleset",
        "assignment__seat__panel__phase__ruleset",
        "assignment__seat__user",
        "signed",
    )
    return get_object_or_404(rows.prefetch_related("scores", "ticks"), pk=sheet_id)


@access(rules.owns_sheet)
def sheet(request: ViewerRequest, sheet_id: int) -> HttpResponse:
    """Evidence on the left, the rubric on the right."""
    row = sheet_or_404(sheet_id)
    if row.state != SheetState.DRAFT or row.assignment.entry.phase.state != "scoring":
        return redirect("review:sign", sheet_id=row.pk)
    return _scoring_page(request, row, current_values(row))


def _scoring_page(
    request: ViewerRequest, row: ScoreSheet, values: dict[str, Any], *, status: int = 200, **extra: Any
) -> HttpResponse:
    entry = row.assignment.entry
    submission = current_submission(entry) if view(request.viewer, Subject.EVIDENCE, entry).allowed else None
    context = {
        "sheet": row,
        "entry": entry,
        "phase": entry.phase,
        "dossier": dossier(submission) if submission else None,
        "questions": entry.questions.select_related("answer"),
        "rubric": rubric(row, values),
        "boxes": boxes(row, values["ticks"]),
        "opinion": values["opinion"],
        "version": values["version"],
        **extra,
    }
    return render(request, "review/sheet.html", context, status=status)


@access(rules.owns_sheet)
@require_POST
def save(request: ViewerRequest, sheet_id: int) -> HttpResponse:
    """Autosave by htmx answers with the state line alone; a plain POST goes on to the page that was asked for."""
    row = sheet_or_404(sheet_id)
    values = _posted(request)
    try:
        saved = actions.save_score(row, values=values, version=_version(request), saved_by=person(request))
    except Conflict as conflict:
        return _refuse(request, row, values, status=CONFLICT, conflict=conflict)
    except (Incomplete, ReviewError) as refusal:
        return _refuse(request, row, values, status=UNPROCESSABLE, refusal=refusal)
    if request.headers.get("HX-Request"):
        return render(request, "review/components/save_state.html", {"sheet": saved, "version": saved.version})
    messages.success(request, _("Saved."))
    return _go_on(request, saved)


def _posted(request: HttpRequest) -> SheetValues:
    return SheetValues(
        scores=_prefixed(request, "score-"),
        comments=_prefixed(request, "comment-"),
        ticks=frozenset(request.POST.getlist("tick")),
        opinion=text_in(request.POST, "opinion"),
    )


def _prefixed(request: HttpRequest, prefix: str) -> dict[str, str]:
    return {
        key.removeprefix(prefix): without_nul(str(value))
        for key, value in request.POST.items()
        if key.startswith(prefix)
    }


def _version(request: HttpRequest) -> int:
    return number_in(request.POST, "version", default=-1)


def _refuse(
    request: ViewerRequest,
    row: ScoreSheet,
    values: SheetValues,
    *,
    status: int,
    conflict: Conflict | None = None,
    refusal: ReviewError | None = None,
) -> HttpResponse:
    """Nothing typed is lost: the page comes back with it, beside what stands now."""
    version = conflict.current["version"] if conflict else _version(request)
    if request.headers.get("HX-Request"):
        context = {"sheet": row, "version": _version(request), "conflict": conflict, "refusal": refusal}
        return render(request, "review/components/save_state.html", context, status=status)
    typed = {
        "scores": values.scores,
        "comments": values.comments,
        "ticks": values.ticks,
        "opinion": values.opinion,
        "version": version,
    }
    standing = _standing(row, conflict) if conflict else None
    return _scoring_page(request, row, typed, status=status, conflict=conflict, refusal=refusal, standing=standing)


def _standing(row: ScoreSheet, conflict: Conflict) -> list[dict[str, str]]:
    """What was saved elsewhere, in the order of the form."""
    return [
        {"title": line.title, "value": line.value, "comment": line.comment} for line in rubric(row, conflict.current)
    ]


def _go_on(request: HttpRequest, row: ScoreSheet) -> HttpResponse:
    wanted = request.POST.get("go", "")
    following = next_after(row)
    if wanted == "next" and following is not None:
        return redirect("review:sheet", sheet_id=following.pk)
    if wanted in {"next", "sign"}:
        return redirect("review:sign", sheet_id=row.pk)
    return redirect("review:sheet", sheet_id=row.pk)


@access(rules.owns_sheet)
def sign_page(request: ViewerRequest, sheet_id: int) -> HttpResponse:
    """Blanks and outliers before the signature; afterwards what was signed, and the way back while the phase is open."""
    return _sign_page(request, sheet_or_404(sheet_id), ReasonForm())


def _sign_page(request: HttpRequest, row: ScoreSheet, withdrawal: ReasonForm, *, status: int = 200) -> HttpResponse:
    values = current_values(row)
    rows = rubric(row, values, strict=True)
    context = {
        "sheet": row,
        "entry": row.assignment.entry,
        "phase": row.assignment.entry.phase,
        "rubric": rows,
        "holes": [line for line in rows if line.fault],
        "outliers": outliers_in(row, own_sheets(row.assignment.seat)),
        "total": sum_of(values["scores"]),
        "boxes": [box for box in boxes(row, values["ticks"]) if box.ticked],
        "following": next_after(row),
        "withdraw_form": withdrawal,
        "scoring": row.assignment.entry.phase.state == "scoring",
    }
    return render(request, "review/sign.html", context, status=status)


@access(rules.owns_sheet)
@step_up
@require_POST
def sign(request: HttpRequest, sheet_id: int) -> HttpResponse:
    row = sheet_or_404(sheet_id)
    tried(
        request,
        lambda: actions.sign_sheet(row, signed_by=person(request), version=_version(request)),
        done=_("Signed. The sheet is locked."),
    )
    return redirect("review:sign", sheet_id=row.pk)


@access(rules.owns_sheet)
@step_up
@require_POST
def withdraw(request: HttpRequest, sheet_id: int) -> HttpResponse:
    row = sheet_or_404(sheet_id)
    form = ReasonForm(request.POST)
    if form.is_valid() and tried(
        request,
        lambda: actions.withdraw_signature(row, withdrawn_by=person(request), reason=form.cleaned_data["reason"]),
        done=_("The signature is withdrawn. The signed version stays in the record."),
    ):
        return redirect("review:sheet", sheet_id=row.pk)
    return _sign_page(request, row, form, status=UNPROCESSABLE)


@access(rules.sees_sheet)
def print_page(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """The sheet as a document. It shows the signed content where there is one, otherwise the draft, marked as such."""
    row = sheet_or_404(sheet_id)
    content = row.signed.content if row.signed else None
    values = content or current_values(row)
    context = {
        "sheet": row,
        "entry": row.assignment.entry,
        "phase": row.assignment.entry.phase,
        "rubric": rubric(row, values),
        "boxes": boxes(row, values["ticks"]),
        "opinion": values["opinion"],
        "total": sum_of(values["scores"]),
        "own": row.assignment.seat.user_id == person(request).pk,
    }
    return render(request, "review/print.html", context)
