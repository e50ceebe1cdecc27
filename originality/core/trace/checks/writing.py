"""How a log writes its numbers and its steps: what a check may expect of them is no finer than that."""

import numpy as np

from originality.core.trace.checks.common import points_of
from originality.core.trace.facts import Facts
from originality.core.trace.model import Logs

SAMPLED = 20_000
MOST_PLACES, MOST_DIGITS = 9, 7
BITS = (8, 11)  # significant bits of bfloat16 and of half precision
SINGLE = 2.0**-24
NEAR = 0.02
LAST_NEAR = 0.15


def units(values: np.ndarray) -> np.ndarray:
    """Return the step between neighbouring numbers as they are written, for each value.

    Tried are decimal places, significant digits, and the two short binary formats; the coarsest that fits all is taken.
    """
    size = np.abs(values)
    sample = size[:: max(1, len(size) // SAMPLED)]
    sample = sample[np.isfinite(sample) & (sample > 0)]
    unit = size * SINGLE
    if not len(sample):
        return unit
    for places in range(MOST_PLACES):
        if _whole(sample * 10.0**places):
            unit = np.maximum(unit, 10.0**-places)
            break
    for digits in range(1, MOST_DIGITS):
        if _whole(sample / _decade(sample) * 10.0 ** (digits - 1)):
            unit = np.maximum(unit, _decade(size) * 10.0 ** (1 - digits))
            break
    for bits in BITS:
        if _whole(np.frexp(sample)[0] * 2.0**bits):
            return np.maximum(unit, np.exp2(np.frexp(size)[1]) * 2.0**-bits)
    return unit


def _decade(size: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 ** np.floor(np.log10(np.where(size > 0, size, 1.0)) + 1e-9))


def _whole(scaled: np.ndarray) -> bool:
    """Whether all are whole numbers, as far as single precision tells."""
    return bool((np.abs(scaled - np.round(scaled)) <= np.maximum(1e-5, 2 * SINGLE * scaled)).all())


def steps_in_one(logs: Logs, facts: Facts) -> float:
    """Return how many declared steps one step of the log is: 1, unless tokens and the last step agree on another number.

    A log may count its own lines, sequences or tokens instead of updates.
    """
    tokens, declared = points_of(logs, "tokens"), facts.declaration
    batch = declared.batch_tokens if declared else None
    total = _last_step(facts)
    if tokens is None or tokens.total < 2 or not batch or not total:
        return 1.0
    usual = float(np.median(np.diff(tokens.value) / np.maximum(np.diff(tokens.step), 1)))
    scale = usual / batch
    if scale <= 0 or abs(scale - 1) <= NEAR:
        return 1.0
    agrees = abs(float(tokens.step[-1]) * scale / total - 1) <= LAST_NEAR
    return scale if agrees else 1.0


def _last_step(facts: Facts) -> int:
    plan = facts.declaration.schedule if facts.declaration else None
    steps = [link.step for link in facts.chain if link.step] + ([plan.total_steps] if plan and plan.total_steps else [])
    return max(steps, default=0)


def zone_known(logs: Logs) -> bool:
    return all(segment.zone_known for segment in logs.segments)
