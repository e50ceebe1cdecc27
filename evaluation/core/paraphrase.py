"""What rewording costs: the same items in the set's words and in others, paired by id, one run.

A model that learnt a set by heart answers the published wording better than one that says the same. Harder wording does the
same to every model, so a gap is read beside those of other models; alone it proves nothing.

The child: `python -m evaluation.core.paraphrase spec.json` with {"schema", "answers": file, "pairs": {reworded task: task},
"metrics": {reworded task: [metric]}, "seed"}. Exit code 2 is bad input, told in error.json.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluation.core.answers import AnswersError, read_answers
from evaluation.core.compare import decimal_text, scored_of
from evaluation.core.contamination import GAP_SCHEMA
from evaluation.core.errors import InputError, SpecError
from evaluation.core.paired import Scored, compare

SCHEMA = "paraphrase-gaps/1"
RESULT, ERROR = "result.json", "error.json"
KEYS = {"schema", "answers", "pairs", "metrics", "seed"}
RESAMPLES = 10_000
Tables = Mapping[tuple[str, str], dict[str, Scored]]  # (task, metric) → item


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evaluation.core.paraphrase", description="Gaps of reworded tasks.")
    parser.add_argument("spec", type=Path, help="JSON: answers, pairs, metrics, seed")
    path = parser.parse_args(arguments).spec.resolve()
    try:
        document = gaps(read_spec(path), folder=path.parent)
    except (InputError, AnswersError) as error:
        message = {"message": str(error), "cause": "input", "transient": False}
        (path.parent / ERROR).write_text(json.dumps(message, ensure_ascii=False), encoding="utf-8")
        print(error, file=sys.stderr)
        return 2
    draft = path.with_name(RESULT + ".part")
    draft.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    draft.replace(path.with_name(RESULT))
    return 0


def read_spec(path: Path) -> dict[str, Any]:
    try:
        spec = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SpecError(path.name, f"is not readable as JSON: {error}") from error
    if not isinstance(spec, dict) or spec.keys() != KEYS or spec["schema"] != GAP_SCHEMA:
        raise SpecError(path.name, f"must be of schema {GAP_SCHEMA} with {', '.join(sorted(KEYS))}")
    return spec


def gaps(spec: Mapping[str, Any], *, folder: Path) -> dict[str, Any]:
    pairs, metrics = spec["pairs"], spec["metrics"]
    tables = tables_of(folder / spec["answers"], wanted=wanted_of(pairs, metrics))
    rows = [
        gap_row(tables, task, original, metric, seed=spec["seed"])
        for task, original in pairs.items()
        for metric in metrics[task]
    ]
    return {"schema": SCHEMA, "resamples": RESAMPLES, "gaps": rows}


def wanted_of(pairs: Mapping[str, str], metrics: Mapping[str, list[str]]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for task, original in pairs.items():
        wanted[task] |= set(metrics[task])
        wanted[original] |= set(metrics[task])
    return wanted


def tables_of(path: Path, *, wanted: Mapping[str, set[str]]) -> Tables:
    """Figures by the id of the item, which both wordings share; rows without one are paired by their line."""
    found: dict[tuple[str, str], dict[str, Scored]] = defaultdict(dict)
    with path.open("rb") as file:
        for answer in read_answers(file):
            for metric in wanted.get(answer["task"], ()):
                scored = scored_of(answer.get(metric), metric)
                if scored is not None:
                    found[answer["task"], metric][item_of(answer)] = scored
    return found


def item_of(answer: Mapping[str, Any]) -> str:
    doc = answer.get("doc")
    known = doc if isinstance(doc, dict) else {}
    return str(known.get("id") or known.get("line") or answer.get("doc_id"))


def gap_row(tables: Tables, task: str, original: str, metric: str, *, seed: int) -> dict[str, Any]:
    """Original minus reworded: above 0 where the published wording is answered better."""
    first, second = (unweighted(tables.get((name, metric), {})) for name in (original, task))
    found = compare(first, second, names=(original, task), seed=seed, resamples=RESAMPLES)
    figures = {
        "original_value": found.first_value,
        "reworded_value": found.second_value,
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "p": found.p,
    }
    texts = {name: "" if value is None else decimal_text(value) for name, value in figures.items()}
    return {"task": task, "original": original, "metric": metric, "n": found.n, "left_out": found.left_out, **texts}


def unweighted(table: Mapping[str, Scored]) -> dict[str, Scored]:
    """A share per item: two wordings have different lengths, and an item counts once."""
    return {key: Scored(row.value / row.weight) for key, row in table.items() if row.weight}


if __name__ == "__main__":
    sys.exit(main())
