"""Checks on the logs of a training run: each takes logs, facts and measures and returns one finding."""

from collections.abc import Callable

from originality.core.trace.checks.beginnings import first_loss
from originality.core.trace.checks.clipping import clipping
from originality.core.trace.checks.clock import clock
from originality.core.trace.checks.commitments import commitments
from originality.core.trace.checks.compute import compute
from originality.core.trace.checks.digits import digits
from originality.core.trace.checks.noise import noise
from originality.core.trace.checks.rate import ReferenceCurve, loss_rate, shipped_curves
from originality.core.trace.checks.schedule import schedule
from originality.core.trace.checks.seams import seams
from originality.core.trace.checks.throughput import throughput
from originality.core.trace.facts import Facts
from originality.core.trace.finding import Finding
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

__all__ = ["LOG_CHECKS", "ReferenceCurve", "commitments", "loss_rate", "shipped_curves"]

LOG_CHECKS: tuple[Callable[[Logs, Facts, Measures], Finding], ...] = (
    first_loss,
    schedule,
    clipping,
    seams,
    clock,
    throughput,
    noise,
    digits,
    compute,
)
