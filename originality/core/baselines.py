"""Null distributions: what a score is between models of no common descent, from all unrelated pairs of a registry."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from originality.core.errors import InputError

SCHEMA = "originality-baselines/1"


@dataclass(frozen=True)
class Null:
    """values of one kind of score over unrelated pairs; positive is the same score on a pair of known descent.

    by_chance, in the same order as values and pairs, is what the same numbers give in random order, where that is known.
    Without values (no two unrelated models of equal shapes at hand) only the positive control is known.
    """

    kind: str
    values: tuple[float, ...]
    models: tuple[str, ...]
    positive: float | None
    positive_pair: str
    pairs: tuple[str, ...] = ()
    by_chance: tuple[float | None, ...] = ()

    @property
    def smallest_p(self) -> float:
        """What no figure can go below: with N unrelated pairs the rank of a further one has N + 1 places."""
        return 1 / (len(self.values) + 1)

    @property
    def chance_mean(self) -> float | None:
        known = [value for value in self.by_chance if value is not None]
        return float(np.mean(known)) if known else None

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
    """Take documents {"pair": [a, b], "scores": {kind: value}, "chance": {kind: value}} of strangers and of known descent."""
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
        pairs=tuple(" – ".join(document["pair"]) for document in held),
        by_chance=tuple(document.get("chance", {}).get(kind) for document in held),
    )


def among(null: Null | None, value: float) -> dict[str, Any]:
    """Say where the value lies among the unrelated pairs of the registry, and what a pair of known descent gives."""
    if null is None:
        keys = ("registry_mean", "registry_sd", "control_percentile", "positive_control", "smallest_p")
        return {"registry_pairs": 0, "positive_pair": "", **dict.fromkeys(keys)}
    return {
        "registry_pairs": len(null.values),
        "registry_mean": null.mean if null.values else None,
        "registry_sd": null.sd if null.values else None,
        "control_percentile": null.percentile(value) if null.values else None,
        "smallest_p": null.smallest_p if null.values else None,
        "positive_control": null.positive,
        "positive_pair": null.positive_pair,
    }


def dump_baselines(baselines: Baselines) -> dict[str, Any]:
    kinds = {
        kind: {
            "values": list(null.values),
            "models": list(null.models),
            "positive": null.positive,
            "positive_pair": null.positive_pair,
            "pairs": list(null.pairs),
            "by_chance": list(null.by_chance),
        }
        for kind, null in sorted(baselines.items())
    }
    return {"schema": SCHEMA, "kinds": kinds}


def digest_of_baselines(baselines: Baselines) -> str:
    """SHA-256 of the document; a float is written with the fewest digits that give it back, so it stays the same."""
    return sha256(json.dumps(dump_baselines(baselines), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def parse_baselines(document: dict[str, Any]) -> Baselines:
    if document.get("schema") != SCHEMA:
        raise InputError(f"baselines: schema is {document.get('schema')!r}, expected {SCHEMA}")
    return {kind: _parsed(kind, item) for kind, item in document["kinds"].items()}


def _parsed(kind: str, item: dict[str, Any]) -> Null:
    values = tuple(float(value) for value in item["values"])
    more = {key: tuple(item.get(key, ())) for key in ("pairs", "by_chance")}
    if any(held and len(held) != len(values) for held in more.values()):
        raise InputError(f"baselines: {kind} has {len(values)} values but names other numbers of pairs")
    return Null(kind, values, tuple(item["models"]), item["positive"], item["positive_pair"], **more)


def load_baselines(path: Path) -> Baselines:
    try:
        return parse_baselines(json.loads(path.read_text(encoding="utf-8")))
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not readable baselines ({error})") from error


@lru_cache(maxsize=1)
def shipped_baselines() -> Baselines:
    """Return the nulls that come with the engine, from the models of requirements-models.txt."""
    text = files("originality.core").joinpath("baselines.json").read_text(encoding="utf-8")
    return parse_baselines(json.loads(text))
