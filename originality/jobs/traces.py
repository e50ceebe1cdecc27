"""The work on a training run: its logs as columns, its checkpoints one by one, and the findings on all of it."""

import json
from pathlib import Path
from typing import Any

from django.utils.translation import override

from originality.actions import store_document
from originality.core.run import SERIES
from originality.core.trace.declaration import parse_facts
from originality.core.trace.facts import Facts
from originality.core.trace.measures import measures_of
from originality.enums import PartKind
from originality.jobs.child import Outcome, command, copy_blob, copy_made
from originality.models import Reference, TraceMapping, TracePart, TraceReport, TraceRun, WithheldText
from portal.artifacts.actions import materialise, open_made, store_file
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob, Bundle
from portal.jobs.actions import go_on_without
from portal.jobs.enums import Cause
from portal.jobs.errors import InputError
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, reader_of

HOUR = 3600
BY_INPUT = (
    Cause.INPUT,
    Cause.EXIT,
    Cause.MEMORY,
    Cause.GPU_MEMORY,
    Cause.TIME_LIMIT,
    Cause.NO_RESULT,
)  # a checkpoint can bring about these


def _run(job: Job) -> TraceRun:
    return TraceRun.objects.select_related("bundle", "checkpoint", "step0").get(pk=job.payload["run"])


def _result(workdir: Path) -> Outcome:
    document: Outcome = json.loads((workdir / "result.json").read_text(encoding="utf-8"))
    return document


def _lay(bundle: Bundle, target: Path, *, job: Job) -> str:
    materialise(bundle, target, reader=reader_of(job), purpose=ReadPurpose.TRACE)
    return target.name


def prepare_series(job: Job, workdir: Path) -> Command:
    """Lay out the logs; a correction of the team's says which name stands for which quantity."""
    run = _run(job)
    mapping = run.mappings.filter(number=job.payload["mapping"]).exclude(number=0).first()
    spec: Outcome = {"kind": job.kind, "logs": _lay(run.bundle, workdir / "logs", job=job)}
    spec["mapping"] = mapping.mapping if mapping else None
    spec["lengths"] = sorted({row.log_bytes for row in _facts(run).deposits if row.log_bytes})
    return command(spec, workdir)


def collect_series(job: Job, workdir: Path) -> Outcome:
    """Keep the points in the account whose logs they are of."""
    result = _result(workdir)
    series = store_file(workdir / SERIES, owner=job.account)
    return {"series": series.pk, "logs": result["logs"], "prefixes": result["prefixes"]}


def commit_series(job: Job, outcome: Outcome) -> None:
    """Show the points under the latest mapping; the first guess becomes a row that is never changed."""
    run, number = TraceRun.objects.get(pk=job.payload["run"]), job.payload["mapping"]
    if number == 0:
        guess = {"mapping": outcome["logs"]["guesses"], "actor": "system"}
        TraceMapping.objects.get_or_create(run=run, number=0, defaults=guess)
    if not run.mappings.filter(number__gt=number).exists():
        TraceRun.objects.filter(pk=run.pk).update(series=outcome["series"], logs=outcome["logs"])


def _part(job: Job, kind: PartKind) -> TracePart:
    rows = TracePart.objects.select_related("run", "bundle", "before", "text__text")
    return rows.get(run=job.payload["run"], kind=kind, number=job.payload["part"])


def _facts(run: TraceRun) -> Facts:
    return parse_facts(run.plan["facts"])


def _placed(bundle: Bundle, run: TraceRun, *, path: str) -> Outcome:
    """Return a checkpoint as a spec names it: where it lies, and the step that the plan froze."""
    step = next(link.step for link in _facts(run).chain if link.digest == bundle.digest)
    return {"path": path, "digest": bundle.digest, "step": step}


def prepare_leg(job: Job, workdir: Path) -> Command:
    """Lay out two neighbours of the chain, and step 0 where there is one."""
    part = _part(job, PartKind.LEG)
    run, before = part.run, part.before
    if before is None:
        raise InputError(f"{part} has no checkpoint to begin with.")
    spec: Outcome = {"kind": job.kind, "start": None}
    spec["before"] = _placed(before, run, path=_lay(before, workdir / "before", job=job))
    spec["after"] = _placed(part.bundle, run, path=_lay(part.bundle, workdir / "after", job=job))
    if run.step0 is not None:
        same = run.step0.digest == before.digest
        path = "before" if same else _lay(run.step0, workdir / "start", job=job)
        spec["start"] = {"path": path, "digest": run.step0.digest}
    return command(spec, workdir)


def prepare_start(job: Job, workdir: Path) -> Command:
    """Lay out the final checkpoint, step 0 where there is one, and the sketches that the plan named."""
    part = _part(job, PartKind.START)
    declaration = _facts(part.run).declaration
    spec: Outcome = {"kind": job.kind, "final": _lay(part.bundle, workdir / "final", job=job)}
    spec["step0"] = _lay(part.before, workdir / "step0", job=job) if part.before else None
    spec["init"] = [law._asdict() for law in declaration.init] if declaration else []
    spec["seed"] = declaration.seed if declaration else None
    spec["references"] = _lay_references(part.run, workdir, job=job)
    return command(spec, workdir)


def _lay_references(run: TraceRun, workdir: Path, *, job: Job) -> list[Outcome]:
    planned = run.plan["references"]
    held = Reference.objects.filter(pk__in=[row["id"] for row in planned]).select_related("sketch").in_bulk()
    changed = [
        row["name"] for row in planned if row["id"] not in held or held[row["id"]].sketch.sha256 != row["sketch"]
    ]
    if changed:
        raise InputError(f"Planned references are gone or are others now: {', '.join(changed)}. Request a new run.")
    laid = []
    for row in planned:
        path = f"reference-{row['id']}.sketch"
        copy_blob(held[row["id"]].sketch, workdir / path, reader=reader_of(job))
        laid.append({"name": row["name"], "digest": row["digest"], "path": path})
    return laid


def prepare_loss(job: Job, workdir: Path) -> Command:
    """Lay out a checkpoint and a withheld text; no window is longer than the sequences that the model was trained on."""
    part = _part(job, PartKind.LOSS)
    declaration = _facts(part.run).declaration
    if part.text is None:
        raise InputError(f"{part} has no text to be measured on.")
    _copy_text(part.text, workdir / "withheld.txt", job=job)
    placed = _placed(part.bundle, part.run, path="")
    path = _lay(part.bundle, workdir / "checkpoint", job=job)
    spec = {"kind": job.kind, "checkpoint": path, "digest": placed["digest"], "step": placed["step"]}
    spec["context"] = declaration.sequence_length if declaration else None
    return command(spec | {"text": "withheld.txt", "text_digest": part.text.digest}, workdir)


def _copy_text(text: WithheldText, target: Path, *, job: Job) -> None:
    copy_blob(text.text, target, reader=reader_of(job))


def commit_part(job: Job, outcome: Outcome) -> None:
    """Keep the measurement, or why there is none: what cannot be measured is missing evidence, not a failed run."""
    kind = job.kind.removeprefix("originality.")
    rows = TracePart.objects.filter(run=job.payload["run"], kind=kind, number=job.payload["part"])
    problem = outcome.get("problem", "")
    rows.update(document=None if problem else outcome, problem=problem)


def part_failed(job: Job) -> None:
    """Say why there is no measurement and let the findings be made without it: one checkpoint must not end all checks.

    Where a machine was at fault the findings wait for whoever starts the job again.
    """
    if job.cause not in BY_INPUT:
        return
    with override("en"):  # as everything that a report says; pages translate
        said = job.error if job.cause == Cause.INPUT else job.get_cause_display()
        problem = f"the measurement ended without a result: {said}"
    kind = job.kind.removeprefix("originality.")
    rows = TracePart.objects.filter(run=job.payload["run"], kind=kind, number=job.payload["part"])
    rows.update(document=None, problem=problem)
    go_on_without(job)


def collect_result(job: Job, workdir: Path) -> Outcome:
    return _result(workdir)


def prepare_findings(job: Job, workdir: Path) -> Command:
    """Lay out the points and everything that was measured beside them."""
    run = _run(job)
    series = Job.objects.get(pk=job.payload["series"]).outcome or {}
    copy_made(Blob.objects.get(pk=series["series"]), workdir / SERIES)
    spec = {
        "kind": job.kind,
        "series": SERIES,
        "logs": series["logs"],
        "prefixes": series["prefixes"],
        "facts": run.plan["facts"],
        "measures": _measures(run, job.payload["scores"]),
        "plan_digest": run.plan_digest,
        "problems": [_problem(row) for row in run.parts.exclude(problem="").select_related("bundle", "text")],
    }
    return command(spec, workdir)


def _measures(run: TraceRun, scores: list[Any]) -> Outcome:
    found: dict[str, list[Any]] = {kind: [] for kind in PartKind.values}
    for kind, document in run.parts.exclude(document=None).order_by("number").values_list("kind", "document"):
        found[kind].append(document)
    start = next(iter(found[PartKind.START]), None)
    return dict(measures_of(legs=found[PartKind.LEG], losses=found[PartKind.LOSS], start=start, scores=scores))


def _problem(row: TracePart) -> Outcome:
    text = row.text.name if row.text else ""
    return {"kind": row.kind, "digest": row.bundle.digest, "text": text, "problem": row.problem}


def collect_findings(job: Job, workdir: Path) -> Outcome:
    return {"document": store_document(_result(workdir), owner=job.account).pk}


def commit_findings(job: Job, outcome: Outcome) -> None:
    """Write the report; the run shows the latest of those that are there."""
    run, number = TraceRun.objects.get(pk=job.payload["run"]), job.payload["report"]
    with open_made(Blob.objects.get(pk=outcome["document"])) as stream:
        report = json.load(stream)
    TraceReport.objects.filter(run=run, number=number).update(report=report, document=outcome["document"])
    if not run.reports.filter(number__gt=number).exclude(report=None).exists():
        TraceRun.objects.filter(pk=run.pk).update(report=report)


KINDS = (
    JobKind("originality.series", prepare_series, collect_series, commit_series, time_limit=4 * HOUR),
    JobKind("originality.start", prepare_start, collect_result, commit_part, part_failed, time_limit=4 * HOUR),
    JobKind("originality.leg", prepare_leg, collect_result, commit_part, part_failed, time_limit=4 * HOUR),
    JobKind(
        "originality.loss", prepare_loss, collect_result, commit_part, part_failed, time_limit=8 * HOUR, cards_wished=1
    ),
    JobKind("originality.findings", prepare_findings, collect_findings, commit_findings, time_limit=HOUR),
)
