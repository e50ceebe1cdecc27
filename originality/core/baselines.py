"""Null distributions: what a score is between models of no common descent, from all unrelated pairs of a registry."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from originality.core.errors import InputError

SCHEMA = "originality-baselines/1"


@dataclass(frozen=True)
class Null:
    """values of one kind of score over unrelated pairs; positive is the same score on a pair of known descent.

    Without values (no two unrelated models of equal shapes at hand) only the positive control is known.
    """

    kind: str
    values: tuple[float, ...]
    models: tuple[str, ...]
    positive: float | None
    positive_pair: str

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def sd(self) -> float:
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else 0.0

    def percentile(self, value: float) -> float:
        """Share of unrelated pairs at or below the value, in percent."""
        return 100.0 * float(np.mean(np.asarray(self.values) <= value))


Baselines = dict[str, Null]


def build_baselines(unrelated: Iterable[dict[str, Any]], kin: Iterable[dict[str, Any]]) -> Baselines:
    """Take scores documents ({"pair": [a, b], "scores": {kind: value}}) of unrelated pairs and of known descent."""
    strangers, related = list(unrelated), list(kin)
    kinds = sorted({kind for document in [*strangers, *related] for kind in document["scores"]})
    return {kind: _null(kind, strangers, related) for kind in kinds}


def _null(kind: str, strangers: list[dict[str, Any]], related: list[dict[str, Any]]) -> Null:
    held = [document for document in strangers if document["scores"].get(kind) is not None]
    positive = next((document for document in related if document["scores"].get(kind) is not None), None)
    return Null(
        kind=kind,
        values=tuple(float(document["scores"][kind]) for document in held),
        models=tuple(sorted({name for document in held for name in document["pair"]})),
        positive=float(positive["scores"][kind]) if positive else None,
        positive_pair=" – ".join(positive["pair"]) if positive else "",
    )


def dump_baselines(baselines: Baselines) -> dict[str, Any]:
    kinds = {
        kind: {
            "values": list(null.values),
            "models": list(null.models),
            "positive": null.positive,
            "positive_pair": null.positive_pair,
        }
        for kind, null in sorted(baselines.items())
    }
    return {"schema": SCHEMA, "kinds": kinds}


def parse_baselines(document: dict[str, Any]) -> Baselines:
    if document.get("schema") != SCHEMA:
        raise InputError(f"baselines: schema is {document.get('schema')!r}, expected {SCHEMA}")
    return {
        kind: Null(kind, tuple(item["values"]), tuple(item["models"]), item["positive"], item["positive_pair"])
        for kind, item in document["kinds"].items()
    }


def load_baselines(path: Path) -> Baselines:
    try:
        return parse_baselines(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not readable baselines ({error})") from error


@lru_cache(maxsize=1)
def shipped_baselines() -> Baselines:
    """Return the nulls that come with the engine, from the models of requirements-models.txt."""
    text = files("originality.core").joinpath("baselines.json").read_text(encoding="utf-8")
    return parse_baselines(json.loads(text))
