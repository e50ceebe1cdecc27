"""The public tasks that lm-eval brings: named by a suite, looked up in the installed harness, on data an operator laid down.

A definition of the harness may call the harness's own Python (post-processing of items, metrics). It is the pinned package's
code and nobody else's: no definition comes from a team or from a data set. Tasks whose scoring runs generated programs are
known by the suite (`source.code`); of those the harness gets the prompt alone and never the scoring.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.core.errors import TaskDataError
from evaluation.core.sources import NOWHERE, DataRoots
from evaluation.core.suites import Source, Task
from portal.common.formats.canonical import digest_of
from portal.common.formats.hashing import sha256_of

PLAIN_FIELDS = ("dataset_name", "test_split", "validation_split", "doc_to_text", "target_delimiter")
UNSCORED: dict[str, Any] = {"metric_list": [{"metric": "bypass", "higher_is_better": True}]}
MOST_FILES = 20_000  # of one data set


class Collected(NamedTuple):
    """What the harness found for one task of a suite; a group of its tasks gives the group's figures and all samples.

    `n` counts items; there are more samples than items where a task has several filters, one for each. Samples of a group
    say under `leaf` which of its tasks they are of, for their numbers start anew in each.
    """

    figures: Mapping[str, Any]
    better: Mapping[str, bool]
    samples: list[dict[str, Any]]
    config: Mapping[str, Any]
    n: int


def definition_folder(source: Source, *, task: str) -> Path:
    spec = find_spec("lm_eval")
    if spec is None or not spec.submodule_search_locations:
        raise TaskDataError(task, "lm-eval is not installed on this worker; ask an operator")
    folder = Path(spec.submodule_search_locations[0]) / "tasks" / source.folder
    if not folder.is_dir():
        raise TaskDataError(task, f"the installed lm-eval has no folder {source.folder!r} of tasks any more")
    return folder


def include_paths(tasks: Iterable[Task], *, own: Path) -> list[str]:
    """What the harness's manager has to look through: the built tasks, and the folders of its own that are named."""
    folders = [
        str(definition_folder(task.source, task=task.name))
        for task in tasks
        if task.source.kind == "harness" and task.form != "code"
    ]
    return [*dict.fromkeys(folders), str(own)]


def dataset_folder(task: Task, *, roots: DataRoots) -> Path:
    """Where the operator laid down the public data set: the files of its repository, under its own name."""
    data = task.source.data
    if roots.datasets is None or not (roots.datasets / data).is_dir():
        raise TaskDataError(
            task.name,
            f"the public data set {data} is not on this worker; an operator lays it down in the folder of data sets "
            "under that name (docs/suites.md)",
        )
    return roots.datasets / data


def definition_digest(task: Task, *, roots: DataRoots) -> str:
    """Over the suite's entry, the harness's definition and the files of the data set; raises where one of them is gone."""
    for module in task.source.modules:
        if find_spec(module) is None:
            raise TaskDataError(task.name, f"the harness needs the module {module} for it; ask an operator")
    data = _files(dataset_folder(task, roots=roots), task=task)
    if task.source.sha256 and (found := digest_of(data)) != task.source.sha256:
        raise TaskDataError(task.name, f"{task.source.data} has the digest {found[:16]}…, the suite pins another one")
    definition = _files(definition_folder(task.source, task=task.name), task=task)
    return digest_of({"task": dict(task.document), "definition": definition, "data": data})


def _files(folder: Path, *, task: Task) -> dict[str, str]:
    """Name and SHA-256 of every file of a folder; hidden ones and compiled code are no part of it."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and _counts(path, folder)]
    if not paths or len(paths) > MOST_FILES:
        raise TaskDataError(task.name, f"{folder.name} holds {len(paths)} files; 1 to {MOST_FILES} are expected")
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}


def _counts(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return not any(part.startswith(".") or part == "__pycache__" for part in parts)


def load_task(manager: Any, task: Task, *, roots: DataRoots = NOWHERE) -> Any:
    """The tasks the harness evaluates for one task of a suite, under the names it gives them.

    Of its own tasks the data set's place and the number of examples are overridden, and nothing else.
    """
    if task.source.kind != "harness" or task.form == "code":
        return manager.load([task.name])
    entry = manager.task_index.get(task.source.task)
    if entry is None:
        raise TaskDataError(task.name, f"the installed lm-eval knows no task {task.source.task!r} any more")
    overrides = {"dataset_path": str(dataset_folder(task, roots=roots)), "num_fewshot": task.fewshot}
    overrides |= _writing(task)
    try:
        built = manager._factory.build(entry, overrides=overrides, registry=manager.task_index)  # noqa: SLF001 - load() takes no overrides
        return manager.load([built])
    except TaskDataError:
        raise
    except Exception as error:
        # A data set that is not what the definition expects fails anywhere inside two libraries.
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise TaskDataError(
            task.name, f"{task.source.data} cannot be read as the harness expects: {said[0][:300]}"
        ) from error


def _writing(task: Task) -> dict[str, Any]:
    """Settings of generation only where the suite gives its own."""
    if "generation" not in task.document:
        return {}
    from evaluation.core.tasks import generation_arguments

    return {"generation_kwargs": generation_arguments(task.generation), "repeats": task.generation.repeats}


@cache
def _definition(folder: Path, name: str) -> Mapping[str, Any]:
    """A definition as plain data: functions are named, not imported."""
    from lm_eval.tasks._yaml_loader import load_yaml

    for path in sorted(folder.glob("*.yaml")):
        found = load_yaml(path, resolve_func=False)
        if found.get("task") == name:
            return found
    return {}


def code_config(task: Task, *, roots: DataRoots) -> dict[str, Any]:
    """The prompt and the end of an answer from the harness's definition; what would run the answer stays there."""
    found = _definition(definition_folder(task.source, task=task.name), task.source.task)
    if not found:
        raise TaskDataError(task.name, f"the installed lm-eval knows no task {task.source.task!r} any more")
    plain = {key: found[key] for key in PLAIN_FIELDS if key in found}
    given = _writing(task) or {"generation_kwargs": dict(found["generation_kwargs"]), "repeats": 1}
    return (
        plain
        | given
        | UNSCORED
        | {
            "task": task.name,
            "dataset_path": str(dataset_folder(task, roots=roots)),
            "output_type": "generate_until",
            "doc_to_target": "",
            "num_fewshot": task.fewshot,
            "metadata": {"version": task.version},
        }
    )


def collected(task: Task, found: Mapping[str, Any]) -> Collected:
    """Put together what `lm_eval.evaluate` returned for one task, be it a single one or a group."""
    name = task.source.task if task.source.kind == "harness" and task.form != "code" else task.name
    leaves = list(_leaves(name, found))
    if not leaves:
        raise TaskDataError(task.name, "the harness returned no result for this task; ask an operator")
    single = leaves == [name]
    samples = [sample | ({} if single else {"leaf": leaf}) for leaf in leaves for sample in found["samples"][leaf]]
    figures = found["results"][name] if single else _group_figures(name, leaves, found)
    return Collected(
        figures=figures,
        better=found["higher_is_better"].get(name) or found["higher_is_better"][leaves[0]],
        samples=samples,
        config=found["configs"].get(name) or found["configs"][leaves[0]],
        n=len({(sample.get("leaf"), sample["doc_id"]) for sample in samples}),
    )


def _group_figures(name: str, leaves: Sequence[str], found: Mapping[str, Any]) -> dict[str, Any]:
    """The harness's own figures of a group; where it declares none, the mean over items as it does elsewhere."""
    sizes = [len({sample["doc_id"] for sample in found["samples"][leaf]}) for leaf in leaves]
    rows = [found["results"][leaf] for leaf in leaves]
    pooled: dict[str, Any] = {}
    for key in rows[0]:
        figure, comma, after = key.partition(",")
        if not comma or figure.endswith("_stderr") or not all(_is_number(row.get(key)) for row in rows):
            continue
        pooled[key] = sum(row[key] * size for row, size in zip(rows, sizes, strict=True)) / sum(sizes)
        errors = [row.get(f"{figure}_stderr,{after}") for row in rows]
        if all(_is_number(error) for error in errors):
            pooled[f"{figure}_stderr,{after}"] = _pooled_error(errors, sizes)
    own = found.get("groups", {}).get(name, {})
    return pooled | {key: value for key, value in own.items() if _is_number(value)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _pooled_error(errors: Sequence[Any], sizes: Sequence[int]) -> float | str:
    """As `lm_eval.api.metrics.pooled_sample_stderr`: the spread within the parts, for the mean of all items."""
    total, parts = sum(sizes), len(sizes)
    if total <= parts:
        return "N/A"
    within = sum((size - 1) * error**2 * size for error, size in zip(errors, sizes, strict=True))
    return math.sqrt(within / (total - parts) / total)


def _leaves(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    if name in found["samples"]:
        yield name
        return
    for child in found.get("group_subtasks", {}).get(name, ()):
        yield from _leaves(child, found)
