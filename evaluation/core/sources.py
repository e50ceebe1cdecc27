"""Questions of installed packages, as items a model can be asked.

The sets stay where they are installed: some carry licences of their own, so
nothing of them is committed. A suite pins the digest of the file it means.
"""

import hashlib
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.core.errors import TaskDataError
from evaluation.core.suites import Source, Suite, Task


class Item(NamedTuple):
    """One question: what the prompt is filled with, the texts offered, and the index of the right one.

    `line` is where it stands in the source, counted from 1. A text to be
    scored as a whole has no choices and stands in `question`.
    """

    line: int
    question: str
    choices: tuple[str, ...]
    gold: int


def items_of(task: Task, *, suite: Suite) -> list[Item]:
    """The fixed selection of a suite: the `items` first in the order of SHA-256(selection seed, task, line)."""
    usable = list(_usable(task))
    if len(usable) < task.items:
        raise TaskDataError(
            task.name,
            f"{task.source.package}:{task.source.set} has {len(usable)} usable items, the suite asks for {task.items}",
        )
    ranked = sorted(usable, key=lambda item: _rank(f"{suite.seeds.selection}:{task.name}:{item.line}"))
    return [_shuffled(item, task=task, seed=suite.seeds.selection) for item in ranked[: task.items]]


def source_path(source: Source, *, task: str) -> Path:
    spec = find_spec(source.package)
    if spec is None or not spec.submodule_search_locations:
        raise TaskDataError(task, f"the package {source.package} is not installed on this worker; ask an operator")
    path = Path(spec.submodule_search_locations[0]) / "registry" / "data" / source.set / "samples.jsonl"
    if not path.is_file():
        raise TaskDataError(task, f"{source.package} holds no set {source.set!r} any more; ask an operator")
    return path


def _usable(task: Task) -> Iterator[Item]:
    path = source_path(task.source, task=task.name)
    content = path.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != task.source.sha256:
        raise TaskDataError(task.name, f"{task.source.set} has SHA-256 {found[:16]}…, the suite pins another file")
    for line, text in enumerate(content.decode("utf-8").splitlines(), start=1):
        if text.strip() and (item := _item(task, line, json.loads(text))):
            yield item


def _item(task: Task, line: int, row: dict[str, Any]) -> Item | None:
    """An item, or None where a row cannot be put in the task's form."""
    question, ideal = str(row["input"][-1]["content"]).strip(), str(row["ideal"]).strip()
    if task.form == "labels":
        if ideal not in task.labels:
            raise TaskDataError(task.name, f"line {line} is answered {ideal!r}, which is not one of the task's labels")
        return Item(line, question, tuple(task.labels.values()), list(task.labels).index(ideal))
    if task.form == "pair":
        return _pair(line, question, ideal)
    if task.form == "correction":
        return None if question == ideal else Item(line, "", (ideal, question), 0)
    return Item(line, question, (), -1)


def _pair(line: int, question: str, ideal: str) -> Item | None:
    """Rows such as "Accessory A/B", answered by A or B."""
    stem, _, words = question.rpartition(" ")
    choices = tuple(word.strip() for word in words.split("/"))
    if len(choices) != 2 or choices[0] == choices[1] or ideal not in choices:
        return None
    return Item(line, stem, choices, choices.index(ideal))


def _shuffled(item: Item, *, task: Task, seed: int) -> Item:
    """Pairs change places by a bit of a digest, so that position tells nothing; labels keep their order."""
    if task.form not in {"pair", "correction"} or _rank(f"{seed}:{task.name}:{item.line}:order")[0] % 2:
        return item
    return item._replace(choices=item.choices[::-1], gold=1 - item.gold)


def _rank(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
