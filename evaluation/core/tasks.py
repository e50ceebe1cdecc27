"""Tasks in the form lm-eval reads: one JSONL file and one YAML file each, made inside the run's folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from evaluation.core.sources import Item, items_of
from evaluation.core.suites import Suite, Task
from portal.common.formats.canonical import digest_of

HIGHER_IS_BETTER = {"acc": True, "acc_norm": True, "bits_per_byte": False, "byte_perplexity": False}


class BuiltTask(NamedTuple):
    """`digest` covers the task's definition and every item with its prompt, so two equal ones asked the same."""

    name: str
    version: int
    digest: str
    items: int


def build_tasks(suite: Suite, folder: Path) -> list[BuiltTask]:
    folder.mkdir(parents=True, exist_ok=True)
    return [_build(task, suite=suite, folder=folder) for task in suite.tasks]


def _build(task: Task, *, suite: Suite, folder: Path) -> BuiltTask:
    rows = [_row(task, item) for item in items_of(task, suite=suite)]
    data = folder / f"{task.name}.jsonl"
    data.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    config = harness_config(task, data=data)
    (folder / f"{task.name}.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    digest = digest_of({"task": dict(task.document), "selection": suite.seeds.selection, "rows": rows})
    return BuiltTask(task.name, task.version, digest, len(rows))


def _row(task: Task, item: Item) -> dict[str, Any]:
    prompt = task.prompt.format(question=item.question) if task.form != "text" else item.question
    return {"line": item.line, "text": prompt, "choices": list(item.choices), "gold": item.gold}


def harness_config(task: Task, *, data: Path) -> Mapping[str, Any]:
    """Fields are named, never templated, except `{{text}}`: a question with braces in it stays a question."""
    common = {
        "task": task.name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(data.resolve())}},
        "test_split": "test",
        "metadata": {"version": task.version},
        "metric_list": [
            {"metric": name, "higher_is_better": HIGHER_IS_BETTER[name]}
            | ({} if name.startswith(("bits", "byte")) else {"aggregation": "mean"})
            for name in task.metrics
        ],
    }
    if task.form == "text":
        return common | {"output_type": "loglikelihood_rolling", "doc_to_text": "", "doc_to_target": "text"}
    return common | {
        "output_type": "multiple_choice",
        "doc_to_text": "text",
        "doc_to_choice": "choices",
        "doc_to_target": "gold",
        "target_delimiter": " ",
        "num_fewshot": task.fewshot,
        "fewshot_split": "test" if task.fewshot else None,
    }
