"""The second schema: groups with their needs, four kinds of source, answers that are written, and code."""

from typing import Any

from evaluation.core.suites import schema1

SCHEMA_NAME = "evaluation-suite/2"
FORMS = (*schema1.FORMS, "choices", "generate", "instructions", "code")
AREAS = ("knowledge", "mathematics", "reasoning", "instructions", "long_context", "code", "language", "safety")

_SHARE = {"type": "string", "pattern": r"^(0(\.\d{1,6})?|1(\.0{1,6})?)$"}
_TEMPERATURE = {"type": "string", "pattern": r"^[0-2](\.\d{1,6})?$"}
_FILE = {"type": "string", "pattern": r"^[a-z0-9]+([_-][a-z0-9]+)*\.jsonl$", "maxLength": 80}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 2000}


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


_SOURCES: dict[str, dict[str, Any]] = {
    "package": {
        "required": ["kind", "package", "set", "sha256", "licence"],
        "properties": {"kind": {"const": "package"}, **schema1.PACKAGE},
    },
    "repository": {
        "required": ["kind", "file", "sha256", "licence"],
        "properties": {
            "kind": {"const": "repository"},
            "file": _FILE,
            "sha256": schema1.SHA256,
            "licence": schema1.LICENCE,
        },
    },
    "harness": {
        "required": ["kind", "task", "folder", "version", "data", "licence"],
        "properties": {
            "kind": {"const": "harness"},
            "task": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"},
            "folder": {"type": "string", "pattern": r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,3}$", "maxLength": 120},
            "version": {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)*$", "maxLength": 16},
            "data": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9._-]+)?$", "maxLength": 120},
            "sha256": schema1.SHA256,
            "licence": schema1.LICENCE,
            "code": {"type": "boolean"},
            "modules": {
                "type": "array",
                "maxItems": 8,
                "items": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,40}$"},
            },
        },
    },
    "private": {
        "required": ["kind", "set", "sha256", "licence"],
        "properties": {
            "kind": {"const": "private"},
            "set": schema1.NAME,
            "sha256": schema1.SHA256,
            "licence": schema1.LICENCE,
        },
    },
}
SOURCE_KINDS = tuple(_SOURCES)

_SOURCE: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"enum": list(SOURCE_KINDS)}},
    "allOf": [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"additionalProperties": False, **shape},
        }
        for kind, shape in _SOURCES.items()
    ],
}
_STEP: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 2,
    "properties": {
        "regex": {"type": "string", "minLength": 1, "maxLength": 500},
        "select": _whole(-1, 16),
        "plain": {"enum": ["lowercase", "remove_whitespace", "majority_vote", "take_first"]},
    },
}
_GENERATION = _object(
    ("max_tokens",),
    until={"type": "array", "maxItems": 16, "items": {"type": "string", "minLength": 1, "maxLength": 64}},
    max_tokens=_whole(1, 131_072),
    temperature=_TEMPERATURE,
    top_p=_SHARE,
    seed=schema1.SEED,
    repeats=_whole(1, 256),
)
_GROUP = _object(
    ("name", "title", "needs", "time_limit"),
    name=schema1.NAME,
    title=schema1.TITLE,
    needs={
        "type": "object",
        "maxProperties": 16,
        "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,31}$"},
        "additionalProperties": _whole(1, 1_000_000),
    },
    time_limit=_whole(60, 14 * 24 * 3600),
)
_TASK = _object(
    ("name", "version", "title", "area", "modality", "language", "group", "source", "form", "metrics"),
    **{key: shape for key, shape in schema1.TASK.items() if key not in {"source", "form", "metrics"}},
    group=schema1.NAME,
    area={"enum": list(AREAS)},
    source=_SOURCE,
    form={"enum": list(FORMS)},
    metrics={
        "type": "array",
        "minItems": 1,
        "maxItems": 16,
        "uniqueItems": True,
        "items": {"type": "string", "pattern": "^[a-z][a-z0-9_]*(,[a-z][a-z0-9_-]*)?$", "maxLength": 64},
    },
    generation=_GENERATION,
    filter={"type": "array", "minItems": 1, "maxItems": 8, "items": _STEP},
    examples=_object(("file", "sha256"), file=_FILE, sha256=schema1.SHA256),
    paraphrase_of=schema1.NAME,
    chance=_SHARE,
)
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        ("schema", "name", "version", "title", "seeds", "model", "groups", "tasks"),
        schema={"const": SCHEMA_NAME},
        name=schema1.NAME,
        version=_whole(1, 1_000_000),
        title=schema1.TITLE,
        about=_object(("ko", "en"), ko=_TEXT, en=_TEXT),
        seeds=schema1.SEEDS,
        model=schema1.MODEL | {"properties": schema1.MODEL["properties"] | {"chat_template": {"type": "boolean"}}},
        code=_object(
            ("seconds", "memory_mb"),
            seconds=_whole(1, 120),
            memory_mb=_whole(64, 16_384),
            output_kb=_whole(1, 65_536),
        ),
        groups={"type": "array", "minItems": 1, "maxItems": 64, "items": _GROUP},
        tasks={"type": "array", "minItems": 1, "maxItems": 200, "items": _TASK},
    ),
}
