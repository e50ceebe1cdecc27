"""Checks on the weights of a training run: each takes logs, facts and measures and returns one finding."""

from collections.abc import Callable

from originality.core.trace.facts import Facts
from originality.core.trace.finding import Finding
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs
from originality.core.trace.weightchecks.beginning import references, seed_binding, step0_law
from originality.core.trace.weightchecks.drifting import drift
from originality.core.trace.weightchecks.linked import chain, chain_signs
from originality.core.trace.weightchecks.rising import benchmark_trajectory
from originality.core.trace.weightchecks.stepping import step_bound
from originality.core.trace.weightchecks.withheld import recomputed_loss

__all__ = ["WEIGHT_CHECKS"]

WEIGHT_CHECKS: tuple[Callable[[Logs, Facts, Measures], Finding], ...] = (
    chain,
    step0_law,
    seed_binding,
    references,
    chain_signs,
    step_bound,
    drift,
    recomputed_loss,
    benchmark_trajectory,
)
