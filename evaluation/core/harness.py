"""lm-eval on one model: task by task, raw metrics and samples out."""

import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.core.backends.model import Backend, Counted
from evaluation.core.errors import NotFiniteError
from evaluation.core.figures import Metric, decimal, with_verdicts
from evaluation.core.harness_tasks import Collected, collected, include_paths, load_task
from evaluation.core.scoring import score_instructions
from evaluation.core.sources import NOWHERE, DataRoots
from evaluation.core.suites import Suite, Task, metric_key
from evaluation.core.tasks import HIGHER_IS_BETTER

BOOTSTRAP = 1000  # repetitions, only for metrics whose standard error has no closed form
SAMPLE_FIELDS = (
    *("doc_id", "leaf", "doc", "target", "arguments", "resps", "filtered_resps"),
    *("filter", "doc_hash", "prompt_hash"),
)


class Usage(NamedTuple):
    """What one task took: items asked, and beside them what `Counted` says; `seconds` of clock as decimal text."""

    task: str
    items: int
    requests: int
    tokens_in: int
    tokens_out: int
    truncated: int
    seconds: str


class TaskOutcome(NamedTuple):
    """Generated code has no metrics yet: it is judged where it can be run (evaluation.core.join)."""

    metrics: list[Metric]
    samples: list[dict[str, Any]]
    raw: dict[str, Any]
    usage: Usage


def evaluate(
    backend: Backend,
    *,
    suite: Suite,
    tasks: Sequence[Task],
    folder: Path,
    limit: int | None,
    roots: DataRoots = NOWHERE,
) -> Iterator[tuple[Task, TaskOutcome]]:
    """One task at a time, so that progress is known, an error has a task's name and what is done stays done.

    The same as `lm_eval.simple_evaluate`, without its report on the machine,
    which costs more than a small task and tells about the worker. `folder` holds the built tasks.
    """
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=include_paths(tasks, own=folder), include_defaults=False)
    for task in tasks:
        started = time.monotonic()
        found = _asked(backend, task, suite=suite, manager=manager, limit=limit, roots=roots)
        yield task, _outcome(task, found, counted=backend.counter.take(), started=started)


def import_libraries() -> None:
    """Import what `evaluate` needs, for a process that wants to know when it is ready."""
    import datasets  # noqa: F401
    import lm_eval.tasks  # noqa: F401


def _asked(
    backend: Backend, task: Task, *, suite: Suite, manager: Any, limit: int | None, roots: DataRoots
) -> Collected:
    import lm_eval

    _seed(task.generation.seed if task.generation.sampled else suite.seeds.harness)
    loaded = load_task(manager, task, roots=roots)
    for one in loaded["tasks"].values():
        one.set_fewshot_seed(seed=suite.seeds.fewshot)
    found = lm_eval.evaluate(
        lm=backend.adapter,
        task_dict=loaded,
        limit=limit,
        bootstrap_iters=BOOTSTRAP,
        log_samples=True,
        apply_chat_template=suite.model.chat_template,
        fewshot_as_multiturn=suite.model.chat_template,
    )
    return collected(task, found or {"results": {}})


def _seed(seed: int) -> None:
    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the harness draws from the global generators
    torch.manual_seed(seed)


def _outcome(task: Task, found: Collected, *, counted: Counted, started: float) -> TaskOutcome:
    samples = [_sample(task, sample) for sample in found.samples]
    _require_finite(task, samples)
    items = found.n
    if not task.scored_later:
        metrics = [_metric(task, name, found=found, n=items) for name in task.metrics]
    elif task.form == "instructions":
        metrics, samples = with_verdicts(task, samples, score_instructions(task, samples))
    else:
        metrics = []
    raw = {"task": task.name, "results": dict(found.figures), "config": dict(found.config)}
    usage = Usage(task.name, items, *counted, seconds=f"{time.monotonic() - started:.2f}")
    return TaskOutcome(metrics, samples, raw, usage)


def _metric(task: Task, name: str, *, found: Collected, n: int) -> Metric:
    key = metric_key(task, name)
    metric, _, taken_after = key.partition(",")
    value, stderr = found.figures[key], found.figures.get(f"{metric}_stderr,{taken_after}", "N/A")
    better = found.better.get(metric, HIGHER_IS_BETTER.get(metric, True))
    return Metric(task.name, name, decimal(value), "" if stderr == "N/A" else decimal(stderr), n, better)


def _sample(task: Task, sample: Mapping[str, Any]) -> dict[str, Any]:
    wanted = (*SAMPLE_FIELDS, *(name.partition(",")[0] for name in task.metrics))
    return {"task": task.name} | {key: sample[key] for key in wanted if key in sample}


def _require_finite(task: Task, samples: list[dict[str, Any]]) -> None:
    for sample in samples:
        if not all(math.isfinite(number) for number in _numbers(sample["resps"])):
            where = f"{task.name}, item {sample['doc_id']}"
            raise NotFiniteError(
                where, "the model gives no finite log-probability (NaN or infinite logits); check the weights and dtype"
            )


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, float):
        yield value
