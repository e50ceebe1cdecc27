"""Judging what the harness only wrote down: instructions by rules here, code by programs behind walls.

Nothing of an answer is run in this process. Samples are those the harness logged: `doc` with the task's `detail`, `resps`
with one list of answers for each item.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from evaluation.core import codescore
from evaluation.core.errors import TaskDataError
from evaluation.core.instructions import followed
from evaluation.core.programs import program_of
from evaluation.core.suites import CodePolicy, Task


class Verdict(NamedTuple):
    """One item: its place in the samples, the share of its answers that pass, and why not, for those who may see it."""

    doc_id: int
    values: Mapping[str, float]
    reason: str


class Figure(NamedTuple):
    """`value` and its standard error over items; None where there is but one item."""

    metric: str
    value: float
    stderr: float | None
    n: int


class Scored(NamedTuple):
    figures: list[Figure]
    verdicts: list[Verdict]


def score_instructions(task: Task, samples: Sequence[Mapping[str, Any]]) -> Scored:
    """`prompts_followed`: all rules of an item are kept; `rules_followed`: the mean over all rules of all items."""
    verdicts, kept = [], []
    for sample in samples:
        rules = json.loads(_doc(task, sample)["detail"])
        answers = answers_of(sample)
        found = [followed(answer, rules) for answer in answers]
        rates = [sum(one[n] for one in found) / len(found) for n in range(len(rules))]
        kept.append(rates)
        whole = sum(all(one) for one in found) / len(found)
        broken = [rule["rule"] for rule, rate in zip(rules, rates, strict=True) if rate < 1]
        values = {"prompts_followed": whole, "rules_followed": mean(rates)}
        verdicts.append(Verdict(int(sample["doc_id"]), values, ", ".join(broken)))
    figures = {
        "prompts_followed": _figure("prompts_followed", [v.values["prompts_followed"] for v in verdicts]),
        "rules_followed": _over_rules(kept),
    }
    return Scored([figures[name] for name in task.metrics], verdicts)


def score_code(task: Task, samples: Sequence[Mapping[str, Any]], *, policy: CodePolicy) -> Scored:
    """`pass_at_1`: the share of an item's programs that pass all tests, on average (Chen et al., 2021, with k = 1).

    Runs outside walls and puts them around every program; raises NoSandboxError where there are none.
    """
    tried = [code for place, sample in enumerate(samples) for code in _programs(task, sample, place=place)]
    scores = codescore.score_code(tried, policy=policy)
    verdicts = []
    for place, sample in enumerate(samples):
        own = [score for score in scores if score.id.partition(":")[0] == str(place)]
        share = sum(score.passed for score in own) / len(own)
        reasons = dict.fromkeys(score.reason for score in own if not score.passed)
        verdicts.append(Verdict(int(sample["doc_id"]), {"pass_at_1": share}, ", ".join(reasons)))
    return Scored([_figure("pass_at_1", [verdict.values["pass_at_1"] for verdict in verdicts])], verdicts)


def _programs(task: Task, sample: Mapping[str, Any], *, place: int) -> Iterator[codescore.CodeSample]:
    """One for each answer of an item; tasks of the harness bring their tests as code, which run behind walls as well."""
    doc = sample["doc"]
    if task.source.kind == "harness":
        question, entry, tests, check = doc["prompt"], doc["entry_point"], (), doc["test"]
    else:
        detail = json.loads(_doc(task, sample)["detail"])
        question, entry, tests, check = doc["text"], detail["entry"], detail["tests"], ""
    for number, answer in enumerate(answers_of(sample)):
        program = program_of(question, answer, entry=entry)
        yield codescore.CodeSample(f"{place}:{number}", program, entry, tests=tests, check=check)


def _over_rules(kept: Sequence[Sequence[float]]) -> Figure:
    """The mean over rules; its error takes the items, not the rules, as what was drawn (rules of one item hang together).

    Standard error of a ratio of sums by linearisation (Cochran, Sampling Techniques, 1977, section 2.11).
    """
    rules = sum(len(rates) for rates in kept)
    value = math.fsum(rate for rates in kept for rate in rates) / rules
    n = len(kept)
    if n < 2:
        return Figure("rules_followed", value, None, n)
    spread = math.fsum((math.fsum(rates) - value * len(rates)) ** 2 for rates in kept)
    return Figure("rules_followed", value, math.sqrt(spread / (n * (n - 1))) * n / rules, n)


def answers_of(sample: Mapping[str, Any]) -> list[str]:
    """All that was written for one item, however the harness nested it."""
    found = sample["resps"]
    while len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    flat = [part for one in found for part in (one if isinstance(one, list) else [one])]
    return [str(one) for one in flat] or [""]


def _doc(task: Task, sample: Mapping[str, Any]) -> Mapping[str, Any]:
    doc = sample["doc"]
    if not isinstance(doc, Mapping) or "detail" not in doc:
        raise TaskDataError(task.name, f"item {sample.get('doc_id')} came back without what it is judged by")
    return doc


def _figure(metric: str, values: Sequence[float]) -> Figure:
    n = len(values)
    average = mean(values)
    if n < 2:
        return Figure(metric, average, None, n)
    spread = math.fsum((value - average) ** 2 for value in values) / (n - 1)
    return Figure(metric, average, math.sqrt(spread / n), n)


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
