"""A team's pages: the scores it reports itself, and what came of the figures that the lot drew."""

from functools import lru_cache, partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.artifacts.models import Bundle
from portal.common.access import access
from portal.common.acts import status_of, tried
from portal.common.posted import number_of
from portal.common.viewer import viewer_of
from portal.consortia.models import Entry
from portal.consortia.selectors import entries_of
from portal.measurements import policies
from portal.measurements.actions import reporting
from portal.measurements.actions.reproducing import explain_difference
from portal.measurements.enums import ReportKind
from portal.measurements.errors import MeasurementError
from portal.measurements.forms import ExplanationForm, LogReportForm, ReportForm, TypedReportForm
from portal.measurements.logs import LogFigure
from portal.measurements.models import Reproduction
from portal.measurements.selectors.reported import (
    Place,
    draw_of,
    logs_of,
    places_of,
    reproductions_of,
    rows_for,
    takes_reports,
)


@access(policies.has_team)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The team's entries whose rules ask for scores of its own."""
    entries = entries_of(viewer_of(request)).select_related("phase__programme", "phase__ruleset", "consortium")
    rows = [(entry, len(places_of(entry.phase))) for entry in entries.order_by("-entered_at")]
    return render(request, "measurements/reports/home.html", {"rows": [row for row in rows if row[1]]})


@access(policies.reports_for)
@require_safe
def entry(request: HttpRequest, entry: int) -> HttpResponse:
    found = _entry(entry)
    context = {
        "entry": found,
        "rows": rows_for(found),
        "logs": logs_of(found),
        "open": takes_reports(found),
        "draw": draw_of(found.phase),
        "reproductions": reproductions_of(found),
    }
    return render(request, "measurements/reports/entry.html", context)


@access(policies.reports_for)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, entry: int, place: str) -> HttpResponse:
    """Report one item: choose among the figures of the logs, or type them in where another harness was used."""
    found = _entry(entry)
    chosen = next(row for row in places_of(found.phase) if row.address == place)
    logs = logs_of(found)
    by_hand = (request.POST.get("kind") or request.GET.get("kind")) == ReportKind.FORM
    log, figures, fault = (None, [], "") if by_hand else _from_logs(request, logs)
    form = _form(request, logs=logs, log=log, figures=figures, by_hand=by_hand)
    if request.method == "POST" and form.is_valid():
        act = partial(_report, found, chosen, form, figures=figures, request=request)
        if tried(
            request, act, form=form, done=_("The score is reported; the last version before the deadline counts.")
        ):
            return redirect("measurements:reports", entry=found.pk)
    context = {
        "entry": found,
        "place": chosen,
        "logs": logs,
        "log": log,
        "fault": fault,
        "form": form,
        "by_hand": by_hand,
        "open": takes_reports(found),
    }
    return render(request, "measurements/reports/report.html", context, status=status_of(form))


def _from_logs(request: HttpRequest, logs: list[Bundle]) -> tuple[Bundle | None, list[LogFigure], str]:
    """The bundle that is read, its figures, and why it cannot be read."""
    wanted = number_of(str(request.POST.get("log") or request.GET.get("log") or ""), default=0)
    log = next((row for row in logs if row.pk == wanted), logs[0] if logs else None)
    if log is None:
        return None, [], ""
    try:
        return log, list(_figures_of(log.pk, log.digest)[1]), ""
    except MeasurementError as error:
        return log, [], str(error)


@lru_cache(maxsize=64)
def _figures_of(pk: int, digest: str) -> tuple[str, tuple[LogFigure, ...]]:
    """Read once per process: looking at the page again is no further opening of the team's files.

    The digest belongs to the key of the cache: a row's number may come back for other bytes, a digest does not.
    """
    harness, figures = reporting.read_logs(Bundle.objects.get(pk=pk, digest=digest))
    return harness, tuple(figures)


def _form(
    request: HttpRequest, *, logs: list[Bundle], log: Bundle | None, figures: list[LogFigure], by_hand: bool
) -> ReportForm:
    data = request.POST if request.method == "POST" else None
    initial = {"log": log.pk if log else None, "factor": 100}
    if by_hand:
        return TypedReportForm(data, logs=logs, initial={**initial, "log": logs[0].pk if logs else None})
    return LogReportForm(data, logs=[log] if log else [], figures=figures, initial=initial)


def _report(entry: Entry, place: Place, form: ReportForm, *, figures: list[LogFigure], request: HttpRequest) -> object:
    data: dict[str, Any] = form.cleaned_data
    log = Bundle.objects.get(pk=data["log"])
    if isinstance(form, TypedReportForm):
        kind, harness, chosen = ReportKind.FORM, data["harness"], reporting.typed_figures(data["figures"])
    else:
        kind, harness = ReportKind.LOG, _figures_of(log.pk, log.digest)[0]
        chosen = [row for row in figures if row.key in data["figures"]]
    said = reporting.Reported(
        place.part.key, place.item.key, chosen, data["factor"], log, kind=kind, harness=harness, note=data["note"]
    )
    return reporting.report_score(entry, said, by=viewer_of(request))


@access(policies.reads_reproduction)
@require_http_methods(["GET", "HEAD", "POST"])
def reproduction(request: HttpRequest, reproduction_id: int) -> HttpResponse:
    """One figure that was drawn: reported, run again, compared; and the team's explanation."""
    rows = Reproduction.objects.select_related(
        "figure__report__entry__consortium",
        "figure__report__entry__phase__programme",
        "draw",
        "suite",
        "run__job",
        "reply",
    )
    row = get_object_or_404(rows, pk=reproduction_id)
    form = ExplanationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(explain_difference, row, text=form.cleaned_data["text"], by=viewer_of(request))
        if tried(request, act, form=form, done=_("The explanation is recorded.")):
            return redirect("measurements:reproduction", reproduction_id=row.pk)
    context = {
        "row": row,
        "entry": row.figure.report.entry,
        "form": form,
        "may_explain": policies.explains_reproduction(viewer_of(request), row),
    }
    return render(request, "measurements/reports/reproduction.html", context, status=status_of(form))


def _entry(number: int) -> Entry:
    return get_object_or_404(
        Entry.objects.select_related("consortium", "phase__programme", "phase__ruleset"), pk=number
    )
