"""Originality runs over the API: how each stands, its figures with their nulls, and the whole report as JSON.

A token acts for one account: it opens the runs of that account's checkpoints which its person may see, and no others.
"""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from originality import curves, policies
from originality.curves.forms import WindowForm
from originality.models import CodeRun, OriginalityRun, TraceRun
from originality.registry import is_open
from originality.selectors import comparisons_of, run_state
from originality.summaries import comparison_summaries, run_summary
from portal.common.access import token_scope
from portal.common.viewer import viewer_of

UPLOAD = token_scope("upload")
LISTED = 200


@UPLOAD
@api_view(["GET"])
def runs(request: Request) -> Response:
    """List the account's runs, the newest first."""
    rows = OriginalityRun.objects.filter(bundle__owner=_account(request)).select_related("bundle", "job")
    viewer = viewer_of(request)
    seen = [run for run in rows.prefetch_related("comparisons")[:LISTED] if is_open(viewer, run)]
    return Response({"runs": [run_summary(run) for run in seen]})


@UPLOAD
@api_view(["GET"])
def run(request: Request, report: UUID) -> Response:
    """Say how a run stands, what its plan fixed, and what was found for each reference."""
    row = _run(request, report)
    body = run_summary(row) | {"plan": row.plan, "binding": row.binding, "comparisons": comparison_summaries(row)}
    return Response(body)


@UPLOAD
@api_view(["GET"])
def comparison(request: Request, report: UUID, reference: int) -> Response:
    """Return the report on one reference: the document docs/originality-report.schema.json describes."""
    found = comparisons_of(_run(request, report)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return Response(found.report)


@UPLOAD
@api_view(["GET"])
def series(request: Request, trace: UUID) -> Response:
    """Name the series of a training run with their points and steps."""
    with curves.opened(_trace(request, trace)) as source:
        found = source.quantities if source else {}
        return Response({"series": [{"quantity": name, **info._asdict()} for name, info in found.items()]})


@UPLOAD
@api_view(["GET"])
def window(request: Request, trace: UUID, quantity: str) -> Response:
    """Return at most two thousand points of one series between `first` and `last`, with restarts, checkpoints and findings."""
    run = _trace(request, trace)
    with curves.opened(run) as source:
        if source is None or quantity not in source.quantities:
            raise Http404
        form = WindowForm({**request.query_params.dict(), "quantity": quantity}, quantities=list(source.quantities))
        if not form.is_valid():
            return Response({"errors": form.errors.get_json_data()}, status=422)
        return Response(curves.curve_of(source, **form.window()).document(**curves.marks_of(run, quantity)))


@UPLOAD
@api_view(["GET"])
def trace(request: Request, trace: UUID) -> Response:
    """Return the findings on a training run: the document docs/originality-trace.schema.json describes, null before it is made."""
    run = _trace(request, trace)
    return Response(
        {"trace": str(run.pk), "state": run_state(run), "plan_digest": run.plan_digest, "report": run.report}
    )


@UPLOAD
@api_view(["GET"])
def code(request: Request, code: UUID) -> Response:
    """Return what code shares with public code: the document docs/originality-code.schema.json describes, null before it is made."""
    if not policies.sees_code(viewer_of(request), code=code).allowed:
        raise Http404
    run = get_object_or_404(CodeRun.objects.filter(bundle__owner=_account(request)).select_related("job"), pk=code)
    return Response(
        {"code": str(run.pk), "state": run_state(run), "plan_digest": run.plan_digest, "report": run.report}
    )


def _trace(request: Request, trace: UUID) -> TraceRun:
    if not policies.sees_trace(viewer_of(request), trace=trace).allowed:
        raise Http404
    rows = TraceRun.objects.filter(pk=trace, bundle__owner=_account(request)).select_related("series", "bundle")
    return get_object_or_404(rows)


def _run(request: Request, report: UUID) -> OriginalityRun:
    """Ask the same policy as the pages, and that the run belongs to the token's account."""
    if not policies.sees_run(viewer_of(request), report=report).allowed:
        raise Http404
    row = OriginalityRun.objects.filter(pk=report, bundle__owner=_account(request)).select_related("bundle").first()
    if row is None:
        raise Http404
    return row


def _account(request: Request) -> str:
    """The account of the token; the scope's rule has already asked for one."""
    token: Any = request.auth
    return str(token.account_key)
