"""From a file or a document to a suite: everything is checked before anything runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from evaluation.core.errors import SuiteError
from evaluation.core.suites import schema1, schema2
from evaluation.core.suites.model import (
    FOUR_HOURS,
    ONE_GROUP,
    CodePolicy,
    Examples,
    Generation,
    Group,
    ModelSettings,
    Seeds,
    Source,
    Suite,
    Task,
)
from evaluation.core.suites.rules import contradictions
from portal.common.formats.canonical import CanonicalError, digest_of

LARGEST_SUITE = 1024 * 1024  # bytes
SCHEMAS = {schema1.SCHEMA_NAME: schema1.SCHEMA, schema2.SCHEMA_NAME: schema2.SCHEMA}
WHOLE = Group(ONE_GROUP, {"ko": "전체", "en": "All tasks"}, {}, FOUR_HOURS)
BUILT = {"source", "metrics", "generation", "filter", "examples"}  # keys of a task that become objects


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
    """The error names the path inside the document."""
    named = document.get("schema") if isinstance(document, dict) else None
    schema = SCHEMAS.get(named, schema1.SCHEMA) if isinstance(named, str) else schema1.SCHEMA
    for problem in sorted(jsonschema.Draft202012Validator(schema).iter_errors(document), key=lambda e: e.json_path):
        raise SuiteError(problem.json_path, problem.message)
    for path, message in contradictions(document):
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
        groups=tuple(Group(**group) for group in document.get("groups", ())) or (WHOLE,),
        code=CodePolicy(**document["code"]) if "code" in document else None,
    )


def _task(task: Mapping[str, Any]) -> Task:
    """`items` is 0 where the harness knows how many there are."""
    given: dict[str, Any] = {"labels": {}, "prompt": "", "fewshot": 0, "items": 0}
    given |= {key: value for key, value in task.items() if key not in BUILT}
    return Task(
        **given,
        source=_source(task["source"]),
        metrics=tuple(task["metrics"]),
        document=task,
        generation=_generation(task.get("generation", {})),
        filter=tuple(task.get("filter", ())),
        examples=Examples(**task["examples"]) if "examples" in task else None,
    )


def _source(source: Mapping[str, Any]) -> Source:
    return Source(**{**source, "modules": tuple(source.get("modules", ()))})


def _generation(found: Mapping[str, Any]) -> Generation:
    return Generation(**{**found, "until": tuple(found.get("until", ()))})
