"""A kind whose hooks are recorded: for tests of the actions alone, which start no process."""

from pathlib import Path
from typing import Any

from portal.jobs.models import Job
from portal.jobs.registry import Command, JobKind, register

committed: list[tuple[int, dict[str, Any]]] = []
failed: list[int] = []


def nothing_to_run(job: Job, workdir: Path) -> Command:
    return Command(["true"])


def nothing_to_store(job: Job, workdir: Path) -> dict[str, Any]:
    return {}


def commit(job: Job, outcome: dict[str, Any]) -> None:
    if outcome.get("refuse"):
        raise RuntimeError("the results cannot be written")
    committed.append((job.pk, outcome))


RECORDED = register(
    JobKind(
        name="recorded",
        prepare=nothing_to_run,
        collect=nothing_to_store,
        commit=commit,
        failed=lambda job: failed.append(job.pk),
        max_attempts=2,
    )
)
