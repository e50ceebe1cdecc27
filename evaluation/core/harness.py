"""lm-eval on one loaded model: task by task, raw metrics and samples out."""

import math
import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.core.errors import NotFiniteError, TaskDataError
from evaluation.core.loading import Loaded
from evaluation.core.suites import Suite, Task

BOOTSTRAP = 1000  # repetitions, only for metrics whose standard error has no closed form
SAMPLE_FIELDS = ("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "doc_hash", "prompt_hash")


class Metric(NamedTuple):
    """One figure. `value` and `stderr` are decimal text with every digit the harness gave; no stderr is ""."""

    task: str
    metric: str
    value: str
    stderr: str
    n: int
    higher_is_better: bool


class TaskOutcome(NamedTuple):
    metrics: list[Metric]
    samples: list[dict[str, Any]]
    raw: dict[str, Any]


def wrap(loaded: Loaded, *, suite: Suite) -> Any:
    """The harness's own adapter, with a length that is never guessed and never truncates silently."""
    from lm_eval.models.huggingface import HFLM

    longest = getattr(loaded.model.config, "max_position_embeddings", None) or suite.model.max_length
    return HFLM(
        pretrained=loaded.model,
        tokenizer=loaded.tokenizer,
        backend="causal",
        batch_size=suite.model.batch_size,
        max_length=min(longest, suite.model.max_length),
        trust_remote_code=False,
    )


def evaluate(adapter: Any, *, suite: Suite, tasks: Path, limit: int | None) -> Iterator[tuple[Task, TaskOutcome]]:
    """One task at a time, so that progress is known and an error has a task's name.

    The same as `lm_eval.simple_evaluate`, without its report on the machine,
    which costs more than a small task and tells about the worker.
    """
    import lm_eval
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=str(tasks), include_defaults=False)
    for task in suite.tasks:
        _seed(suite.seeds.harness)
        loaded = manager.load([task.name])
        loaded["tasks"][task.name].set_fewshot_seed(seed=suite.seeds.fewshot)
        found = lm_eval.evaluate(lm=adapter, task_dict=loaded, limit=limit, bootstrap_iters=BOOTSTRAP, log_samples=True)
        if found is None or task.name not in found["results"]:
            raise TaskDataError(task.name, "the harness returned no result for this task; ask an operator")
        yield task, _outcome(task, found)


def _seed(seed: int) -> None:
    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the harness draws from the global generators
    torch.manual_seed(seed)


def _outcome(task: Task, found: Mapping[str, Any]) -> TaskOutcome:
    samples = [_sample(task, sample) for sample in found["samples"][task.name]]
    _require_finite(task, samples)
    figures = found["results"][task.name]
    better = found["higher_is_better"][task.name]
    metrics = [_metric(task, name, figures=figures, n=len(samples), better=better[name]) for name in task.metrics]
    raw = {"task": task.name, "results": figures, "config": found["configs"][task.name], "n-shot": found["n-shot"]}
    return TaskOutcome(metrics, samples, raw)


def _metric(task: Task, name: str, *, figures: Mapping[str, Any], n: int, better: bool) -> Metric:
    value, stderr = figures[f"{name},none"], figures.get(f"{name}_stderr,none", "N/A")
    return Metric(task.name, name, decimal(value), "" if stderr == "N/A" else decimal(stderr), n, better)


def decimal(value: float) -> str:
    """All digits, no exponent.

    >>> decimal(0.34375), decimal(1e-07)
    ('0.34375', '0.0000001')
    """
    return format(Decimal(repr(float(value))), "f")


def _sample(task: Task, sample: Mapping[str, Any]) -> dict[str, Any]:
    return {"task": task.name} | {key: sample[key] for key in (*SAMPLE_FIELDS, *task.metrics) if key in sample}


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
