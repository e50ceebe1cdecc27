"""Where the loss begins: a model that knows nothing gives every token of its vocabulary nearly the same chance."""

import math

from originality.core.trace.checks.common import data_of, points_of, rounded
from originality.core.trace.facts import Facts
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

CHECK = "first loss"
ABOVE = 0.75  # nats: half the variance of fresh logits, whose deviation then is up to 1.2
BELOW = 0.1  # nats: frequencies of tokens that a first update already learns
GROUND = (
    "fresh logits of variance s² give a loss of ln V + s²/2 (mean of a log-normal); by Jensen's inequality never less "
    "than ln V on average"
)


def first_loss(logs: Logs, facts: Facts, _: Measures) -> Finding:
    """Compare the first logged loss with ln V. What lies above is no sign of knowledge, what lies below is to be explained."""
    losses = points_of(logs, "loss")
    declared = facts.declaration
    size = declared.vocabulary if declared else None
    early = losses is not None and int(losses.step[0]) <= 1
    conditions = (
        Precondition("a loss in the logs", losses is not None),
        Precondition("size of the vocabulary declared", bool(size)),
        Precondition("the logs begin at the first step", early if losses is not None else None),
    )
    if losses is None:
        return Finding(CHECK, Outcome.NOT_SHOWN, reason="no loss in the logs", ground=GROUND, preconditions=conditions)
    value, step = float(losses.value[0]), int(losses.step[0])
    figure = {"loss": rounded(value), "step": step}
    data = data_of(logs, "loss")
    if not size or size < 2:
        reason = "the size of the vocabulary is not known"
        return Finding(CHECK, Outcome.NOT_APPLICABLE, 0, figure, {}, reason, GROUND, data, conditions)
    tokens = (declared.batch_tokens if declared else None) or 0
    low = math.log(size) - BELOW - (3.0 / math.sqrt(tokens) if tokens else 0.15)
    expected = {"ln_v": rounded(math.log(size)), "from": rounded(low), "to": rounded(math.log(size) + ABOVE)}
    figure |= {"vocabulary": size}
    outcome, level, reason = _judged(value, low=low, high=math.log(size) + ABOVE, early=early)
    spans = (Span("loss", step, step),) if level else ()
    return Finding(CHECK, outcome, level, figure, expected, reason, GROUND, data, conditions, spans)


def _judged(value: float, *, low: float, high: float, early: bool) -> tuple[Outcome, int, str]:
    if low <= value <= high:
        return Outcome.SHOWN, 0, ""
    if not early:
        return Outcome.NOT_SHOWN, 0, "the logs begin after the first step"
    if value > high:
        return Outcome.NOT_SHOWN, 0, "the first loss lies above what fresh logits of usual size give"
    return Outcome.DEVIATES, TO_EXPLAIN, "the first loss lies below that of a model that knows nothing"
