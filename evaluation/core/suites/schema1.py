"""The first schema, as it always was: its documents keep their digests and their meaning."""

from typing import Any

SCHEMA_NAME = "evaluation-suite/1"
FORMS = ("labels", "pair", "correction", "text")

NAME = {"type": "string", "pattern": "^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", "maxLength": 64}
SEED = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
LICENCE = {"type": "string", "minLength": 1, "maxLength": 64}
SET = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
TITLE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["ko", "en"],
    "properties": {language: {"type": "string", "minLength": 1, "maxLength": 120} for language in ("ko", "en")},
}
SEEDS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["selection", "harness", "fewshot"],
    "properties": {"selection": SEED, "harness": SEED, "fewshot": SEED},
}
MODEL: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["dtype", "batch_size", "max_length"],
    "properties": {
        "dtype": {"enum": ["float32", "bfloat16", "float16"]},
        "batch_size": {"type": "integer", "minimum": 1, "maximum": 4096},
        "max_length": {"type": "integer", "minimum": 16, "maximum": 10_000_000},
    },
}
PACKAGE = {"package": {"const": "evals"}, "set": SET, "sha256": SHA256, "licence": LICENCE}
TASK: dict[str, Any] = {
    "name": NAME,
    "version": {"type": "integer", "minimum": 1},
    "title": TITLE,
    "modality": {"enum": ["text", "image", "audio", "video"]},
    "language": {"enum": ["ko", "en", "multilingual"]},
    "source": {
        "type": "object",
        "additionalProperties": False,
        "required": ["package", "set", "sha256", "licence"],
        "properties": PACKAGE,
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
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "name", "version", "title", "seeds", "model", "tasks"],
    "properties": {
        "schema": {"const": SCHEMA_NAME},
        "name": NAME,
        "version": {"type": "integer", "minimum": 1},
        "title": TITLE,
        "seeds": SEEDS,
        "model": MODEL,
        "tasks": {
            "type": "array",
            "minItems": 1,
            "maxItems": 200,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "version", "title", "modality", "language", "source", "form", "items", "metrics"],
                "properties": TASK,
            },
        },
    },
}
