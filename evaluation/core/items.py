"""One question, and how a row of the portal's own files becomes one.

Rows are JSON objects with an `id`. By form: choices {question, choices, answer: index}, labels {question, answer: label},
text {text}, generate {question, answer}, instructions {question, rules: […]}, code {question, entry, tests: [{args, expected}]}.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from evaluation.core.errors import TaskDataError
from evaluation.core.instructions import RuleError, check_rules
from evaluation.core.suites import Task

LONGEST_TEXT = 4 * 1024 * 1024  # characters of one question: long-context items are long
MOST_CHOICES = 26
MOST_TESTS = 200


class Item(NamedTuple):
    """What the prompt is filled with, the texts offered, and the index of the right one.

    `line` is where it stands in the source, counted from 1. A text to be scored as a whole has no choices and stands in
    `question`. `answer` is compared with what was generated; `detail` is JSON: the rules of an instruction, or the calls by
    which code is tried. `id` is the row's own name, empty for sets of packages.
    """

    line: int
    question: str
    choices: tuple[str, ...]
    gold: int
    id: str = ""
    answer: str = ""
    detail: str = ""

    @property
    def key(self) -> str:
        """What an item is selected and paired by."""
        return self.id or str(self.line)


def listed_item(task: Task, line: int, row: Mapping[str, Any]) -> Item:
    try:
        item = MAKERS[task.form](task, row)
        name = _text(row, "id")
    except (KeyError, TypeError, ValueError) as error:
        told = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise TaskDataError(task.name, f"line {line}: {told}") from error
    if len(name) > 64:
        raise TaskDataError(task.name, f"line {line}: an id has at most 64 characters")
    return item._replace(line=line, id=name)


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row[key]
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        raise ValueError(f"{key} must be a text of 1 to {LONGEST_TEXT} characters")
    return value


def _choices(task: Task, row: Mapping[str, Any]) -> Item:
    choices, answer = row["choices"], row["answer"]
    if not isinstance(choices, list) or not 2 <= len(choices) <= MOST_CHOICES:
        raise ValueError(f"choices must be a list of 2 to {MOST_CHOICES} texts")
    texts = tuple(str(choice).strip() for choice in choices)
    if not all(texts) or len(set(texts)) != len(texts):
        raise ValueError("choices must differ, and none may be empty")
    if isinstance(answer, bool) or not isinstance(answer, int) or not 0 <= answer < len(texts):
        raise ValueError("answer must be the index of the right choice, counted from 0")
    return Item(0, _text(row, "question"), texts, answer)


def _labels(task: Task, row: Mapping[str, Any]) -> Item:
    answer = _text(row, "answer")
    if answer not in task.labels:
        raise ValueError(f"is answered {answer!r}, which is not one of the task's labels")
    return Item(0, _text(row, "question"), tuple(task.labels.values()), list(task.labels).index(answer))


def _whole(task: Task, row: Mapping[str, Any]) -> Item:
    return Item(0, _text(row, "text"), (), -1)


def _generate(task: Task, row: Mapping[str, Any]) -> Item:
    return Item(0, _text(row, "question"), (), -1, answer=_text(row, "answer"))


def _instructions(task: Task, row: Mapping[str, Any]) -> Item:
    try:
        check_rules(row["rules"])
    except RuleError as error:
        raise ValueError(str(error)) from error
    return Item(0, _text(row, "question"), (), -1, detail=json.dumps(row["rules"], ensure_ascii=False))


def _code(task: Task, row: Mapping[str, Any]) -> Item:
    entry, tests = _text(row, "entry"), row["tests"]
    if not entry.isidentifier():
        raise ValueError("entry must be the name of a function")
    if not isinstance(tests, list) or not 1 <= len(tests) <= MOST_TESTS:
        raise ValueError(f"tests must be a list of 1 to {MOST_TESTS} calls")
    for test in tests:
        if not isinstance(test, dict) or test.keys() != {"args", "expected"} or not isinstance(test["args"], list):
            raise ValueError('a test is {"args": […], "expected": …}')
    detail = json.dumps({"entry": entry, "tests": tests}, ensure_ascii=False, allow_nan=False)
    return Item(0, _text(row, "question"), (), -1, detail=detail)


MAKERS: dict[str, Callable[[Task, Mapping[str, Any]], Item]] = {
    "choices": _choices,
    "labels": _labels,
    "text": _whole,
    "generate": _generate,
    "instructions": _instructions,
    "code": _code,
}
