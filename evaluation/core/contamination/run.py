"""The child of a contamination check: `python -m evaluation.core.contamination.run spec.json`.

spec.json: {"schema", "suites": [documents], "sample": folder}; paths are relative to its folder. Writes progress.jsonl and,
last, result.json. Exit code 2 is bad input, told in error.json.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluation.core.contamination import SPEC_SCHEMA
from evaluation.core.contamination.overlap import Comparison, Text
from evaluation.core.contamination.report import TaskTexts, controls, document
from evaluation.core.contamination.sample import Counts, batches, files_of
from evaluation.core.errors import InputError, SuiteError
from evaluation.core.items import Item
from evaluation.core.sources import items_of
from evaluation.core.suites import Suite, Task, parse_suite

RESULT, ERROR, PROGRESS = "result.json", "error.json", "progress.jsonl"
KEYS = {"schema", "suites", "sample"}
MOST_ITEMS = 5_000  # of one task, the first of its selection
REPORT_EVERY = 1.0  # seconds
SKIPPED = {
    "private": "private sets are opened for runs alone: what a sample holds of them would tell what they ask",
    "harness": "the public data set of the harness is not read here",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evaluation.core.contamination.run", description=__doc__)
    parser.add_argument("spec", type=Path, help="JSON: suites (documents) and sample (folder)")
    path = parser.parse_args(arguments).spec.resolve()
    try:
        found = compare(read_spec(path), workdir=path.parent)
    except InputError as error:
        write(path.parent / ERROR, {"message": str(error), "cause": "input", "transient": False})
        print(error, file=sys.stderr)
        return 2
    write(path.parent / RESULT, found)
    return 0


def read_spec(path: Path) -> dict[str, Any]:
    try:
        spec = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SuiteError(path.name, f"is not readable as JSON: {error}") from error
    if not isinstance(spec, dict) or spec.keys() != KEYS or spec["schema"] != SPEC_SCHEMA:
        raise SuiteError(path.name, f"must be of schema {SPEC_SCHEMA} with {', '.join(sorted(KEYS))}")
    return spec


def compare(spec: Mapping[str, Any], *, workdir: Path) -> dict[str, Any]:
    folder = workdir / spec["sample"]
    suites = [parse_suite(suite) for suite in spec["suites"]]
    tasks = [(suite, task) for suite in suites for task in suite.tasks]
    skipped = [skip_row(suite, task) for suite, task in tasks if task.source.kind in SKIPPED]
    texts = [texts_of(suite, task) for suite, task in tasks if task.source.kind not in SKIPPED]
    if not texts:
        raise SuiteError("suites", "have no task whose items can be compared here")
    comparison = Comparison([*(task.group for task in texts), *controls()])
    counts = Counts()
    look_through(comparison, folder, counts=counts, progress=workdir / PROGRESS)
    return document(comparison, texts, counts=counts, skipped=skipped)


def look_through(comparison: Comparison, folder: Path, *, counts: Counts, progress: Path) -> None:
    total, told = sum(path.stat().st_size for path in files_of(folder)), 0.0
    for batch in batches(folder, counts):
        comparison.look_through(batch)
        if time.monotonic() - told >= REPORT_EVERY:
            told = time.monotonic()
            row = {"done": counts.bytes >> 20, "total": max(1, total >> 20), "note": "MB"}
            with progress.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")


def skip_row(suite: Suite, task: Task) -> dict[str, str]:
    return {"suite": suite.reference, "task": task.name, "why": SKIPPED[task.source.kind]}


def texts_of(suite: Suite, task: Task) -> TaskTexts:
    items = items_of(task, suite=suite)
    texts = [text_of(item) for item in items[:MOST_ITEMS]]
    return TaskTexts(suite.reference, task.name, len(items), texts)


def text_of(item: Item) -> Text:
    """What the set says of its own: never the prompt around it, which is the suite's."""
    right = item.choices[item.gold] if item.choices else item.answer
    return Text.of(item.key, item.question or right, right if item.question else "")


def write(path: Path, value: Any) -> None:
    """Complete or not there at all."""
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
