"""How much of a planted suite does the check find, in which disguise, and what does it flag where nothing was planted?

    python benchmarks/contamination.py [--megabytes 20]

First installed text alone, in which no item stands. Then half of the items of the shipped suites (those of 12 Hangul syllables or
25 letters at least) are hidden in it, in one disguise at a time; items of the other half that are flagged then are near-copies
of planted ones, such as the same sum with other numbers. Ends with 1 unless exact copies and changes of spelling are all found and
nothing is flagged in the text alone.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from demo.text import corpus  # noqa: E402
from evaluation.core.contamination import SPEC_SCHEMA  # noqa: E402
from evaluation.core.contamination.run import compare, text_of  # noqa: E402
from evaluation.core.items import Item  # noqa: E402
from evaluation.core.sources import items_of  # noqa: E402
from evaluation.core.suites import Suite, read_suite  # noqa: E402

SUITES = ("small.yaml", "small-korean.yaml")
KEPT = ("exact", "no spaces", "capitals", "punctuation", "decomposed letters")


def every(n: int, text: str, change: Callable[[str], str]) -> str:
    words = text.split()
    return " ".join(change(word) if place % n == n - 1 else word for place, word in enumerate(words))


DISGUISES: Mapping[str, Callable[[str], str]] = {
    "exact": lambda text: text,
    "no spaces": lambda text: text.replace(" ", ""),
    "capitals": str.upper,
    "punctuation": lambda text: text.replace(" ", " - ").replace("?", " ?!"),
    "decomposed letters": lambda text: unicodedata.normalize("NFD", text),
    "every 10th word changed": lambda text: every(10, text, lambda _word: "xyz"),
    "every 5th word changed": lambda text: every(5, text, lambda _word: "xyz"),
    "words turned round": lambda text: " ".join(reversed(text.split())),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=20, help="of text around the items")
    options = parser.parse_args()
    suites = [read_suite(ROOT / "evaluation" / "suites" / name) for name in SUITES]
    around = filler(options.megabytes)
    nothing = one(suites, around, None)
    print(f"{'nothing planted':24} flagged {nothing.flagged} of {nothing.others} items, {nothing.rate:.1f} MB/s")
    missed = 0
    for name, disguise in DISGUISES.items():
        row = one(suites, around, disguise)
        missed += name in KEPT and row.found < row.planted
        print(f"{name:24} found {row.found} of {row.planted} planted, flagged {row.flagged} of the {row.others} others")
    return 1 if missed or nothing.flagged else 0


class Row(NamedTuple):
    """Planted items and those found of them, the other items and those flagged of them, megabytes a second."""

    found: int
    planted: int
    flagged: int
    others: int
    rate: float


def one(suites: list[Suite], around: list[str], disguise: Callable[[str], str] | None) -> Row:
    chance = random.Random(1)
    comparable = {key: item for key, item in keyed(suites) if can_be_compared(item)}
    planted = set(chance.sample(sorted(comparable), len(comparable) // 2)) if disguise else set()
    rows = [*around, *(disguise(spoken(comparable[key])) for key in sorted(planted) if disguise)]
    chance.shuffle(rows)
    with tempfile.TemporaryDirectory(prefix="contamination-") as folder:
        sample = Path(folder) / "sample"
        sample.mkdir()
        (sample / "part.jsonl").write_text(
            "".join(json.dumps({"text": row}, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
        )
        size, begun = (sample / "part.jsonl").stat().st_size, time.perf_counter()
        documents = [suite.document for suite in suites]
        report = compare({"schema": SPEC_SCHEMA, "suites": documents, "sample": "sample"}, workdir=Path(folder))
        seconds = time.perf_counter() - begun
    flagged = set(flagged_in(report)) & comparable.keys()
    others = comparable.keys() - planted
    return Row(len(flagged & planted), len(planted), len(flagged & others), len(others), size / 1e6 / seconds)


def keyed(suites: list[Suite]) -> Iterator[tuple[str, Item]]:
    for suite in suites:
        for task in suite.tasks:
            for item in items_of(task, suite=suite):
                yield f"{suite.reference}:{task.name}:{item.key}", item


def can_be_compared(item: Item) -> bool:
    text = text_of(item)
    return len(text.body.replace(" ", "")) >= text.width


def spoken(item: Item) -> str:
    return f"{item.question} {item.choices[item.gold] if item.choices else item.answer}".strip()


def flagged_in(report: Mapping[str, Any]) -> Iterator[str]:
    for row in report["tasks"]:
        yield from (f"{row['suite']}:{row['task']}:{item['item']}" for item in row["found"])


def filler(megabytes: int) -> list[str]:
    """Installed text in paragraphs, again in another order until there is enough: chance has to find something to match."""
    chance, paragraphs = random.Random(2), corpus(2)
    rows: list[str] = []
    size = 0
    while size < megabytes * 10**6:
        part = " ".join(chance.sample(paragraphs, 8))
        size += len(part.encode())
        rows.append(part)
    return rows


if __name__ == "__main__":
    sys.exit(main())
