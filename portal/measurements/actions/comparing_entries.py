"""Compare the entries of a phase item by item: by itself at the seal, by an officer again after a rerun."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from evaluation.core.paired import RESAMPLES
from evaluation.models import EvaluationRun, Suite
from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.common.viewer import SYSTEM, Viewer
from portal.jobs.actions import enqueue
from portal.jobs.models import Job
from portal.jobs.steps import each_apart
from portal.measurements.actions.steps import require_staff
from portal.measurements.enums import AuditAction
from portal.measurements.errors import MeasurementError
from portal.measurements.models import PairedComparison
from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase
from portal.submissions.enums import Standing, State
from portal.submissions.models import Submission
from portal.submissions.selectors.counting import Standings, run_of, standings_of

KIND = "measurements.paired"
INPUTS_SCHEMA = "paired-inputs/1"
FEWEST = 2
COMPARED_FROM = (
    PhaseState.SEALED,
    PhaseState.TALLIED,
    PhaseState.DECIDED,
    PhaseState.NOTIFIED,
    PhaseState.OBJECTION,
    PhaseState.FINAL,
)
AT_THE_SEAL = (PhaseState.SEALED, PhaseState.TALLIED)


def compare_sealed() -> int:
    """The step of the reconciler: each suite of a sealed phase as soon as none of its runs is open."""
    return each_apart(Phase.objects.filter(state__in=AT_THE_SEAL), _compare_at_the_seal)


def _compare_at_the_seal(phase: Phase) -> list[PairedComparison]:
    return compare_entries(phase, by=SYSTEM)


@transaction.atomic
def compare_again(phase: Phase, *, by: Viewer) -> list[PairedComparison]:
    """An officer asks anew; refused while the runs that count are the ones compared already."""
    require_staff(by, "officer", programme=phase.programme)
    if phase.state not in COMPARED_FROM:
        raise MeasurementError(_("Entries are compared with one another only after the seal."))
    made = compare_entries(phase, by=by)
    if not made:
        raise MeasurementError(_("There is nothing new to compare: no run that counts was added since."))
    return made


@transaction.atomic
def compare_entries(phase: Phase, *, by: Viewer) -> list[PairedComparison]:
    """One comparison for each suite that at least two entries have whole; the same runs are compared once."""
    phase = Phase.objects.select_for_update(of=("self",)).get(pk=phase.pk)
    found = [_compared(phase, suite, runs, by=by) for suite, runs in _runs_by_suite(phase).items()]
    return [row for row in found if row is not None]


def _runs_by_suite(phase: Phase) -> dict[Suite, dict[str, EvaluationRun]]:
    """Suite → entry → the run that counts; a suite with a run on its way waits until it has ended."""
    submissions = Submission.objects.filter(entry__phase=phase, state=State.SUBMITTED).select_related("entry")
    standings = [(row.entry.code, found) for row in submissions.order_by("entry__code") for found in standings_of(row)]
    waiting = {found.suite for _code, found in standings if _is_open(found)}
    chosen: dict[Suite, dict[str, EvaluationRun]] = {}
    for code, found in standings:
        if found.counting is not None and found.suite not in waiting:
            run = run_of(found.counting)
            chosen.setdefault(run.suite, {})[code] = run
    return {suite: runs for suite, runs in chosen.items() if len(runs) >= FEWEST}


def _is_open(found: Standings) -> bool:
    """Whether a figure that will count may still come; a repeated run changes nothing."""
    return found.counting is None and any(standing == Standing.OPEN for _row, standing in found.rows)


def _compared(phase: Phase, suite: Suite, runs: dict[str, EvaluationRun], *, by: Viewer) -> PairedComparison | None:
    inputs = frozen_inputs(suite, runs)
    digest = digest_of(inputs)
    if PairedComparison.objects.filter(phase=phase, inputs_digest=digest).exists():
        return None
    job = enqueue(
        KIND, key=f"{KIND}:{phase.pk}:{digest}", payload={"inputs": digest, "phase": phase.pk}, actor=by.actor
    )
    row = PairedComparison.objects.create(
        phase=phase, suite=suite, inputs=inputs, inputs_digest=digest, job=job, requested_by=by.actor
    )
    after = {"phase": phase.pk, "inputs": digest, "entries": sorted(runs)}
    record(AuditAction.PAIRED_ASKED, actor=by.actor, subject=f"paired_comparison:{row.pk}", after=after)
    return row


def frozen_inputs(suite: Suite, runs: dict[str, EvaluationRun]) -> dict[str, Any]:
    return {
        "schema": INPUTS_SCHEMA,
        "suite": suite.digest,
        "resamples": RESAMPLES,
        "runs": {code: {"run": str(run.pk), "answers": _answers(run)} for code, run in runs.items()},
    }


def _answers(run: EvaluationRun) -> str:
    if run.samples is None:
        raise MeasurementError(_("A run that counts has no answers; ask an operator."))
    return run.samples.sha256


def metrics_of(suite: Suite) -> dict[str, Iterable[str]]:
    return {task["name"]: task["metrics"] for task in suite.document["tasks"]}


def record_comparison(job: Job, document: dict[str, Any]) -> None:
    """Write the document once, in the transaction that makes the job succeed."""
    row = PairedComparison.objects.select_for_update(of=("self",)).get(job=job)
    row.document, row.digest = document, digest_of(document)
    row.save(update_fields=["document", "digest"])
    record(AuditAction.PAIRED_MADE, actor="system", subject=f"paired_comparison:{row.pk}", after={"digest": row.digest})
