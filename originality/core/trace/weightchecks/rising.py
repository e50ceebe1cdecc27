"""Benchmarks over the checkpoints of a run: scores rise on the way, not with the last checkpoint alone."""

import math
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

from originality.core.trace.facts import Facts
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Measures, Score
from originality.core.trace.model import Logs

GROUND = "a model that learns in this run passes through the abilities between chance and its end"
FEWEST = 4  # checkpoints with scores
RISEN = 3.0  # standard errors from the first to the best score
FALLEN = 5.0
MOST_OF_IT = 0.7  # of the whole rise, in one leg
SHORT = 0.25  # of all steps


class _Way(NamedTuple):
    """Scores of one task by step: the rise to the best, the largest jump and fall between neighbours, with standard errors."""

    task: str
    rise: float
    rise_se: float
    jump: float
    jump_at: tuple[int, int]
    before: float  # rise before the jump
    fall: float
    fall_at: tuple[int, int]
    fall_se: float


def benchmark_trajectory(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    by_task: dict[str, list[Score]] = defaultdict(list)
    for score in sorted(measures.scores, key=lambda score: score.step):
        by_task[f"{score.task} {score.metric}"].append(score)
    long = {task: scores for task, scores in by_task.items() if len({s.step for s in scores}) >= FEWEST}
    conditions = (Precondition("scores at four checkpoints or more", bool(long)),)
    if not long:
        reason = "fewer than four checkpoints have scores"
        return Finding("benchmark trajectory", Outcome.NOT_SHOWN, reason=reason, preconditions=conditions)
    ways = [_way(task, scores) for task, scores in sorted(long.items())]
    risen = [way for way in ways if way.rise > RISEN * way.rise_se]
    figure: dict[str, float] = {
        "tasks": len(ways),
        "risen": len(risen),
        "checkpoints": max(len(scores) for scores in long.values()),
    }
    span = max(s[-1].step for s in long.values()) - min(s[0].step for s in long.values())
    sudden = [way for way in risen if _sudden(way, span=span)]
    fallen = [way for way in risen if way.fall > FALLEN * way.fall_se and way.fall > way.rise / 2]
    odd = sudden if sudden and len(sudden) == len(risen) else fallen
    outcome = Outcome.DEVIATES if odd else Outcome.SHOWN if risen else Outcome.NOT_SHOWN
    reason = "" if risen else "no score rises above its noise"
    if odd:
        reason = "scores rise in one short leg alone" if odd is sudden else "a score falls by half of what it had risen"
    if risen:
        best = max(odd or risen, key=lambda way: way.rise / way.rise_se)
        figure |= {
            "rise": best.rise,
            "rise_stderr": best.rise_se,
            "largest_jump": best.jump,
            "at_step": best.jump_at[1],
        }
    return Finding(
        "benchmark trajectory",
        outcome,
        TO_EXPLAIN if odd else 0,
        figure=figure,
        expected={"share_of_rise_in_one_leg_at_most": MOST_OF_IT},
        reason=reason,
        ground=GROUND,
        data=tuple(way.task for way in odd or ways),
        preconditions=conditions,
        spans=tuple(Span("loss", *(way.jump_at if odd is sudden else way.fall_at)) for way in odd),
    )


def _way(task: str, scores: list[Score]) -> _Way:
    first, best = scores[0], max(scores, key=lambda score: score.value)
    steps = [(b.value - a.value, a, b) for a, b in pairwise(scores)]
    jump, left, right = max(steps, key=lambda item: item[0])
    fall, high, low = min(steps, key=lambda item: item[0])
    return _Way(
        task=task,
        rise=best.value - first.value,
        rise_se=max(1e-9, math.hypot(best.stderr, first.stderr)),
        jump=jump,
        jump_at=(left.step, right.step),
        before=left.value - first.value,
        fall=-fall,
        fall_at=(high.step, low.step),
        fall_se=max(1e-9, math.hypot(high.stderr, low.stderr)),
    )


def _sudden(way: _Way, *, span: int) -> bool:
    """Whether most of the rise lies in one leg that is short beside the run, and hardly any before it."""
    length = way.jump_at[1] - way.jump_at[0]
    return way.jump > MOST_OF_IT * way.rise and length < SHORT * span and way.before < (1 - MOST_OF_IT) / 2 * way.rise
