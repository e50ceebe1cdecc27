"""The words of a suite's items, for a look at whether they stand in somebody's training data. Never shown to teams."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from evaluation.core.harness_tasks import include_paths, load_task
from evaluation.core.sources import NOWHERE, DataRoots, items_of
from evaluation.core.suites import Suite, Task


class ItemText(NamedTuple):
    """`key` names the item as samples do (its id, or its line; leaf and number for tasks of the harness)."""

    key: str
    question: str
    answers: tuple[str, ...]


def texts_of(task: Task, *, suite: Suite, roots: DataRoots = NOWHERE) -> Iterator[ItemText]:
    """The items a run of this suite asks. Tasks of the harness are read by the harness, which needs its libraries."""
    if task.source.kind == "harness":
        yield from _of_harness(task, roots=roots)
        return
    for item in items_of(task, suite=suite, roots=roots):
        answers = item.choices or ((item.answer,) if item.answer else ())
        yield ItemText(item.key, item.question, answers)


def _of_harness(task: Task, *, roots: DataRoots) -> Iterator[ItemText]:
    from lm_eval.tasks import TaskManager

    if task.form == "code":
        yield from _of_code(task, roots=roots)
        return
    manager = TaskManager(include_path=include_paths([task], own=Path("/nonexistent")), include_defaults=False)
    for leaf, loaded in load_task(manager, task, roots=roots)["tasks"].items():
        for number, doc in enumerate(loaded.eval_docs):
            target = loaded.doc_to_target(doc)
            offered = loaded.doc_to_choice(doc) if loaded.config.doc_to_choice is not None else [target]
            yield ItemText(f"{leaf}:{number}", str(loaded.doc_to_text(doc)), tuple(str(one) for one in offered))


def _of_code(task: Task, *, roots: DataRoots) -> Iterator[ItemText]:
    """Of code the prompt alone: its definition would import what runs programs."""
    from lm_eval.api.task import ConfigurableTask

    from evaluation.core.harness_tasks import code_config

    loaded = ConfigurableTask(config=code_config(task, roots=roots))
    for number, doc in enumerate(loaded.eval_docs):
        yield ItemText(f"{task.name}:{number}", str(loaded.doc_to_text(doc)), ())
