"""The child of a comparison: `python -m evaluation.core.compare spec.json` reads the answers of several runs and writes result.json.

spec.json: {"schema", "seed", "resamples", "metrics": {task: [metric]}, "runs": {entry: file of answers}}, files in its folder.
Exit code 2 is bad input, told in error.json. Figures are decimal text: what is signed and digested holds no binary numbers.
"""

import argparse
import json
import math
import sys
from collections import defaultdict
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evaluation.core.answers import item_key, read_answers
from evaluation.core.paired import Difference, Scored, Table, compare_all

SPEC_SCHEMA, SCHEMA = "paired-spec/1", "paired-comparison/1"
RESULT, ERROR = "result.json", "error.json"
PLACES = 6
MOST_RUNS = 64
MOST_RESAMPLES = 100_000
NOT_COMPARED = ("byte_perplexity", "word_perplexity")  # the same order as bits_per_byte, on a scale without differences
Tables = dict[tuple[str, str], dict[str, Scored]]  # (task, metric) → item


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evaluation.core.compare", description="Compare runs item by item.")
    parser.add_argument("spec", type=Path, help="JSON: seed, resamples, metrics of each task, files of answers")
    path = parser.parse_args(arguments).spec.resolve()
    try:
        document = comparison(_read(path), folder=path.parent)
    except (ValueError, TypeError, KeyError, OverflowError) as error:  # all say what the files hold
        message = {"message": str(error), "cause": "input", "transient": False}
        (path.parent / ERROR).write_text(json.dumps(message, ensure_ascii=False), encoding="utf-8")
        print(error, file=sys.stderr)
        return 2
    (path.parent / RESULT).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return 0


def _read(path: Path) -> dict[str, Any]:
    spec = json.loads(path.read_text(encoding="utf-8"))
    known = {"schema", "seed", "resamples", "metrics", "runs"}
    if not isinstance(spec, dict) or spec.get("schema") != SPEC_SCHEMA or spec.keys() != known:
        raise ValueError(f"{path.name} must be of schema {SPEC_SCHEMA} with {', '.join(sorted(known))}.")
    if not 2 <= len(spec["runs"]) <= MOST_RUNS or not 1 <= spec["resamples"] <= MOST_RESAMPLES:
        raise ValueError(f"{path.name}: give between 2 and {MOST_RUNS} runs, at most {MOST_RESAMPLES} resamples.")
    return spec


def comparison(spec: Mapping[str, Any], *, folder: Path) -> dict[str, Any]:
    """The document: every task and metric with every pair of entries."""
    tables: dict[tuple[str, str], dict[str, Table]] = defaultdict(dict)
    for entry, name in spec["runs"].items():
        for key, table in tables_of(folder / name, metrics=spec["metrics"]).items():
            tables[key][entry] = table
    wanted = [(task, metric) for task, metrics in spec["metrics"].items() for metric in metrics]
    compared = [key for key in wanted if key[1] not in NOT_COMPARED]
    return {
        "schema": SCHEMA,
        "seed": str(spec["seed"]),
        "resamples": spec["resamples"],
        "libraries": {name: version(name) for name in ("numpy", "scipy")},
        "tasks": [_family(task, metric, tables[task, metric], spec) for task, metric in compared],
    }


def _family(task: str, metric: str, tables: Mapping[str, Table], spec: Mapping[str, Any]) -> dict[str, Any]:
    entries = {entry: tables.get(entry, {}) for entry in spec["runs"]}
    pairs = compare_all(entries, seed=spec["seed"], resamples=spec["resamples"])
    return {"task": task, "metric": metric, "pairs": [document_of(pair) for pair in pairs]}


def document_of(pair: Difference) -> dict[str, Any]:
    """Figures as decimal text, None where there are too few items."""
    plain = pair._asdict()
    return {name: decimal_text(value) if isinstance(value, float) else value for name, value in plain.items()}


def decimal_text(value: float) -> str:
    """Fixed places; a chance too small for them says so by its exponent.

    >>> decimal_text(0.25), decimal_text(-0.0), decimal_text(3e-9)
    ('0.250000', '0.000000', '3e-09')
    """
    if 0 < abs(value) < 10**-PLACES:
        return f"{value:.0e}"
    return format(value + 0.0, f".{PLACES}f")


def tables_of(path: Path, *, metrics: Mapping[str, list[str]]) -> Tables:
    """The figures of every item of one run. Items with equal content are counted in the order in which they come."""
    found: Tables = defaultdict(dict)
    with path.open("rb") as file:
        for answer in read_answers(file):
            for metric in metrics.get(answer["task"], ()):
                scored = _taken(answer, metric)
                if scored is not None:
                    _place(found[answer["task"], metric], item_key(answer), scored)
    return found


def _taken(answer: Mapping[str, Any], metric: str) -> Scored | None:
    """The figure of an item; a metric such as "exact_match,strict-match" is about the answer that this filter took out."""
    name, _comma, chosen = metric.partition(",")
    return scored_of(answer.get(name), name) if not chosen or answer.get("filter") == chosen else None


def _place(table: dict[str, Scored], key: str, scored: Scored) -> None:
    name, again = key, 1
    while name in table:
        again += 1
        name = f"{key}#{again}"
    table[name] = scored


def scored_of(value: Any, metric: str) -> Scored | None:
    """What the harness keeps per item: a number, right or wrong for each instruction, or log-likelihood and bytes of a text."""
    if isinstance(value, bool | int | float):
        return Scored(float(value))
    if not isinstance(value, list) or not value:
        return None
    if metric.startswith("bits_per_") and len(value) == 2:
        return Scored(-float(value[0]) / math.log(2), float(value[1]))
    return Scored(float(sum(bool(one) for one in value)), float(len(value)))


if __name__ == "__main__":
    sys.exit(main())
