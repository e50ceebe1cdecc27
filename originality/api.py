"""Originality runs over the API: how each stands, its figures with their nulls, and the whole report as JSON.

A token acts for one account: it opens the runs of that account's checkpoints which its person may see, and no others.
"""

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from originality import policies
from originality.models import OriginalityRun
from originality.registry import is_open
from originality.selectors import comparisons_of
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
