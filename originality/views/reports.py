"""The public question about a figure, and the reports: of a run, against one reference, and layer by layer."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from originality import evidence, policies
from originality.enums import RunState
from originality.forms import ExplainForm
from originality.models import Comparison, OriginalityRun
from originality.registry import place_of
from originality.selectors import comparisons_of, run_state, waiting_line
from portal.common.access import ViewerRequest, access, anyone

TESTS_PER_PAGE = 100


@access(anyone)
@require_safe
def explain(request: HttpRequest) -> HttpResponse:
    """Answer by address, so that an answer can be linked; a slip keeps what was typed."""
    form = ExplainForm(request.GET if {"figure", "kind"} & set(request.GET) else None)
    answer = form.answer() if form.is_bound and form.is_valid() else None
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "originality/explain.html", {"form": form, "answer": answer}, status=status)


@access(policies.sees_run)
@require_safe
def report(request: ViewerRequest, report: UUID) -> HttpResponse:
    """Every reference in one table, and what the team declared beside what was found."""
    run = get_object_or_404(OriginalityRun.objects.select_related("job", "bundle"), pk=report)
    found = list(comparisons_of(run))
    context = {
        "run": run,
        "state": run_state(run),
        "is_done": run_state(run) == RunState.DONE,
        "waiting": waiting_line(run),
        "place": place_of(request.viewer, run),
        "beside": evidence.side_by_side(run, found),
        "planned": len(run.plan.get("references", [])),
    }
    return render(request, "originality/report.html", context)


@access(policies.sees_comparison)
@require_safe
def comparison(request: ViewerRequest, report: UUID, reference: int) -> HttpResponse:
    """One reference: outcome, maps, tests and figures with their nulls, what was left out and what cannot be told."""
    row = _comparison(report, reference)
    document = row.report
    context = {
        "row": row,
        "report": document,
        "outcome": evidence.overall_cell(row),
        "is_finding": evidence.is_finding(row),
        "place": place_of(request.viewer, row.run),
        "direction": evidence.direction_of(document, public_since=row.reference.public_since),
        "coverages": evidence.coverages(document),
        "limit": evidence.detection_limit(document),
        "pooled": evidence.pooled_rows(document),
        "maps": evidence.module_maps(document),
        "depth": evidence.depth_maps(document),
        "experts": evidence.expert_map(document),
        "strongest": evidence.strongest_rows(document),
        "figures": evidence.figures(document),
        "seed": evidence.common_seed(document),
        "cross_checks": evidence.cross_checks(document),
        "tells": evidence.tells(document),
        "dimensions": evidence.dimensions(document),
        "tokenizer": evidence.tokenizer(document),
        "excluded": evidence.excluded(document),
    }
    return render(request, "originality/comparison.html", context)


@access(policies.sees_comparison)
@require_safe
def layers(request: ViewerRequest, report: UUID, reference: int) -> HttpResponse:
    """Every test of every module in the order of the model, a hundred a page."""
    row = _comparison(report, reference)
    page = Paginator(evidence.layer_rows(row.report), TESTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"row": row, "page": page, "groups": evidence.by_layer(list(page))}
    return render(request, "originality/layers.html", context)


@access(policies.sees_comparison)
@require_safe
def report_file(request: ViewerRequest, report: UUID, reference: int) -> HttpResponse:
    """Hand over the report, byte for byte as it was stored: its SHA-256 is the one that a release cites.

    It is written again from the row: who reads evidence, and when, is nothing that the list of reads may tell the team.
    """
    content = evidence.stored_text(_comparison(report, reference).report)
    name = f"originality-{str(report)[:8]}-{reference}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/json; charset=utf-8", headers=headers)


def _comparison(report: UUID, reference: int) -> Comparison:
    rows = Comparison.objects.select_related("run", "reference", "document")
    return get_object_or_404(rows, run=report, reference=reference)
