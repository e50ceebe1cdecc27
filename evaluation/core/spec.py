"""What one process of a benchmark is told: which model, from where, and which tasks of which suite.

The portal writes it as JSON into the working folder; paths are relative to that folder.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import jsonschema

from evaluation.core.errors import SpecError

SCHEMA_NAME = "evaluation-spec/2"
CHECKPOINT, ENDPOINT = "checkpoint", "endpoint"
LARGEST_SPEC = 4 * 1024 * 1024  # bytes, most of them the suite's


@dataclass(frozen=True)
class CheckpointSource:
    """Source A: a checkpoint whose architecture the backend knows; nothing of it is executed.

    `arguments` go to the backend as they are (tensor_parallel_size, pipeline_parallel_size, gpu_memory_utilization for
    vLLM; parallelize, max_memory for transformers with accelerate): the portal makes no parallelism of its own.
    """

    folder: str
    backend: Literal["hf", "vllm"] = "hf"
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EndpointSource:
    """Source B: a server of the team's own architecture, reached through a Unix socket and nothing else.

    The harness holds the gold answers and is its one client; the server sees prompts alone. `tokenizer` is the folder of the
    tokenizer handed in (the harness counts with it); `max_length` is what the server declares, in tokens, and is checked
    against what it does; `logprobs` says whether it declares to answer `echo` with log-probabilities; times in seconds.
    """

    socket: str
    model: str
    tokenizer: str
    max_length: int
    logprobs: bool
    concurrency: int = 1
    timeout: float = 300.0


@dataclass(frozen=True)
class Spec:
    """`group` names the tasks of this process: those of one group of the suite, or all where it is None.

    `data` are folders with what the suite's sources hold outside the packages: "private" and "datasets".
    """

    suite: Mapping[str, Any]
    source: CheckpointSource | EndpointSource
    group: str | None = None
    limit: int | None = None
    device: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)


_TEXT = {"type": "string", "minLength": 1, "maxLength": 400}
_ARGUMENT = {"type": ["string", "integer", "boolean"], "maxLength": 200}
_CHECKPOINT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind", "folder"],
    "properties": {
        "kind": {"const": CHECKPOINT},
        "folder": _TEXT,
        "backend": {"enum": ["hf", "vllm"]},
        "arguments": {"type": "object", "maxProperties": 32, "additionalProperties": _ARGUMENT},
    },
}
_ENDPOINT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind", "socket", "model", "tokenizer", "max_length", "logprobs"],
    "properties": {
        "kind": {"const": ENDPOINT},
        "socket": _TEXT,
        "model": _TEXT,
        "tokenizer": _TEXT,
        "max_length": {"type": "integer", "minimum": 16, "maximum": 16_777_216},
        "logprobs": {"type": "boolean"},
        "concurrency": {"type": "integer", "minimum": 1, "maximum": 256},
        "timeout": {"type": "number", "exclusiveMinimum": 0, "maximum": 86_400},
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "suite", "source"],
    "properties": {
        "schema": {"const": SCHEMA_NAME},
        "suite": {"type": "object"},
        "source": {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": [CHECKPOINT, ENDPOINT]}}},
        "group": {"type": ["string", "null"], "maxLength": 64},
        "limit": {"type": ["integer", "null"], "minimum": 1},
        "device": {"type": ["string", "null"], "pattern": "^(cpu|cuda(:[0-9]{1,2})?)$"},
        "data": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"private": _TEXT, "datasets": _TEXT},
        },
    },
}


def parse_spec(document: Any) -> Spec:
    """Check a specification whole; the error names the place. The suite inside is checked where it is read."""
    _require(document, SCHEMA, at="$")
    given = dict(document["source"])
    kind = given.pop("kind")
    _require(document["source"], _CHECKPOINT if kind == CHECKPOINT else _ENDPOINT, at="$.source")
    source = CheckpointSource(**given) if kind == CHECKPOINT else EndpointSource(**given)
    for name in ("folder", "socket", "tokenizer"):
        if name in given and not _stays_inside(given[name]):
            raise SpecError(f"$.source.{name}", f"{given[name]!r} must be a path inside the working folder")
    rest = {key: document[key] for key in ("suite", "group", "limit", "device", "data") if key in document}
    return Spec(source=source, **rest)


def spec_document(spec: Spec) -> dict[str, Any]:
    """Write a specification as the JSON that `parse_spec` reads."""
    kind = CHECKPOINT if isinstance(spec.source, CheckpointSource) else ENDPOINT
    source = {"kind": kind} | asdict(spec.source)
    return {"schema": SCHEMA_NAME} | asdict(spec) | {"source": source}


def _require(value: Any, schema: Mapping[str, Any], *, at: str) -> None:
    for problem in sorted(jsonschema.Draft202012Validator(schema).iter_errors(value), key=lambda e: e.json_path):
        raise SpecError(at + problem.json_path.removeprefix("$"), problem.message[:400])


def _stays_inside(path: str) -> bool:
    given = Path(path)
    return not given.is_absolute() and ".." not in given.parts
