"""Tokens three ways: counted by the log, declared by batch and step, and made by the throughput in the time that passed."""

from typing import Any, NamedTuple

import numpy as np

from originality.core.trace.checks.common import Points, data_of, events_of, points_of, rounded, spacing
from originality.core.trace.checks.writing import steps_in_one
from originality.core.trace.facts import Facts
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

CHECK = "throughput"
TOLERANCE = 0.15  # of tokens: validations and checkpoints take time that not every throughput counts
BATCH_ABOVE = 0.02  # of the declared batch: padding counts fewer tokens, nothing counts more
NODE = 8  # cards that some loggers count together
FEWEST = 10
TOKEN_WORDS = ("tok", "토큰")
GROUND = "tokens are batch times steps, and throughput times time; of one card, of one node or of all cards"


class Fault(NamedTuple):
    reason: str
    level: int
    spans: tuple[Span, ...]


def throughput(logs: Logs, facts: Facts, _: Measures) -> Finding:
    tokens, rates = points_of(logs, "tokens"), points_of(logs, "throughput")
    cards = facts.declaration.cards if facts.declaration else None
    conditions = (
        Precondition("token counts in the logs", tokens is not None and tokens.total >= FEWEST),
        Precondition("throughput and times in the logs", rates is not None and bool((rates.time > 0).any())),
        Precondition("number of cards declared", cards is not None),
    )
    data = data_of(logs, "tokens", "throughput")
    if tokens is None or tokens.total < FEWEST:
        reason = "too few token counts in the logs"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {}, {}, reason, GROUND, data, conditions)
    figure: dict[str, Any] = {"tokens": int(tokens.value[-1]), "steps": int(tokens.step[-1])}
    expected: dict[str, Any] = {}
    made = (
        _falling(tokens, facts) or _batch(tokens, logs, facts, figure, expected) or _chain(tokens, logs, facts, figure)
    )
    timed = _ratio(tokens, rates) if rates is not None else None
    if timed is not None:
        figure["tokens_of_throughput_and_time"] = rounded(timed, 4)
        fault, fits = _units(timed, tokens, logs, facts)
        made = made or fault
        if fits:
            expected |= {"share_of_counted_tokens": 1.0, "tolerance": TOLERANCE, "cards": cards}
        else:
            timed = None
    if made is not None:
        return Finding(
            CHECK, Outcome.DEVIATES, made.level, figure, expected, made.reason, GROUND, data, conditions, made.spans
        )
    if timed is None and "tokens_a_step" not in expected:
        reason = "nothing stands beside the token counts"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, figure, expected, reason, GROUND, data, conditions)
    return Finding(CHECK, Outcome.SHOWN, 0, figure, expected, "", GROUND, data, conditions)


def _falling(tokens: Points, facts: Facts) -> Fault | None:
    """A count goes back only where the run does."""
    back = np.flatnonzero(np.diff(tokens.value) < 0)
    if not len(back) or events_of(facts, "rollback", "restart"):
        return None
    first, last = int(tokens.step[back[0]]), int(tokens.step[back[0] + 1])
    return Fault("the count of tokens falls", TO_EXPLAIN, (Span("tokens", first, last),))


def _batch(tokens: Points, logs: Logs, facts: Facts, figure: dict[str, Any], expected: dict[str, Any]) -> Fault | None:
    """Compare the tokens of a step with the declared batch; after and before declared changes of it only what is larger."""
    declared = facts.declaration.batch_tokens if facts.declaration else None
    usual = float(np.median(np.diff(tokens.value) / np.maximum(np.diff(tokens.step), 1)))
    figure["tokens_a_step"] = rounded(usual)
    if not declared or events_of(facts, "batch change"):
        return None
    if (scale := steps_in_one(logs, facts)) != 1.0:
        figure["declared_steps_in_one"] = rounded(scale, 4)
        return None
    expected["tokens_a_step"] = declared
    if usual <= declared * (1 + BATCH_ABOVE):
        return None
    span = Span("tokens", int(tokens.step[0]), int(tokens.step[-1]))
    return Fault("more tokens a step than the declared batch has", TO_EXPLAIN, (span,))


def _chain(tokens: Points, logs: Logs, facts: Facts, figure: dict[str, Any]) -> Fault | None:
    """Compare the tokens that stand beside the checkpoints with those of the log at their steps."""
    usual = float(np.median(np.diff(tokens.value) / np.maximum(np.diff(tokens.step), 1)))
    scale = steps_in_one(logs, facts)
    for link in facts.chain:
        at = (link.step or 0) / scale
        if link.step is None or link.tokens is None or not tokens.step[0] <= at <= tokens.step[-1]:
            continue
        counted = float(np.interp(at, tokens.step, tokens.value))
        if abs(counted - link.tokens) > 0.02 * max(counted, link.tokens) + 2 * usual * spacing(tokens):
            in_log = int(counted) if np.isfinite(counted) else None
            figure |= {"at_step": link.step, "beside_checkpoint": link.tokens, "in_log": in_log}
            reason = "a checkpoint has other tokens than the log at its step"
            return Fault(reason, TO_EXPLAIN, (Span("tokens", link.step, link.step),))
    return None


def _ratio(tokens: Points, rates: Points) -> float | None:
    """Return throughput times time over counted tokens, as a median over intervals inside one segment."""
    steps, left, right = np.intersect1d(tokens.step, rates.step, return_indices=True)
    if len(steps) < FEWEST:
        return None
    time, segment = rates.time[right], rates.segment[right]
    gaps, counted = np.diff(time), np.diff(tokens.value[left])
    good = (np.diff(segment) == 0) & (gaps > 0) & (counted > 0) & (time[1:] > 0) & (time[:-1] > 0)
    if int(good.sum()) < FEWEST:
        return None
    return float(np.median(rates.value[right][1:][good] * gaps[good] / counted[good]))


def _units(ratio: float, tokens: Points, logs: Logs, facts: Facts) -> tuple[Fault | None, bool]:
    """Return what is wrong with the ratio, and whether it says anything.

    Throughput and tokens may each be those of all cards, of a node or of one; and of a throughput whose name does not speak
    of tokens the unit is not known: it may be sequences, updates or operations.
    """
    declared = facts.declaration
    cards = declared.cards if declared else None
    length = declared.sequence_length if declared else None
    parts = {1.0} | ({1 / cards, min(1.0, NODE / cards)} if cards else set())
    shares = parts | {1 / part for part in parts}
    if any(abs(ratio / share - 1) <= TOLERANCE for share in shares):
        return None, True
    if length and any(abs(ratio * length / share - 1) <= TOLERANCE for share in shares):
        return None, True
    name = logs.tags.get("throughput", "").casefold()
    if not any(word in name for word in TOKEN_WORDS) or (not cards and ratio < 1):
        return None, False
    span = Span("tokens", int(tokens.step[0]), int(tokens.step[-1]))
    return Fault("throughput and time do not make the counted tokens", TO_EXPLAIN, (span,)), True
