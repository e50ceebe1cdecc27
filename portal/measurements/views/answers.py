"""Answers of a run to single items, and everything else that a run leaves, for whoever reads the evidence on the hand-in."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from evaluation.models import EvaluationRun
from evaluation.registry import answers_place
from portal.common.access import access
from portal.common.viewer import Viewer, viewer_of
from portal.measurements import run_policies
from portal.measurements.answer_forms import AnswersForm, page_number
from portal.measurements.run_documents import run_document
from portal.measurements.selectors.answers import (
    answers_page,
    packed_answers,
    stored_answers,
    task_titles,
    whole_answers,
)
from portal.measurements.selectors.checkpoints import trajectory_document, trajectory_of
from portal.measurements.selectors.reruns import reruns_of
from portal.measurements.selectors.runs import row_of, run_named, submission_of, tasks_of
from portal.submissions.models import Submission
from portal.submissions.policies import sees_submission
from portal.submissions.selectors.counting import standing_of

NOT_KEPT = {"Cache-Control": "private, no-store"}


@access(run_policies.reads_answers)
@require_safe
def answers(request: HttpRequest, benchmark: UUID) -> HttpResponse:
    """One task a time; a search looks through the items of that task alone."""
    run, viewer = _run(benchmark), viewer_of(request)
    tasks = task_titles(run, run_policies.open_tasks(viewer, run))
    form = AnswersForm(request.GET or {"task": tasks[0][0]}, tasks=tasks)
    wanted, number = form.wanted(), page_number(request.GET.get("page", ""))
    query = urlencode({"task": wanted.task, "only": wanted.outcome, "q": wanted.text})
    context = {
        **_about(viewer, run),
        "form": form,
        "wanted": wanted,
        "title": dict(tasks).get(wanted.task, wanted.task),
        "found": answers_page(run, wanted, number=number),
        "earlier": f"?{query}&page={number - 1}",
        "later": f"?{query}&page={number + 1}",
        "private": sorted(tasks_of(run, private=True) - {name for name, _title in tasks}),
    }
    return render(request, "measurements/answers.html", context)


@access(run_policies.reads_answers)
@require_safe
def answers_file(request: HttpRequest, benchmark: UUID) -> HttpResponseBase:
    """The compressed lines as the run left them, or without the tasks that are not open to the reader."""
    run = _run(benchmark)
    opened = run_policies.open_tasks(viewer_of(request), run)
    if not stored_answers(run):
        raise Http404
    whole = opened >= {task["name"] for task in run.suite.document["tasks"]}
    content = whole_answers(run) if whole else packed_answers(run, opened)
    headers = {"Content-Disposition": f'attachment; filename="answers-{run.pk}.jsonl.gz"', **NOT_KEPT}
    return StreamingHttpResponse(content, content_type="application/gzip", headers=headers)


@access(run_policies.reads_run)
@require_safe
def run_json(request: HttpRequest, benchmark: UUID) -> HttpResponse:
    run = _run(benchmark)
    return _json(run_document(run, viewer=viewer_of(request)), f"run-{run.pk}.json")


@access(run_policies.reads_run)
@require_safe
def reruns(request: HttpRequest, benchmark: UUID) -> HttpResponse:
    """The runs of one suite on one hand-in beside each other."""
    run, viewer = _run(benchmark), viewer_of(request)
    row = row_of(run)
    if row is None:
        raise Http404
    found = reruns_of(standing_of(row))
    places = {str(column.run.pk): answers_place(viewer, column.run) for column in found.columns}
    return render(request, "measurements/reruns.html", {**_about(viewer, run), "found": found, "places": places})


@access(run_policies.reads_figures)
@require_safe
def checkpoints(request: HttpRequest, submission: int) -> HttpResponse:
    """Scores over the checkpoints of the training run."""
    row, viewer = _submission(submission), viewer_of(request)
    context = {
        "submission": row,
        "entry": row.entry,
        "found": trajectory_of(row),
        "may_go_up": sees_submission(viewer, row.pk).allowed,
    }
    return render(request, "measurements/checkpoints.html", context)


@access(run_policies.reads_figures)
@require_safe
def checkpoints_json(request: HttpRequest, submission: int) -> HttpResponse:
    return _json(trajectory_document(_submission(submission)), f"checkpoints-{submission}.json")


def _about(viewer: Viewer, run: EvaluationRun) -> dict[str, Any]:
    """What every page of a run says of it; the way up is for whoever sees the hand-in itself."""
    submission = submission_of(run)
    if submission is None:
        raise Http404
    row = row_of(run)
    seen = row is not None and sees_submission(viewer, submission.pk).allowed
    return {"run": run, "row": row, "submission": submission, "entry": submission.entry, "may_go_up": seen}


def _run(benchmark: UUID) -> EvaluationRun:
    run = run_named(benchmark)
    if run is None:
        raise Http404
    return run


def _submission(number: int) -> Submission:
    rows = Submission.objects.select_related("entry__phase__programme", "entry__consortium")
    return get_object_or_404(rows, pk=number)


def _json(document: dict[str, Any], name: str) -> HttpResponse:
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **NOT_KEPT}
    return HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8", headers=headers)
