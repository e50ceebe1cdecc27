"""What a team's code shares with public code: the report, and each passage with both texts side by side."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from originality import policies
from originality.core.code.passages import read_passage
from originality.enums import RunState
from originality.evidence import code as rows
from originality.evidence.text import stored_text
from originality.models import CodeRun
from originality.registry import place_of
from originality.selectors import run_state, waiting_line
from portal.artifacts.actions import open_made
from portal.common.access import ViewerRequest, access


@access(policies.sees_code)
@require_safe
def code(request: ViewerRequest, code: UUID) -> HttpResponse:
    """Columns, projects and files; shares stand beside what unrelated projects share."""
    run = _run(code)
    state = run_state(run)
    context = {"run": run, "state": state, "waiting": waiting_line(run), "place": place_of(request.viewer, run)}
    if run.report is not None and state == RunState.DONE:
        page = Paginator(rows.files_of(run.report), rows.FILES_SHOWN).get_page(request.GET.get("page"))
        context |= {
            "report": run.report,
            "columns": rows.columns_of(run.report),
            "projects": rows.projects_of(run.report),
            "page": page,
            "files": [rows.file_row(number, row) for number, row in page],
            "corpora": rows.nulls_of(run.report),
            "left_out": rows.left_out_of(run.report),
        }
    return render(request, "originality/code.html", context)


@access(policies.sees_passage)
@require_safe
def passage(request: ViewerRequest, code: UUID, file: int, passage: int) -> HttpResponse:
    """Both texts with their line numbers; a screen reader hears a table of four columns."""
    run = _run(code)
    if run.report is None or run.passages is None:
        raise Http404
    row = run.report["files"][file]
    found = row["passages"][passage]
    with open_made(run.passages) as stream:
        sides = read_passage(stream, found["place"])
    context = {
        "run": run,
        "file": rows.file_row(file, row),
        "row": rows.passage_row(passage, found),
        "sides": sides,
        "place": place_of(request.viewer, run),
        "before": passage - 1 if passage else None,
        "behind": passage + 1 if passage + 1 < len(row["passages"]) else None,
    }
    return render(request, "originality/passage.html", context)


@access(policies.sees_code)
@require_safe
def code_file(request: ViewerRequest, code: UUID) -> HttpResponse:
    """Hand over the report as it was stored, written again from the row: reading evidence leaves no trace for the team."""
    run = _run(code)
    if run.report is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="code-{str(code)[:8]}.json"'}
    return HttpResponse(stored_text(run.report), content_type="application/json; charset=utf-8", headers=headers)


def _run(code: UUID) -> CodeRun:
    return get_object_or_404(CodeRun.objects.select_related("job", "bundle", "passages"), pk=code)
