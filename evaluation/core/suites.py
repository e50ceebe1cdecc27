"""Suite documents: which tasks, from which data, with which prompts, seeds and metrics.

A suite ends at raw metrics: points belong to the rule set. Its version never
changes meaning, and its digest pins the whole document.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import jsonschema
import yaml

from evaluation.core.errors import SuiteError
from portal.common.formats.canonical import CanonicalError, digest_of

SCHEMA_NAME = "evaluation-suite/1"
FORMS = ("labels", "pair", "correction", "text")
METRICS = {"labels": {"acc", "acc_norm"}, "pair": {"acc", "acc_norm"}, "correction": {"acc", "acc_norm"}}
METRICS["text"] = {"bits_per_byte", "byte_perplexity"}
PLACEHOLDERS = {"labels": {"question"}, "pair": {"question"}, "correction": set(), "text": set()}
LARGEST_SUITE = 1024 * 1024  # bytes

_NAME = {"type": "string", "pattern": "^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", "maxLength": 64}
_SEED = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
_TITLE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["ko", "en"],
    "properties": {language: {"type": "string", "minLength": 1, "maxLength": 120} for language in ("ko", "en")},
}
_TASK: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "version", "title", "modality", "language", "source", "form", "items", "metrics"],
    "properties": {
        "name": _NAME,
        "version": {"type": "integer", "minimum": 1},
        "title": _TITLE,
        "modality": {"enum": ["text", "image", "audio", "video"]},
        "language": {"enum": ["ko", "en", "multilingual"]},
        "source": {
            "type": "object",
            "additionalProperties": False,
            "required": ["package", "set", "sha256", "licence"],
            "properties": {
                "package": {"const": "evals"},
                "set": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "licence": {"type": "string", "minLength": 1, "maxLength": 64},
            },
        },
        "form": {"enum": list(FORMS)},
        "labels": {
            "type": "object",
            "minProperties": 2,
            "maxProperties": 26,
            "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 64},
        },
        "prompt": {"type": "string", "maxLength": 4000},
        "items": {"type": "integer", "minimum": 1, "maximum": 100_000},
        "fewshot": {"type": "integer", "minimum": 0, "maximum": 32},
        "metrics": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}},
    },
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "name", "version", "title", "seeds", "model", "tasks"],
    "properties": {
        "schema": {"const": SCHEMA_NAME},
        "name": _NAME,
        "version": {"type": "integer", "minimum": 1},
        "title": _TITLE,
        "seeds": {
            "type": "object",
            "additionalProperties": False,
            "required": ["selection", "harness", "fewshot"],
            "properties": {"selection": _SEED, "harness": _SEED, "fewshot": _SEED},
        },
        "model": {
            "type": "object",
            "additionalProperties": False,
            "required": ["dtype", "batch_size", "max_length"],
            "properties": {
                "dtype": {"enum": ["float32", "bfloat16", "float16"]},
                "batch_size": {"type": "integer", "minimum": 1, "maximum": 4096},
                "max_length": {"type": "integer", "minimum": 16, "maximum": 10_000_000},
            },
        },
        "tasks": {"type": "array", "minItems": 1, "maxItems": 200, "items": _TASK},
    },
}


class Source(NamedTuple):
    package: str
    set: str
    sha256: str
    licence: str


@dataclass(frozen=True)
class Task:
    """One task. `labels` maps the answer of the data set to the text the model is offered (form "labels")."""

    name: str
    version: int
    title: Mapping[str, str]
    modality: str
    language: str
    source: Source
    form: str
    items: int
    metrics: tuple[str, ...]
    labels: Mapping[str, str]
    prompt: str
    fewshot: int
    document: Mapping[str, Any]


class Seeds(NamedTuple):
    """`selection` chooses the items, `harness` seeds its libraries, `fewshot` draws the examples."""

    selection: int
    harness: int
    fewshot: int


class ModelSettings(NamedTuple):
    dtype: str
    batch_size: int
    max_length: int


@dataclass(frozen=True)
class Suite:
    name: str
    version: int
    title: Mapping[str, str]
    seeds: Seeds
    model: ModelSettings
    tasks: tuple[Task, ...]
    document: Mapping[str, Any]
    digest: str

    @property
    def reference(self) -> str:
        """How a rule set names it, such as "small-korean/1"."""
        return f"{self.name}/{self.version}"


def read_suite(path: Path) -> Suite:
    """A suite from a YAML or JSON file."""
    if path.stat().st_size > LARGEST_SUITE:
        raise SuiteError(path.name, f"larger than {LARGEST_SUITE} bytes; a suite names its data, it does not hold it")
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SuiteError(path.name, f"not readable as YAML: {' '.join(str(error).split())}") from error
    return parse_suite(document)


def parse_suite(document: Any) -> Suite:
    """Check everything before anything runs; the error names the path inside the document."""
    for problem in sorted(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document), key=lambda e: e.json_path):
        raise SuiteError(problem.json_path, problem.message)
    for path, message in _contradictions(document):
        raise SuiteError(path, message)
    try:
        digest = digest_of(document)
    except CanonicalError as error:
        raise SuiteError(error.path, error.message) from error
    return Suite(
        name=document["name"],
        version=document["version"],
        title=document["title"],
        seeds=Seeds(**document["seeds"]),
        model=ModelSettings(**document["model"]),
        tasks=tuple(_task(task) for task in document["tasks"]),
        document=document,
        digest=digest,
    )


def _task(task: Mapping[str, Any]) -> Task:
    given: dict[str, Any] = {"labels": {}, "prompt": "", "fewshot": 0}
    given |= {key: value for key, value in task.items() if key not in {"source", "metrics"}}
    return Task(
        **given,
        source=Source(**task["source"]),
        metrics=tuple(task["metrics"]),
        document=task,
    )


def _contradictions(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the schema cannot say."""
    seen: set[str] = set()
    for n, task in enumerate(document["tasks"]):
        at = f"$.tasks[{n}]"
        if task["name"] in seen:
            yield f"{at}.name", f"the name {task['name']!r} is used twice"
        seen.add(task["name"])
        if unknown := set(task["metrics"]) - METRICS[task["form"]]:
            known = ", ".join(sorted(METRICS[task["form"]]))
            yield f"{at}.metrics", f"{', '.join(sorted(unknown))} does not exist for this form; known are {known}"
        if (task["form"] == "labels") != ("labels" in task):
            yield f"{at}.labels", 'needed by the form "labels" and by no other'
        if task["form"] == "text" and (task.get("prompt") or task.get("fewshot")):
            yield f"{at}.prompt", 'the form "text" scores the text alone, without prompt or examples'
        if problem := _prompt_problem(task):
            yield f"{at}.prompt", problem


def _prompt_problem(task: Mapping[str, Any]) -> str:
    wanted = PLACEHOLDERS[task["form"]]
    try:
        found = {name for _, name, _, _ in Formatter().parse(task.get("prompt", "")) if name is not None}
    except ValueError as error:
        return f"braces do not match ({error})"
    return "" if found == wanted else f"must hold exactly the placeholders {sorted(wanted)}, holds {sorted(found)}"
