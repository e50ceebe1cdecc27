"""Tasks in the form lm-eval reads: one JSONL file and one YAML file each, made inside the run's folder.

The portal's own definitions name fields and never hold Python. What the harness itself brings is left as it is
(`harness_tasks`), but for code: there the harness only writes the answers.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from evaluation.core.errors import TaskDataError
from evaluation.core.harness_tasks import UNSCORED, code_config, definition_digest
from evaluation.core.items import Item
from evaluation.core.sources import NOWHERE, DataRoots, examples_of, items_of
from evaluation.core.suites import Generation, Suite, Task
from evaluation.core.suites.model import ANSWER
from portal.common.formats.canonical import digest_of

HIGHER_IS_BETTER = {"acc": True, "acc_norm": True, "bits_per_byte": False, "byte_perplexity": False}
HIGHER_IS_BETTER |= {"exact_match": True, "rules_followed": True, "prompts_followed": True, "pass_at_1": True}

DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}(:?\d{2}){0,2}([.,]\d+)?(Z|[+-]\d{2}(:?\d{2})?)?)?")


class BuiltTask(NamedTuple):
    """`digest` covers the task's definition and every item with its prompt, so two equal ones asked the same.

    Of a task of the harness it covers the harness's definition and the files of the data set; `items` is then 0.
    """

    name: str
    version: int
    digest: str
    items: int


def build_tasks(suite: Suite, folder: Path, *, group: str | None = None, roots: DataRoots = NOWHERE) -> list[BuiltTask]:
    """Write the tasks of one group, or of all; data that are gone are told here, before a model is loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_build(task, suite=suite, folder=folder, roots=roots) for task in suite.tasks_of(group)]


def _build(task: Task, *, suite: Suite, folder: Path, roots: DataRoots) -> BuiltTask:
    if task.source.kind == "harness":
        if task.form == "code":
            _write_yaml(folder / f"{task.name}.yaml", code_config(task, roots=roots))
        return BuiltTask(task.name, task.version, definition_digest(task, roots=roots), 0)
    rows = [_row(task, item) for item in items_of(task, suite=suite, roots=roots)]
    shown = [_row(task, item) for item in examples_of(task, roots=roots)]
    _refuse_dates(task, rows)
    data = {"test": folder / f"{task.name}.jsonl"}
    _write_rows(data["test"], rows)
    if shown:
        data["examples"] = folder / f"{task.name}.examples.jsonl"
        _write_rows(data["examples"], shown)
    _write_yaml(folder / f"{task.name}.yaml", harness_config(task, data=data))
    covered = {"task": dict(task.document), "selection": suite.seeds.selection, "rows": rows}
    digest = digest_of(covered | ({"examples": shown} if shown else {}))
    return BuiltTask(task.name, task.version, digest, len(rows))


def _refuse_dates(task: Task, rows: Sequence[Mapping[str, Any]]) -> None:
    """A column of dates alone would reach the harness as times of day: its reader guesses types from the values."""
    for column in rows[0] if rows else ():
        values = [text for row in rows for text in _texts(row[column])]
        if values and all(DATE.fullmatch(text) for text in values):
            raise TaskDataError(
                task.name, f"every {column} is a date, which the harness would read as a time; write dates in words"
            )


def _texts(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _write_yaml(path: Path, config: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(config), allow_unicode=True), encoding="utf-8")


def _row(task: Task, item: Item) -> dict[str, Any]:
    """Items with an id are the second schema's; the others keep the columns, and so the digests, of the first."""
    prompt = task.prompt.format(question=item.question) if task.form != "text" else item.question
    if not item.id:
        return {"line": item.line, "text": prompt, "choices": list(item.choices), "gold": item.gold}
    row: dict[str, Any] = {"id": item.id, "line": item.line, "text": prompt}
    if item.choices:
        row |= {"choices": list(item.choices), "gold": item.gold}
    if task.form == "generate":
        row["answer"] = item.answer
    if task.scored_later:
        row["detail"] = item.detail  # JSON inside a text: values of mixed types have no column
    return row


def harness_config(task: Task, *, data: Mapping[str, Path]) -> Mapping[str, Any]:
    """Fields are named, never templated: a question with braces in it stays a question."""
    common: dict[str, Any] = {
        "task": task.name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {split: str(path.resolve()) for split, path in data.items()}},
        "test_split": "test",
        "metadata": {"version": task.version},
        "metric_list": [_metric(task, name) for name in task.metrics],
    }
    if task.form == "text":
        return common | {"output_type": "loglikelihood_rolling", "doc_to_text": "", "doc_to_target": "text"}
    common |= {"doc_to_text": "text", "target_delimiter": " ", "num_fewshot": task.fewshot} | _shown(task, data)
    if task.form in {"generate", "instructions", "code"}:
        return common | _written(task)
    return common | {"output_type": "multiple_choice", "doc_to_choice": "choices", "doc_to_target": "gold"}


def _metric(task: Task, name: str) -> dict[str, Any]:
    better: dict[str, Any] = {"metric": name, "higher_is_better": HIGHER_IS_BETTER[name]}
    if task.form == "text":
        return better
    if name == "exact_match":
        return better | {"aggregation": "mean", "ignore_case": True, "ignore_punctuation": False}
    return better | {"aggregation": "mean"}


def _shown(task: Task, data: Mapping[str, Path]) -> dict[str, Any]:
    """Examples of their own file are shown in its order; in the first schema they are drawn among the items."""
    if "examples" in data:
        return {"fewshot_split": "examples", "fewshot_config": {"sampler": "first_n", "split": "examples"}}
    return {"fewshot_split": "test" if task.fewshot else None}


def _written(task: Task) -> dict[str, Any]:
    config: dict[str, Any] = {
        "output_type": "generate_until",
        "doc_to_target": "answer" if task.form == "generate" else "",
        "generation_kwargs": generation_arguments(task.generation),
        "repeats": task.generation.repeats,
    }
    if task.scored_later:
        return config | UNSCORED
    return config | ({"filter_list": [{"name": ANSWER, "filter": _steps(task)}]} if task.filter else {})


def generation_arguments(generation: Generation) -> dict[str, Any]:
    """What the harness calls these settings."""
    drawn: dict[str, Any] = {"do_sample": generation.sampled, "temperature": float(generation.temperature)}
    if generation.sampled:
        drawn["top_p"] = float(generation.top_p)
    return {"until": list(generation.until), "max_gen_toks": generation.max_tokens} | drawn


def _steps(task: Task) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    for step in task.filter:
        if "regex" in step:
            steps.append({"function": "regex", "regex_pattern": step["regex"], "group_select": step.get("select", 0)})
        else:
            steps.append({"function": step["plain"]})
    chosen = any(step["function"] in {"take_first", "majority_vote"} for step in steps)
    return steps + ([] if chosen else [{"function": "take_first"}])
