"""The step bound of Adam: no number can move further between two checkpoints than the learning rates between them allow.

m̂/√v̂ is at most κ = (1−β₁)/(√(1−β₂)·√(1−β₁²/β₂)) whatever the gradients (Cauchy and Schwarz; Kingma and Ba 2015 give the case
of one spike), and decay (Loshchilov and Hutter 2019) takes away η·λ·|w| a step, so |Δw| ≤ Σ η(κ + λ‖W‖∞).
"""

import fnmatch
import math
from typing import NamedTuple

from originality.core.trace.facts import Facts, Optimiser, RateGroup
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Leg, Measures, TensorStep
from originality.core.trace.model import Logs
from originality.core.trace.rates import largest_mass
from originality.core.trace.weightchecks.common import leg_name

GROUND = "Kingma and Ba (2015); Loshchilov and Hutter (2019); bound by Cauchy and Schwarz: |Δw| ≤ Σ η(κ + λ‖W‖∞)"
BOUNDED = {"adam", "adamw"}
ROUNDED = (
    2.0  # weights kept in 16 bits while training move by at most twice a step: a step below half the spacing is lost
)


class _Worst(NamedTuple):
    """The tensor of a leg that comes nearest to its bound, or passes it furthest.

    Of `tensors`, `bounded` have a bound below what strangers differ by, and `beyond` lie beyond theirs.
    """

    leg: Leg
    tensor: str
    ratio: float
    moved: float
    bound: float
    strangers: float
    bounded: int
    beyond: int
    tensors: int

    @property
    def contradicts(self) -> bool:
        """Whether most tensors moved too far: learning rates of their own would make a few do so."""
        return self.ratio > ROUNDED and 2 * self.beyond > self.tensors


class _Scale(NamedTuple):
    """What a learning rate becomes in a step: κ, the declared optimiser, and multiples of the rate for some tensors."""

    limit: float
    optimiser: Optimiser
    groups: tuple[RateGroup, ...]


def kappa(optimiser: Optimiser) -> float | None:
    """The largest step of Adam in learning rates; None where the declared rates have none."""
    one, two = optimiser.beta1, optimiser.beta2
    if one is None or two is None or not (0 <= one < 1 and 0 < two < 1 and one * one < two):
        return None
    return (1 - one) / (math.sqrt(1 - two) * math.sqrt(1 - one * one / two))


def step_bound(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    optimiser = facts.declaration.optimiser if facts.declaration else None
    limit = kappa(optimiser) if optimiser and optimiser.name in BOUNDED else None
    masses = [largest_mass(logs, facts, leg.step_before, leg.step_after) for leg in measures.legs]
    conditions = (
        Precondition("two checkpoints measured", bool(measures.legs)),
        Precondition("Adam or AdamW with declared β₁ and β₂", limit is not None if optimiser else None),
        Precondition("learning rates logged or declared", any(m is not None for m in masses) if masses else None),
        Precondition("one learning rate for all tensors", None),
        Precondition("weights kept in 32 bits while training", None),
    )
    if not measures.legs:
        return _without(Outcome.NOT_SHOWN, "no two checkpoints were measured", conditions)
    if optimiser is None or limit is None:
        reason = "no optimiser is declared" if optimiser is None else "the bound holds for Adam and AdamW alone"
        return _without(Outcome.NOT_APPLICABLE, reason, conditions)
    rated = [(leg, mass) for leg, mass in zip(measures.legs, masses, strict=True) if mass is not None]
    groups = facts.declaration.rate_groups if facts.declaration else ()
    scale = _Scale(limit, optimiser, groups)
    found = [worst for leg, mass in rated if (worst := _worst(leg, mass=mass, scale=scale))]
    if not found:
        return _without(Outcome.NOT_SHOWN, "no learning rate is logged or declared for these steps", conditions)
    return _judged(found, limit=limit, conditions=conditions)


def _worst(leg: Leg, *, mass: float, scale: _Scale) -> _Worst | None:
    tensors = [step for step in leg.tensors if not _other(step, scale.optimiser)]
    if not tensors:
        return None
    decay = scale.optimiser.weight_decay or 0.0
    bounds = [
        mass * _factor(step, scale.groups) * (scale.limit + decay * step.largest) + step.rounding for step in tensors
    ]
    at = max(range(len(tensors)), key=lambda i: tensors[i].moved / bounds[i] if bounds[i] > 0 else 0.0)
    step, bound = tensors[at], bounds[at]
    bounded = sum(bound < step.strangers for step, bound in zip(tensors, bounds, strict=True))
    ratio = step.moved / bound if bound > 0 else math.inf if step.moved > 0 else 0.0
    beyond = sum(step.moved > bound for step, bound in zip(tensors, bounds, strict=True))
    return _Worst(leg, step.tensor, min(ratio, 1e9), step.moved, bound, step.strangers, bounded, beyond, len(tensors))


def _factor(step: TensorStep, groups: tuple[RateGroup, ...]) -> float:
    """The declared multiple of the learning rate of a tensor: the largest where several patterns fit, else 1."""
    return max((group.factor for group in groups if fnmatch.fnmatchcase(step.tensor, group.pattern)), default=1.0)


def _other(step: TensorStep, optimiser: Optimiser) -> bool:
    return any(fnmatch.fnmatchcase(step.tensor, pattern) for pattern in optimiser.others_for)


def _judged(found: list[_Worst], *, limit: float, conditions: tuple[Precondition, ...]) -> Finding:
    worst = max(found, key=lambda item: (item.contradicts, item.ratio))
    beyond = [item for item in found if item.ratio > 1]
    bounded = [item for item in found if item.bounded]
    level = 0 if not beyond else CONTRADICTION if worst.contradicts else TO_EXPLAIN
    outcome = Outcome.DEVIATES if beyond else Outcome.SHOWN if bounded else Outcome.NOT_SHOWN
    reason = ""
    if beyond:
        some = "some tensors moved further than the learning rates allow; rates of their own would explain it"
        reason = "weights moved further than the learning rates allow" if worst.contradicts else some
    if outcome is Outcome.NOT_SHOWN:
        reason = "the bound exceeds what strangers differ by: so many steps allow anything"
    return Finding(
        "step bound",
        outcome,
        level,
        figure={
            "ratio": worst.ratio,
            "moved": worst.moved,
            "bound": worst.bound,
            "strangers": worst.strangers,
            "kappa": limit,
            "legs_bounded": len(bounded),
            "legs": len(found),
            "legs_beyond": len(beyond),
            "tensors_beyond": worst.beyond,
            "tensors": worst.tensors,
            "at_step": worst.leg.step_after,
        },
        expected={"ratio_at_most": 1.0},
        reason=reason,
        ground=GROUND,
        data=(worst.tensor, *(leg_name(item.leg) for item in beyond or bounded)),
        preconditions=conditions,
        spans=tuple(Span("loss", item.leg.step_before, item.leg.step_after) for item in beyond),
    )


def _without(outcome: Outcome, reason: str, conditions: tuple[Precondition, ...]) -> Finding:
    return Finding("step bound", outcome, reason=reason, ground=GROUND, preconditions=conditions)
