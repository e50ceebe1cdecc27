"""What the source code has in common with public code, column by column, and how much of it the team names."""

from typing import Any

from originality.enums import RunState
from originality.models import CodeRun
from originality.selectors import run_state
from portal.dossiers.documents import figure
from portal.submissions.enums import Role, RunKind
from portal.submissions.models import Submission

SHOWN = 8  # projects of one archive on the page, those with the longest passages first
FIELDS = ("column", "files", "lines", "files_with_passages")
OF_PROJECT = ("source", "version", "licence", "column", "files", "passages", "tokens", "said", "unsaid")


def code(submission: Submission) -> dict[str, Any]:
    """`state` is that of all archives together: done when each was compared, empty when none was asked for."""
    rows = submission.runs.filter(kind=RunKind.CODE).select_related("code__job").order_by("pk")
    runs = [_run(row.code) for row in rows if row.code is not None]
    states = {run["state"] for run in runs}
    return {
        "archives": submission.items.filter(role=Role.CODE).count(),
        "state": None if not runs else RunState.DONE if states == {RunState.DONE} else min(states - {RunState.DONE}),
        "runs": runs,
    }


def _run(run: CodeRun) -> dict[str, Any]:
    state = run_state(run)
    found: dict[str, Any] = {"run": run.pk, "state": state, "bundle": run.bundle.digest}
    if state != RunState.DONE or not run.report:
        return found
    summary = run.report["summary"]
    return {
        **found,
        "columns": [_column(row) for row in summary["columns"] if row["files"]],
        "projects": [{key: row.get(key) for key in OF_PROJECT} for row in summary["projects"][:SHOWN]],
        "more_projects": max(0, len(summary["projects"]) - SHOWN),
        "corpora": [_corpus(row) for row in run.report["corpora"]],
        "left_out": run.report.get("left_out_total", 0),
        "limits": run.report.get("limits", []),
    }


def _column(row: dict[str, Any]) -> dict[str, Any]:
    """Shares are of the column's tokens; `acknowledged` is the part of `contained` whose project the team names."""
    shares = {key: figure(round(100 * row[key], 2)) for key in ("contained", "acknowledged")}
    return {**{key: row[key] for key in FIELDS}, **shares}


def _corpus(row: dict[str, Any]) -> dict[str, Any]:
    """`null` says what files of unrelated projects share with one another, in percent of their tokens."""
    null = row.get("null")
    shares = {key: figure(round(100 * value, 2)) for key, value in null["contained"].items()} if null else None
    return {
        "name": row["name"],
        "projects": len(row["sources"]),
        "null": {"files": null["files"], "families": null["families"], "contained": shares} if null else None,
    }
