"""What the panel reads and what the tally measures, gathered from the runs of the submissions that count."""

from functools import lru_cache
from typing import Any, NamedTuple

from evaluation.models import EvaluationRun, TaskResult
from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob
from portal.consortia.models import Entry
from portal.programmes.models import Phase
from portal.programmes.ruleset import Item, Part, parse_ruleset
from portal.submissions.components import Component, parse_declaration
from portal.submissions.enums import Role, State
from portal.submissions.models import Submission
from portal.submissions.selectors.counting import counting_runs
from portal.submissions.selectors.items import ChecklistRow, checklist
from portal.submissions.selectors.runs import RunDetail, runs_of


class Dossier(NamedTuple):
    """Ten minutes' reading on one entry: what was handed in, what was declared, what the runs found."""

    submission: Submission
    checklist: list[ChecklistRow]
    components: tuple[Component, ...]
    runs: list[RunDetail]


def dossier(submission: Submission) -> Dossier:
    """Gather the evidence on one submission."""
    return Dossier(submission, checklist(submission), declared_components(submission), runs_of(submission))


def declared_components(submission: Submission) -> tuple[Component, ...]:
    """Return the parts the team declared; empty while there is no declaration."""
    item = submission.items.filter(role=Role.COMPONENT_DECLARATION).select_related("bundle").first()
    if item is None or item.bundle is None:
        return ()
    blob = item.bundle.files.values_list("blob_id", "blob__sha256").first()
    return _read_declaration(*blob) if blob else ()


@lru_cache(maxsize=256)
def _read_declaration(blob_id: int, sha256: str) -> tuple[Component, ...]:
    """Read once per process: who looks at the evidence, and when, is nothing that the list of reads may tell the team.

    The digest belongs to the key of the cache: a row's number may come back for other bytes, a digest does not.
    """
    with open_blob(Blob.objects.get(pk=blob_id), reader="system", purpose=ReadPurpose.DECLARATION) as file:
        return parse_declaration(file.read())


def measurements_of(phase: Phase) -> list[dict[str, Any]]:
    """Return the measured values of a phase in the form of the tally's input, for every entry that handed in.

    A value that is missing stays missing: the tally leaves the entry unranked and says why.
    """
    if phase.ruleset is None:
        return []
    items = [(part, item) for part in parse_ruleset(phase.ruleset.document).parts for item in part.items]
    return [row for entry in phase.entries.all() for row in _measurements(entry, items)]


def _measurements(entry: Entry, items: list[tuple[Part, Item]]) -> list[dict[str, Any]]:
    found = {
        (_suite_name(run), result.task, result.metric): result
        for run in _benchmarks(entry)
        for result in run.results.all()
    }
    rows = []
    for part, item in items:
        source = item.source
        if source.kind == "suite" and (hit := found.get((source.suite, source.task, source.metric))):
            rows.append(_measurement(entry, part, item, hit))
    return rows


def _benchmarks(entry: Entry) -> list[EvaluationRun]:
    """Of each suite the run that counts: never one with a limit, one that is not finished, or one that was set aside."""
    rows = Submission.objects.filter(entry=entry, state=State.SUBMITTED)
    return [run for submission in rows for run in counting_runs(submission)]


def _suite_name(run: EvaluationRun) -> str:
    return f"{run.suite.name}/{run.suite.version}"


def _measurement(entry: Entry, part: Part, item: Item, result: TaskResult) -> dict[str, Any]:
    run = result.run
    return {
        "entry": entry.code,
        "part": part.key,
        "item": item.key,
        "value": result.value,
        "stderr": result.stderr,
        "n": result.n,
        "target": None if item.target is None else str(item.target),
        "source": {"run": str(run.pk), "bundle": run.bundle.digest, "suite": run.suite.digest},
    }


def evidence_digests(phase: Phase) -> list[dict[str, Any]]:
    """Return the digests a release cites: submission, receipt and runs of each entry."""
    rows = Submission.objects.filter(entry__phase=phase, state=State.SUBMITTED).select_related("entry", "receipt")
    return [
        {
            "entry": row.entry.code,
            "submission": row.digest,
            "receipt": row.receipt.digest,
            "runs": [{"kind": run.row.kind, "id": str(run.run.pk)} for run in runs_of(row)],
        }
        for row in rows.order_by("entry__code")
    ]
