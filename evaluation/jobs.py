"""The kinds of work this app brings: one task group on one model, and the joining of all groups of a run."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from evaluation.actions import JOIN, KIND, record_failure, record_results
from evaluation.actions.private import prepare_private
from evaluation.core.errors import TaskDataError
from evaluation.core.run import OFFLINE
from evaluation.core.spec import CheckpointSource, Spec, spec_document
from evaluation.core.suites import Group, parse_suite
from evaluation.errors import DataMissingError
from evaluation.joining import collect_joined, prepare_join
from evaluation.layouts import CHECKPOINT, Layout, layout_of, register_source
from evaluation.models import RunPart
from evaluation.outcomes import checked_result, kept_files, salvaged
from portal.artifacts.actions import materialise
from portal.artifacts.enums import ReadPurpose
from portal.common.sandbox.spec import Sandbox
from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, reader_of, register

TIME_LIMIT = 4 * 3600
JOIN_TIME_LIMIT = 6 * 3600  # generated programs are judged in it
FOLDER_MB = 65_536  # of one attempt, beside the checkpoint
MODEL_FOLDER = "checkpoint"
MB = 1024 * 1024
ROOM_MB = 8 * 1024  # of memory beside the weights
CARD_MB = 8 * 1024  # of memory on the host for each card


def register_kinds() -> None:
    register_source(CHECKPOINT, Layout(_needs_of_checkpoint, prepare_checkpoint, _nothing_more))
    register(JobKind(KIND, prepare, collect, record_results, record_failure, time_limit=TIME_LIMIT, salvage=salvage))
    register(JobKind(JOIN, prepare_join, collect_joined, record_results, record_failure, time_limit=JOIN_TIME_LIMIT))


def part_of(job: Job) -> RunPart:
    return RunPart.objects.select_related("job", "run__bundle", "run__suite").get(job=job)


def group_of(part: RunPart) -> Group:
    """The suite's word on what the group needs."""
    return next(group for group in parse_suite(part.run.suite.document).groups if group.name == part.group)


def prepare(job: Job, workdir: Path) -> Command:
    part = part_of(job)
    return layout_of(part.run.source).prepare(part, job, workdir)


def prepare_checkpoint(part: RunPart, job: Job, workdir: Path) -> Command:
    """Lay the checkpoint out under its own names, read-only, and say which backend asks it."""
    materialise(part.run.bundle, workdir / MODEL_FOLDER, reader=reader_of(job), purpose=ReadPurpose.BENCHMARK)
    given = part.run.source
    source = CheckpointSource(
        MODEL_FOLDER,
        backend=given.get("backend", "hf"),
        arguments=_spread(given, cards=group_of(part).needs.get("gpus", 0)),
    )
    return harness_command(part, source, workdir)


def _spread(source: dict[str, Any], *, cards: int) -> dict[str, Any]:
    """The group's cards are all used: by tensor parallelism of vLLM, by layers with transformers, unless the source says how."""
    given = dict(source.get("arguments", {}))
    if cards < 2:
        return given
    if source.get("backend") == "vllm":
        return given if "pipeline_parallel_size" in given else {"tensor_parallel_size": cards} | given
    return {"parallelize": True} | given


def harness_command(part: RunPart, source: Any, workdir: Path, *, walls: Sandbox | None = None) -> Command:
    """Write the specification and return the harness's command; it holds the gold answers, so team code is never in it.

    Folders of data outside the working folder are readable inside its walls, and inside no others.
    """
    data = _data_for(part, workdir)
    spec = Spec(suite=part.run.suite.document, source=source, group=part.group, limit=part.run.limit, data=data)
    (workdir / "spec.json").write_text(json.dumps(spec_document(spec), ensure_ascii=False), encoding="utf-8")
    around = walls or walls_of(part)
    around = replace(around, readable=(*around.readable, *(Path(folder) for folder in data.values())))
    return Command([sys.executable, "-m", "evaluation.core.run", "spec.json"], OFFLINE, around)


def _data_for(part: RunPart, workdir: Path) -> dict[str, str]:
    """Private sets opened for this attempt, and the operator's public data sets where a task of the group is on one."""
    suite, actor = parse_suite(part.run.suite.document), reader_of(part.job)
    try:
        opened = prepare_private(
            suite,
            group=part.group,
            workdir=workdir,
            run=str(part.run_id),
            actor=actor,
            source=part.run.source.get("kind", CHECKPOINT),
        )
    except TaskDataError as error:
        raise DataMissingError(str(error)) from error
    data = {"private": str(opened)} if opened else {}
    public = any(task.source.kind == "harness" for task in suite.tasks_of(part.group))
    return data | ({"datasets": settings.EVALUATION_DATASETS} if public and settings.EVALUATION_DATASETS else {})


def walls_of(part: RunPart) -> Sandbox:
    """The walls around a harness: memory as the group asks for it, else what the checkpoint and its cards need.

    The weights may lie in memory twice while they are loaded; vLLM keeps a process of some gigabytes for each card.
    """
    walls, needs = Sandbox(folder_mb=FOLDER_MB), group_of(part).needs
    if "memory_gb" in needs:
        return replace(walls, memory_mb=needs["memory_gb"] * 1024)
    of_model = 2 * part.run.bundle.total_size // MB + ROOM_MB
    of_cards = needs.get("gpus", 0) * CARD_MB + walls.memory_mb
    wanted = max(walls.memory_mb, of_model, of_cards)
    return replace(walls, memory_mb=min(wanted, max(machine_memory_mb(), 1024)))


def machine_memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MB


def collect(job: Job, workdir: Path) -> dict[str, Any]:
    """Store samples and the harness's own output; refuse a result that is not of the frozen inputs."""
    part = part_of(job)
    result = checked_result(part.run, workdir, group=part.group)
    layout_of(part.run.source).collect(part, job, workdir)
    return kept_files(workdir) | {
        "metrics": result["metrics"],
        "usage": result["usage"],
        "index": result["index"],
        "frozen": result["frozen"],
        "seconds": result["seconds"],
        "processor_seconds": result["processor_seconds"],
    }


def salvage(_job: Job, workdir: Path) -> dict[str, Any]:
    return salvaged(workdir)


def _needs_of_checkpoint(source: Any) -> dict[str, int]:
    return {source.get("backend", "hf"): 1}


def _nothing_more(_part: RunPart, _job: Job, _workdir: Path) -> None:
    """The checkpoint is laid out read-only by its digests: there is nothing to compare afterwards."""
