"""Questions as items a model can be asked: from installed packages, from this repository, from an opened private set.

The sets of packages stay where they are installed: some carry licences of their own, so nothing of them is committed. A
suite pins the digest of the file it means, wherever that file comes from.
"""

import hashlib
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.core.errors import TaskDataError
from evaluation.core.items import Item, listed_item
from evaluation.core.suites import Source, Suite, Task

SUITES = Path(__file__).parents[1] / "suites"
REPOSITORY = SUITES / "data"
LARGEST_SET = 256 * 1024 * 1024  # bytes of one file of items


class DataRoots(NamedTuple):
    """Where a run finds what does not lie in the repository.

    `private` holds the private sets opened for this run, `<set>.jsonl` each, in memory; `datasets` the public data sets an
    operator laid down for the harness, under their own names (docs/suites.md).
    """

    private: Path | None = None
    datasets: Path | None = None


NOWHERE = DataRoots()


def items_of(task: Task, *, suite: Suite, roots: DataRoots = NOWHERE) -> list[Item]:
    """The fixed selection of a suite: the `items` first in the order of SHA-256(selection seed, task, line or id).

    A paraphrase is selected by the name of what it says in other words, so both tasks ask the same ids.
    """
    usable = list(_usable(task, roots=roots))
    if len(usable) < task.items:
        raise TaskDataError(
            task.name, f"{_called(task.source)} has {len(usable)} usable items, the suite asks for {task.items}"
        )
    name, seed = task.paraphrase_of or task.name, suite.seeds.selection
    ranked = sorted(usable, key=lambda item: _rank(f"{seed}:{name}:{item.key}"))
    return [_shuffled(item, task=task, seed=seed) for item in ranked[: task.items]]


def examples_of(task: Task, *, roots: DataRoots = NOWHERE) -> list[Item]:
    """The examples shown before each question: the first rows of their own file, in its order."""
    if task.examples is None or not task.fewshot:
        return []
    path = _folder_of(task.source, roots=roots, task=task.name) / task.examples.file
    found = list(_listed(task, path, sha256=task.examples.sha256))
    if len(found) < task.fewshot:
        raise TaskDataError(task.name, f"{path.name} has {len(found)} examples, the suite shows {task.fewshot}")
    return found[: task.fewshot]


def source_path(source: Source, *, task: str, roots: DataRoots = NOWHERE) -> Path:
    """The file of the items; an error says what an operator can do where it is gone."""
    if source.kind != "package":
        name = source.file or f"{source.set}.jsonl"
        return _folder_of(source, roots=roots, task=task) / name
    spec = find_spec(source.package)
    if spec is None or not spec.submodule_search_locations:
        raise TaskDataError(task, f"the package {source.package} is not installed on this worker; ask an operator")
    path = Path(spec.submodule_search_locations[0]) / "registry" / "data" / source.set / "samples.jsonl"
    if not path.is_file():
        raise TaskDataError(task, f"{source.package} holds no set {source.set!r} any more; ask an operator")
    return path


def _folder_of(source: Source, *, roots: DataRoots, task: str) -> Path:
    if source.kind == "repository":
        return REPOSITORY
    if roots.private is None:
        raise TaskDataError(task, "the private set was not opened for this run; only the portal's own runs can ask it")
    return roots.private


def _called(source: Source) -> str:
    return {
        "package": f"{source.package}:{source.set}",
        "repository": source.file,
        "private": f"the private set {source.set}",
    }[source.kind]


def _usable(task: Task, *, roots: DataRoots) -> Iterator[Item]:
    path = source_path(task.source, task=task.name, roots=roots)
    if task.source.kind != "package":
        yield from _listed(task, path, sha256=task.source.sha256)
        return
    for line, row in _rows(task, path, sha256=task.source.sha256):
        if item := _item(task, line, row):
            yield item


def _listed(task: Task, path: Path, *, sha256: str) -> Iterator[Item]:
    """Rows in the portal's own form, each with an id that stands once."""
    seen: set[str] = set()
    for line, row in _rows(task, path, sha256=sha256):
        item = listed_item(task, line, row)
        if item.id in seen:
            raise TaskDataError(task.name, f"line {line}: the id {item.id!r} stands twice")
        seen.add(item.id)
        yield item


def _rows(task: Task, path: Path, *, sha256: str) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        raise TaskDataError(task.name, f"{path.name} is not on this worker any more; ask an operator")
    if path.stat().st_size > LARGEST_SET:
        raise TaskDataError(task.name, f"{path.name} is larger than {LARGEST_SET} bytes")
    content = path.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        named = task.source.set or path.name
        raise TaskDataError(task.name, f"{named} has SHA-256 {found[:16]}…, the suite pins another file")
    for line, text in enumerate(content.decode("utf-8").splitlines(), start=1):
        if text.strip():
            yield line, _parsed(task, line, text)


def _parsed(task: Task, line: int, text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TaskDataError(task.name, f"line {line} is not readable as JSON") from error
    if not isinstance(row, dict):
        raise TaskDataError(task.name, f"line {line} is not an object")
    return row


def _item(task: Task, line: int, row: dict[str, Any]) -> Item | None:
    """An item of the package, or None where a row cannot be put in the task's form."""
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
