"""What a team declared beside what was found, in weights and in code: every declared origin, and every hit nobody named."""

from typing import Any, NamedTuple

from originality.enums import RunState
from originality.evidence.declared import SideBySide, side_by_side
from originality.models import CodeRun, OriginalityRun
from originality.selectors import comparisons_of, run_state, waiting_line
from portal.submissions.enums import RunKind
from portal.submissions.models import Submission, SubmissionRun


class Project(NamedTuple):
    """A project of public code of which passages were found that neither a declaration nor the code itself names."""

    name: str
    licence: str
    column: str
    files: int
    run: CodeRun


class DeclaredAndFound(NamedTuple):
    """`beside` is None until the comparison of the weights is done; `waiting` says why, and is empty where none was asked for."""

    weights: OriginalityRun | None
    waiting: str
    beside: SideBySide | None
    code: list[CodeRun]
    projects: list[Project]

    @property
    def undeclared(self) -> int:
        """How many models and projects nothing names."""
        return len(self.beside.undeclared if self.beside else ()) + len(self.projects)


def declared_and_found(submission: Submission) -> DeclaredAndFound:
    """Gather both sides for one version of a hand-in."""
    rows = list(submission.runs.select_related("originality__job", "code__job", "code__bundle"))
    weights = next((row.originality for row in rows if row.originality), None)
    code = [row.code for row in rows if row.code]
    done = weights is not None and run_state(weights) == RunState.DONE
    return DeclaredAndFound(
        weights,
        "" if weights is None or done else waiting_line(weights),
        side_by_side(weights, list(comparisons_of(weights))) if weights and done else None,
        code,
        [project for run in code for project in _unnamed(run)],
    )


def _unnamed(run: CodeRun) -> list[Project]:
    summary: dict[str, Any] = (run.report or {}).get("summary", {})
    rows = [row for row in summary.get("projects", []) if row["unsaid"]]
    return [Project(row["source"], row["licence"], row["column"], row["files"], run) for row in rows]


def evidence_runs(submission: Submission) -> list[OriginalityRun | CodeRun]:
    """Return the runs behind the page, for the rule that opens it."""
    kinds = (RunKind.ORIGINALITY, RunKind.CODE)
    rows = SubmissionRun.objects.filter(submission=submission, kind__in=kinds).select_related("originality", "code")
    return [run for row in rows if (run := row.originality or row.code) is not None]
