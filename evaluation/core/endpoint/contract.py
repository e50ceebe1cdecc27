"""serving.json: how a team's own server is started, and what it promises. Read strictly; nothing of it is executed here.

With `image` the bundle is an OCI image layout (oci-layout, index.json, blobs/sha256/…) beside serving.json and the manifest
is pinned by its digest; without it the bundle is a folder of Python files that runs on the portal's own interpreter.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jsonschema

from evaluation.core.endpoint.faults import Fault, ServedError

SCHEMA_NAME = "serving/1"
NAME = "serving.json"
LARGEST = 64 * 1024  # bytes
PLACEHOLDERS = frozenset({"weights", "bundle", "port", "nodes"})
_BRACED = re.compile(r"\{([^{}]*)\}")

_TEXT = {"type": "string", "minLength": 1, "maxLength": 1024, "pattern": r"^[^\x00-\x1f\x7f]*$"}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "model", "command", "port", "max_length", "logprobs", "needs"],
    "properties": {
        "schema": {"const": SCHEMA_NAME},
        "model": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$"},
        "image": {
            "type": "object",
            "additionalProperties": False,
            "required": ["manifest"],
            "properties": {
                "manifest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                "python": {"type": "string", "pattern": "^[A-Za-z0-9/._-]{1,128}$"},
            },
        },
        "command": {"type": "array", "minItems": 1, "maxItems": 128, "items": _TEXT},
        "port": {"type": "integer", "minimum": 1024, "maximum": 65535},
        "max_length": {"type": "integer", "minimum": 16, "maximum": 16_777_216},
        "logprobs": {"type": "boolean"},
        "concurrency": {"type": "integer", "minimum": 1, "maximum": 256},
        "start_seconds": {"type": "integer", "minimum": 1, "maximum": 7200},
        "request_seconds": {"type": "integer", "minimum": 1, "maximum": 3600},
        "nodes": {"type": "integer", "minimum": 1, "maximum": 256},
        "needs": {
            "type": "object",
            "additionalProperties": False,
            "required": ["gpus", "memory_gb"],
            "properties": {
                "gpus": {"type": "integer", "minimum": 0, "maximum": 64},
                "gpu_memory_gb": {"type": "integer", "minimum": 1, "maximum": 1024},
                "memory_gb": {"type": "integer", "minimum": 1, "maximum": 16_384},
            },
        },
    },
}


@dataclass(frozen=True)
class Image:
    """`manifest` is the digest ("sha256:…") of the one manifest that is run; `python` runs the portal's relay inside."""

    manifest: str
    python: str = "python3"


@dataclass(frozen=True)
class Serving:
    """Times in seconds; `port` is on the server's own loopback, which nothing but the relay beside it reaches."""

    model: str
    command: tuple[str, ...]
    port: int
    max_length: int
    logprobs: bool
    needs: Mapping[str, int]
    image: Image | None = None
    concurrency: int = 1
    start_seconds: int = 600
    request_seconds: int = 300
    nodes: int = 1
    document: Mapping[str, Any] = field(default_factory=dict)

    def argv(self, *, weights: str, bundle: str) -> list[str]:
        """The command with its folders as the server sees them."""
        given = {"weights": weights, "bundle": bundle, "port": str(self.port), "nodes": str(self.nodes)}
        return [_BRACED.sub(lambda found: given[found[1]], part) for part in self.command]


def read_serving(raw: bytes) -> Serving:
    """Parse serving.json; the error names the key and says what it must be."""
    if len(raw) > LARGEST:
        raise ServedError(Fault.CONTRACT, NAME, f"is larger than {LARGEST} bytes")
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ServedError(Fault.CONTRACT, NAME, f"is not JSON: {' '.join(str(error).split())}") from error
    return parse_serving(document)


def parse_serving(document: Any) -> Serving:
    for problem in sorted(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document), key=lambda e: e.json_path):
        raise ServedError(Fault.CONTRACT, f"{NAME} {problem.json_path}", problem.message[:300])
    for n, part in enumerate(document["command"]):
        if unknown := set(_BRACED.findall(part)) - PLACEHOLDERS:
            known = ", ".join("{" + name + "}" for name in sorted(PLACEHOLDERS))
            message = f"does not know {{{min(unknown)}}}; known are {known}"
            raise ServedError(Fault.CONTRACT, f"{NAME} $.command[{n}]", message)
    given = {key: value for key, value in document.items() if key not in {"schema", "image", "command"}}
    image = Image(**document["image"]) if "image" in document else None
    return Serving(**given, command=tuple(document["command"]), image=image, document=document)


def check_files(serving: Serving, paths: Sequence[str]) -> None:
    """Hold the bundle's names against the contract: an image layout where one is promised, program text where not."""
    held = set(paths)
    images = sorted(path for path in held if path == "oci-layout" or path.startswith("blobs/"))
    if serving.image is None:
        if images:
            raise ServedError(Fault.CONTRACT, images[0], f'is part of an image, and {NAME} names no "image"')
        if not any(path.endswith(".py") for path in held):
            raise ServedError(Fault.CONTRACT, NAME, 'needs Python files beside it, or an "image"')
        return
    wanted = ("oci-layout", "index.json", f"blobs/{serving.image.manifest.replace(':', '/')}")
    if absent := [name for name in wanted if name not in held]:
        raise ServedError(
            Fault.CONTRACT, absent[0], "is missing: the bundle is an OCI image layout beside serving.json"
        )
