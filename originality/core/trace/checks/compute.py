"""Arithmetic of the training against the hours of cards that were granted and declared."""

from typing import Any, NamedTuple

from originality.core.trace.cards import peak_flops
from originality.core.trace.checks.common import DAY, HOUR, data_of, moment_of, points_of, rounded
from originality.core.trace.checks.writing import zone_known
from originality.core.trace.facts import Declaration, Facts, Grant, OwnCompute
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Finding, Outcome, Precondition
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

CHECK = "compute"
BEST_USE = 0.65  # of the dense bf16 peak: the best published are 0.58 (PaLM 2022) and 0.55 (MegaScale 2024)
ZONELESS = 14 * HOUR
LENGTH_OF_DAY = len("2026-01-31")
EIGHT_BIT = 2.0  # of it: a run in eight bits at the full peak of its cards
GROUND = (
    "6 operations a parameter and token (Kaplan et al. 2020), and attention 6·layers·width·length a token for the causal "
    "half; best published use of the peak: PaLM (Chowdhery et al. 2022), MegaScale (Jiang et al. 2024)"
)


class Cards(NamedTuple):
    """Hours of one kind of cards that lie within the run, and the peak of one card, None where it is not known."""

    card_type: str
    hours: float
    peak: float | None


def compute(logs: Logs, facts: Facts, _: Measures) -> Finding:
    """Return which share of the peak of all cards the claimed tokens need."""
    declared = facts.declaration
    size = (declared.active_parameters or declared.parameters) if declared else None
    tokens = claimed_tokens(logs, facts)
    cards = _cards(logs, facts)
    known = [row for row in cards if row.peak]
    conditions = (
        Precondition("active parameters declared", bool(size)),
        Precondition("tokens logged or declared", tokens is not None),
        Precondition("hours of cards granted or declared", bool(cards)),
        Precondition("the peak of every card is known", len(known) == len(cards) if cards else None),
    )
    data = (*data_of(logs, "tokens"), *(f"{row.card_type}: {row.hours:.6g} h" for row in cards))
    if not size or tokens is None or declared is None:
        reason = "how large the model is or how many tokens it saw is not known"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {}, {}, reason, GROUND, data, conditions)
    work = 6.0 * size * tokens + attention(declared) * tokens
    figure: dict[str, Any] = {"operations": rounded(work, 4), "tokens": int(tokens), "parameters": size}
    if not cards:
        reason = "no hours of cards are known"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, figure, {}, reason, GROUND, data, conditions)
    if len(known) < len(cards):
        reason = "the peak of a card is not known"
        return Finding(CHECK, Outcome.NOT_APPLICABLE, 0, figure, {}, reason, GROUND, data, conditions)
    able = sum(row.hours * HOUR * (row.peak or 0.0) for row in known)
    use = work / able if able > 0 else float("inf")
    figure |= {"card_hours": rounded(sum(row.hours for row in known), 5)}
    figure["share_of_peak"] = rounded(use, 4) if able > 0 else None
    return _judged(use, figure, data=data, conditions=conditions)


def _judged(
    use: float, figure: dict[str, Any], *, data: tuple[str, ...], conditions: tuple[Precondition, ...]
) -> Finding:
    expected = {"share_of_peak_at_most": BEST_USE, "in_eight_bits_at_most": EIGHT_BIT}
    if use <= BEST_USE:
        return Finding(CHECK, Outcome.SHOWN, 0, figure, expected, "", GROUND, data, conditions)
    level, reason = TO_EXPLAIN, "the tokens need a larger share of the cards' peak than any published run"
    if EIGHT_BIT < use < float("inf"):  # cards that all lie outside the run say nothing about what they can do
        level, reason = CONTRADICTION, "the tokens need more than the cards can do at their peak"
    return Finding(CHECK, Outcome.DEVIATES, level, figure, expected, reason, GROUND, data, conditions)


def attention(declared: Declaration) -> float:
    """Return operations a token of the attention's scores, forward and back, of its causal half; 0 where not declared."""
    sizes = (declared.layers, declared.width, declared.sequence_length)
    return 6.0 * sizes[0] * sizes[1] * sizes[2] if sizes[0] and sizes[1] and sizes[2] else 0.0


def claimed_tokens(logs: Logs, facts: Facts) -> float | None:
    """Return the most tokens that log, checkpoints or declaration claim."""
    counted = points_of(logs, "tokens")
    claims = [float(link.tokens) for link in facts.chain if link.tokens]
    if counted is not None:
        claims.append(float(counted.value.max()))
    declared = facts.declaration
    if not claims and declared and declared.batch_tokens and declared.schedule and declared.schedule.total_steps:
        claims.append(float(declared.batch_tokens * declared.schedule.total_steps))
    return max(claims) if claims and max(claims) > 0 else None


def _cards(logs: Logs, facts: Facts) -> list[Cards]:
    """Return granted hours, at most what the cards have between the first and the last time of the log, and own ones."""
    extent = _extent(logs)
    peaks = {grant.card_type.lower(): grant.peak_flops for grant in facts.grants if grant.peak_flops}
    rows: list[Grant | OwnCompute] = [*facts.grants, *(facts.declaration.own_compute if facts.declaration else ())]
    found = []
    for row in rows:
        hours = row.gpu_hours
        starts, ends = _edges(row)
        if extent and starts is not None and ends is not None:
            within = max(0.0, min(ends, extent[1]) - max(starts, extent[0])) / HOUR
            hours = min(hours, row.cards * within) if row.cards else hours
        peak = peaks.get(row.card_type.lower()) or peak_flops(row.card_type)
        found.append(Cards(row.card_type, hours, peak))
    return found


def _edges(row: Grant | OwnCompute) -> tuple[float | None, float | None]:
    """First and last moment of the cards; days count from their beginning to their end, wherever that is."""
    starts, ends = moment_of(row.starts), moment_of(row.ends)
    starts = starts - ZONELESS if starts is not None and len(row.starts) == LENGTH_OF_DAY else starts
    ends = ends + DAY + ZONELESS if ends is not None and len(row.ends) == LENGTH_OF_DAY else ends
    return starts, ends


def _extent(logs: Logs) -> tuple[float, float] | None:
    """Return first and last time of the loss; None where it has none, or hardly any time passes."""
    losses = points_of(logs, "loss")
    if losses is None or not (losses.time > 0).any():
        return None
    times = losses.time[losses.time > 0]
    first, last = float(times.min()), float(times.max())
    slack = 0.0 if zone_known(logs) else ZONELESS
    return (first - slack, last + slack) if last - first > HOUR else None
