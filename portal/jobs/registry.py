"""What upper apps hand down: kinds of jobs and idempotent steps that act on finished ones.

Both are registered in `AppConfig.ready()`, so every process (web, worker, reconciler) knows the same set.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.common.sandbox.spec import Sandbox

if TYPE_CHECKING:
    from portal.jobs.models import Job


@dataclass(frozen=True)
class Command:
    """The child of one attempt: started in the working folder, in a session of its own, with only this environment.

    `sandbox` are the walls around it; None for the portal's own programs that open nothing a team handed in.
    """

    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    sandbox: Sandbox | None = None


@dataclass(frozen=True)
class JobKind:
    """How one kind of work is done. Times in seconds.

    `prepare` materialises the inputs in the worker, `collect` stores artefacts (idempotent) and returns the JSON outcome,
    `commit` writes results in the transaction that sets `succeeded`, `failed` in the one that sets `failed`.
    `salvage` keeps what is of use of an attempt that failed: what it returns is the job's outcome before `failed` is called;
    an error of its own changes nothing. `cards_wished`: so many GPU cards are taken where they are free, none are needed.
    """

    name: str
    prepare: Callable[["Job", Path], Command]
    collect: Callable[["Job", Path], dict[str, Any]]
    commit: Callable[["Job", dict[str, Any]], None]
    failed: Callable[["Job"], None] | None = None
    max_attempts: int = 3
    lease_seconds: int = 60
    time_limit: int = 3600
    salvage: Callable[["Job", Path], dict[str, Any]] | None = None
    cards_wished: int = 0


Step = Callable[[], int | None]

_kinds: dict[str, JobKind] = {}
_steps: dict[str, Step] = {}


def reader_of(job: "Job") -> str:
    """How the owner's list of reads names the work that opened a checkpoint."""
    return f"job:{job.pk}"


def register(kind: JobKind) -> JobKind:
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"Two kinds of job are called {kind.name!r}; give one of them another name.")
    return kind


def register_step(step: Step) -> Step:
    """Add an idempotent step to every reconciler pass; it returns how many things it changed."""
    _steps[f"{step.__module__}.{step.__qualname__}"] = step
    return step


def kind_named(name: str) -> JobKind:
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(
            f"No kind of job is called {name!r}; known are {', '.join(sorted(_kinds)) or 'none'}."
        ) from None


def find_kind(name: str) -> JobKind | None:
    """None for a kind that this version of the portal no longer has; its old rows must not stop the reconciler."""
    return _kinds.get(name)


def kind_names() -> list[str]:
    return sorted(_kinds)


def steps() -> dict[str, Step]:
    return dict(_steps)
