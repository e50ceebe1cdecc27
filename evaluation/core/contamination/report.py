"""The findings as a document: every figure with what it is measured against. Decimals are text, for what is digested holds no floats."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from scipy.stats import beta, hypergeom

from evaluation.core.contamination import VERSION
from evaluation.core.contamination.overlap import FLAGGED, STOCK, WHOLE, Comparison, Group, Overlap, Text
from evaluation.core.contamination.sample import Counts
from evaluation.core.contamination.text import HANGUL, LETTERS, SHORT, WORDS

SCHEMA = "contamination-report/1"
CONTROL = Path(__file__).with_name("control.jsonl")
CONTROL_GROUP = "control:"
CONFIDENCE = 0.95
SHOWN = 200  # items of one task that are listed


class TaskTexts(NamedTuple):
    """The texts of one task of one suite; `items` counts all of its items, of which at most so many are compared."""

    suite: str
    task: str
    items: int
    texts: Sequence[Text]

    @property
    def group(self) -> Group:
        return Group(f"{self.suite}:{self.task}", self.texts)


class Chance(NamedTuple):
    """What the control texts of one language give: texts that were written for this and stand in no training data."""

    texts: int
    flagged: int


def controls() -> list[Group]:
    """The control texts of each language, whole and cut to the length of short items."""
    rows = [json.loads(line) for line in CONTROL.read_text(encoding="utf-8").splitlines()]
    texts = [Text.of(row["id"], row["text"]) for row in rows]
    short = [Text.of(text.key, cut(text)) for text in texts]
    groups: dict[str, list[Text]] = {}
    for text in [*texts, *short]:
        groups.setdefault(class_of(text), []).append(text)
    return [Group(CONTROL_GROUP + name, found) for name, found in sorted(groups.items())]


def cut(text: Text) -> str:
    """Its first words, as many as make a short item of one n-gram or a little more."""
    words = text.question.split()
    return next(" ".join(words[:n]) for n in range(1, len(words)) if len("".join(words[:n])) >= SHORT[text.width] + 2)


def class_of(text: Text) -> str:
    """Texts that chance treats alike."""
    return f"{text.language}:short" if text.is_short else text.language


def document(
    comparison: Comparison, tasks: Sequence[TaskTexts], *, counts: Counts, skipped: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    chances = {group.name.removeprefix(CONTROL_GROUP): chance_of(comparison, group) for group in controls()}
    return {
        "schema": SCHEMA,
        "engine": {
            "version": VERSION,
            "words": WORDS,
            "hangul": HANGUL,
            "letters": LETTERS,
            "short": {"hangul": SHORT[HANGUL], "letters": SHORT[LETTERS]},
            "flagged": decimal(FLAGGED),
            "whole": decimal(WHOLE),
            "stock": STOCK,
        },
        "sample": asdict(counts),
        "control": {name: control_row(chance) for name, chance in chances.items()},
        "tasks": [task_row(comparison, task, chances) for task in tasks],
        "skipped": [dict(row) for row in skipped],
    }


def chance_of(comparison: Comparison, group: Group) -> Chance:
    found = [row for row in comparison.overlaps(group) if row.share is not None]
    return Chance(len(found), sum(row.flagged for row in found))


def control_row(chance: Chance) -> dict[str, Any]:
    return {"texts": chance.texts, "flagged": chance.flagged, "at_most": decimal(at_most(chance))}


def at_most(chance: Chance) -> float:
    """The upper end of the exact one-sided interval of the share that chance flags (Clopper, Pearson 1934)."""
    if chance.flagged >= chance.texts:
        return 1.0
    return float(beta.ppf(CONFIDENCE, chance.flagged + 1, chance.texts - chance.flagged))


def task_row(comparison: Comparison, task: TaskTexts, chances: Mapping[str, Chance]) -> dict[str, Any]:
    pairs = list(zip(task.texts, comparison.overlaps(task.group), strict=True))
    compared = [(text, row) for text, row in pairs if row.share is not None]
    flagged = [(text, row) for text, row in compared if row.flagged]
    chance = worst([chances[class_of(text)] for text, _ in compared])
    return {
        "suite": task.suite,
        "task": task.task,
        "items": task.items,
        "compared": len(compared),
        "too_short": len(pairs) - len(compared),
        "short": sum(text.is_short for text, _ in compared),
        "flagged": len(flagged),
        "whole": sum(row.whole for _, row in compared),
        "answered": sum(row.answer for _, row in flagged),
        "mean_share": decimal(sum(row.share or 0 for _, row in compared) / len(compared)) if compared else "",
        "p": decimal(excess(len(flagged), len(compared), chance)) if chance else "",
        "found": [item_row(text, row) for text, row in flagged[:SHOWN]],
    }


def worst(chances: Sequence[Chance]) -> Chance | None:
    """Of the kinds of texts that a task has, the one that chance flags most often: the test then errs towards the team."""
    return max(chances, key=at_most, default=None)


def excess(flagged: int, compared: int, chance: Chance) -> float:
    """How likely as many items or more would be flagged if items were no likelier than control texts (Fisher 1935, one-sided)."""
    total, hits = compared + chance.texts, flagged + chance.flagged
    return float(min(1.0, hypergeom.sf(flagged - 1, total, hits, compared)))


def item_row(text: Text, row: Overlap) -> dict[str, Any]:
    file, line = row.place or ("", 0)
    shares = {"words": share(row.words), "characters": share(row.characters)}
    return {"item": text.key, **shares, "answer": row.answer, "file": file, "line": line}


def share(value: float | None) -> str:
    return "" if value is None else decimal(value)


def decimal(value: float) -> str:
    """Six places; what is smaller than that and not nothing keeps three digits."""
    return format(value, ".6f") if value == 0 or value >= 1e-4 else format(value, ".3g")
