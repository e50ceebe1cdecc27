"""How the weights leave step 0: further and further, each leg about as long as the learning rates spent on it.

With s the sum of the learning rates of a leg, a walk that keeps its direction is as long as s, one at random as long as √s;
training lies between them. So a leg may be predicted from its neighbour, generously, as c·max(s/s₀, √(s/s₀)), and two ways from
step 0 make a cosine of at least √(S₀/S₁), which is that of a walk at random whose steps have summed to S₀ and then S₁.
"""

import math
from itertools import pairwise
from typing import NamedTuple

from originality.core.trace.facts import Facts
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Leg, Measures
from originality.core.trace.model import Logs
from originality.core.trace.rates import largest_mass
from originality.core.trace.weightchecks.common import leg_name

GROUND = "between a straight way (distance as Σ η) and a random walk (distance as √Σ η); bounds in docs/traceability.md"
LONGEST = 2.5  # a leg in predictions of its neighbours: at most 1.9 in 240 honest chains of uneven legs
TURN = 0.1  # by how much a cosine may fall below that of a random walk; in those chains it never did
NEARER = 0.05  # by how much the cosine to step 0 may rise
BACK = 0.1  # share of the distance from step 0 that may be lost again


class _Part(NamedTuple):
    """One law of drift: its figure at the worst leg, what it may reach, and whether a leg passes it."""

    name: str
    leg: Leg
    value: float
    allowed: float
    beyond: bool
    reason: str


def drift(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    legs = [leg for leg in measures.legs if leg.step_after > leg.step_before]
    away = [leg for leg in legs if leg.from_start_distance is not None]
    conditions = (
        Precondition("three checkpoints measured", len(legs) > 1),
        Precondition("a checkpoint of step 0", bool(away) if legs else None),
        Precondition("an optimiser whose steps are as long as its learning rate", _normalised(facts)),
    )
    if len(legs) < 2:
        reason = "fewer than three checkpoints were measured"
        return Finding("drift", Outcome.NOT_SHOWN, reason=reason, ground=GROUND, preconditions=conditions)
    parts = [] if _normalised(facts) is False else [_longest(legs, logs=logs, facts=facts)]
    if not parts and len(away) < 2:
        reason = "steps of plain gradient descent are as long as the gradients, whatever the learning rate"
        return Finding("drift", Outcome.NOT_APPLICABLE, reason=reason, ground=GROUND, preconditions=conditions)
    if len(away) > 1:
        parts += [_turning(away, logs=logs, facts=facts), _nearer(away), _back(away)]
    beyond = [part for part in parts if part.beyond]
    figure = {part.name: part.value for part in parts} | {"legs": len(legs)}
    if beyond:
        figure["at_step"] = beyond[0].leg.step_after
    return Finding(
        "drift",
        Outcome.DEVIATES if beyond else Outcome.SHOWN,
        TO_EXPLAIN if beyond else 0,
        figure=figure,
        expected={f"{part.name}_at_most": part.allowed for part in parts},
        reason=beyond[0].reason if beyond else "",
        ground=GROUND,
        data=tuple(leg_name(part.leg) for part in beyond) or tuple(leg_name(leg) for leg in legs),
        preconditions=conditions,
        spans=tuple(Span("loss", part.leg.step_before, part.leg.step_after) for part in beyond),
    )


def _normalised(facts: Facts) -> bool | None:
    optimiser = facts.declaration.optimiser if facts.declaration else None
    if optimiser is None or optimiser.name == "other":
        return None
    return optimiser.name != "sgd"


def _mass(leg: Leg, *, logs: Logs, facts: Facts) -> float:
    """The sum of the learning rates, or the number of steps where none is known, or none that could have been used."""
    found = largest_mass(logs, facts, leg.step_before, leg.step_after)
    return found if found and 0 < found < math.inf else float(leg.step_after - leg.step_before)


def _longest(legs: list[Leg], *, logs: Logs, facts: Facts) -> _Part:
    """The leg that is longest beside what its neighbours predict."""
    sizes = [_mass(leg, logs=logs, facts=facts) for leg in legs]
    ratios = []
    for at, leg in enumerate(legs):
        near = [i for i in (at - 1, at + 1) if 0 <= i < len(legs)]
        shares = [sizes[at] / sizes[i] for i in near]
        predicted = max(legs[i].distance * max(r, math.sqrt(r)) for i, r in zip(near, shares, strict=True))
        ratios.append(min(1e9, leg.distance / predicted) if predicted > 0 else 0.0)
    at = max(range(len(legs)), key=ratios.__getitem__)
    reason = "one leg is far longer than its neighbours and its learning rates predict"
    return _Part("leg_beside_neighbours", legs[at], ratios[at], LONGEST, ratios[at] > LONGEST, reason)


def _turning(legs: list[Leg], *, logs: Logs, facts: Facts) -> _Part:
    """By how much the cosine of two ways from step 0 stays below that of a random walk."""
    summed, worst, found = _mass(legs[0], logs=logs, facts=facts), -math.inf, legs[1]
    for before, leg in pairwise(legs):
        total = summed + _mass(leg, logs=logs, facts=facts)
        cosine = _between(before, leg)
        if cosine is not None and math.sqrt(summed / total) - cosine > worst:
            worst, found = math.sqrt(summed / total) - cosine, leg
        summed = total
    worst = worst if math.isfinite(worst) else 0.0
    reason = "the way from step 0 turns more sharply than a random walk does"
    return _Part("turn_below_random_walk", found, worst, TURN, worst > TURN, reason)


def _between(before: Leg, after: Leg) -> float | None:
    """The cosine of the ways from step 0 to the two later ends, by the law of cosines."""
    a, b = before.from_start_distance or 0.0, after.from_start_distance or 0.0
    if a * b <= 0 or before.after != after.before:
        return None
    return (a * a + b * b - after.distance * after.distance) / (2 * a * b)


def _nearer(legs: list[Leg]) -> _Part:
    rises = [((b.from_start_cosine or 0.0) - (a.from_start_cosine or 0.0), b) for a, b in pairwise(legs)]
    rise, leg = max(rises, key=lambda item: item[0])
    reason = "the weights come nearer to step 0 again"
    return _Part("rise_of_cosine_to_start", leg, rise, NEARER, rise > NEARER, reason)


def _back(legs: list[Leg]) -> _Part:
    losses = [
        (1 - (b.from_start_distance or 0.0) / a.from_start_distance, b)
        for a, b in pairwise(legs)
        if a.from_start_distance
    ] or [(0.0, legs[-1])]
    lost, leg = max(losses, key=lambda item: item[0])
    reason = "the weights come nearer to step 0 again"
    return _Part("share_of_distance_lost", leg, lost, BACK, lost > BACK, reason)
