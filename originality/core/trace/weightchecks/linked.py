"""Whether the checkpoints of a run are one chain: in order, each from the one before."""

import math
from itertools import pairwise

from originality.core.trace.facts import ChainLink, Facts
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Leg, Measures
from originality.core.trace.model import Logs
from originality.core.trace.weightchecks.common import (
    FEWEST_UNITS,
    STRANGER_Z,
    Z_BOUND,
    leg_name,
    odd_optimiser,
)

ORDER_GROUND = "a checkpoint has one place in its run; steps and tokens only grow"
SIGN_GROUND = (
    "sign test: permutation tests of Zhu, Ahmed, Kuditipudi and Liang (ICML 2025) with the group of signs; "
    "Hoeffding (1963) bounds chance by exp(-z²/2)"
)

WEAK = 0.4  # of the largest z that the units of one tensor can give; honest ones give nearly all of it


def placed(facts: Facts) -> list[ChainLink]:
    """The links whose bytes are at hand and whose step is known, in order."""
    links = [link for link in facts.chain if link.role != "deposited" and link.step is not None]
    return sorted(links, key=lambda link: (link.step or 0, link.role == "final"))


def chain(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    """Order of steps and tokens, one place for each digest, a leg between neighbours, and weights that move."""
    links = placed(facts)
    figure = {"checkpoints": len(links), "legs": len(measures.legs)}
    data = tuple(f"{link.step}: {link.digest}" for link in links)
    conditions = (Precondition("two checkpoints with their steps", len(links) > 1),)
    if len(links) < 2:
        reason = "fewer than two checkpoints with their steps"
        return Finding("chain", Outcome.NOT_SHOWN, figure=figure, reason=reason, data=data, preconditions=conditions)
    figure |= {"first_step": links[0].step or 0, "last_step": links[-1].step or 0}
    broken = _twice(links) or _standing(measures) or _falling_tokens(links)
    if broken:
        reason, level, first, last = broken
        return Finding(
            "chain",
            Outcome.DEVIATES,
            level,
            figure=figure | {"at_step": first, "and_step": last},
            reason=reason,
            ground=ORDER_GROUND,
            data=data,
            preconditions=conditions,
            spans=(Span("loss", first, last),),
        )
    measured = {(leg.before, leg.after) for leg in measures.legs}
    missing = [b.step for a, b in pairwise(links) if (a.digest, b.digest) not in measured and a.digest != b.digest]
    return Finding(
        "chain",
        Outcome.NOT_SHOWN if missing else Outcome.SHOWN,
        figure=figure | ({"not_measured_at": missing} if missing else {}),
        expected={"legs": len(links) - 1},
        reason="not every step from one checkpoint to the next was measured" if missing else "",
        ground=ORDER_GROUND,
        data=data,
        preconditions=conditions,
    )


Broken = tuple[str, int, int, int]


def _twice(links: list[ChainLink]) -> Broken | None:
    """One content at two steps."""
    seen: dict[str, int] = {}
    for link in links:
        step = link.step or 0
        if seen.setdefault(link.digest, step) != step:
            return "one checkpoint stands at two steps", CONTRADICTION, seen[link.digest], step
    return None


def _standing(measures: Measures) -> Broken | None:
    for leg in measures.legs:
        if leg.step_after > leg.step_before and leg.distance == 0:
            return "no weight moves between two checkpoints", CONTRADICTION, leg.step_before, leg.step_after
    return None


def _falling_tokens(links: list[ChainLink]) -> Broken | None:
    counted = [link for link in links if link.tokens is not None]
    for a, b in pairwise(counted):
        if (a.tokens or 0) > (b.tokens or 0) or (a.tokens == b.tokens and a.step != b.step):
            return "tokens do not grow with the steps", TO_EXPLAIN, a.step or 0, b.step or 0
    return None


def chain_signs(logs: Logs, facts: Facts, measures: Measures) -> Finding:
    """Every checkpoint carries the signs of the one before it; no step 0 is needed."""
    tested = [leg for leg in measures.legs if leg.sign_z is not None and leg.sign_units >= FEWEST_UNITS]
    odd = odd_optimiser(facts)
    conditions = (
        Precondition("two checkpoints measured", bool(measures.legs)),
        Precondition("units with free signs", bool(tested) if measures.legs else None),
        Precondition("an optimiser that is odd in the gradient", odd),
    )
    if not measures.legs:
        reason = "no two checkpoints were measured"
        return Finding("chain signs", Outcome.NOT_SHOWN, reason=reason, preconditions=conditions)
    if not tested or odd is False:
        reason = "too few units with free signs" if not tested else "the optimiser is not odd in the gradient"
        return Finding("chain signs", Outcome.NOT_APPLICABLE, reason=reason, preconditions=conditions)
    worst = min(tested, key=lambda leg: leg.sign_z or 0.0)
    lost = [leg for leg in tested if (leg.sign_z or 0.0) < Z_BOUND]
    level = 0 if not lost else CONTRADICTION if _stranger(worst) else TO_EXPLAIN
    reason = "a checkpoint does not carry the signs of the one before it" if lost else ""
    parts = [leg for leg in tested if _weak(leg) < WEAK]
    weakest = min(tested, key=_weak)
    if parts and not lost:
        lost, level = parts, TO_EXPLAIN
        reason = "a part of a checkpoint does not carry the signs of the one before it"
    return Finding(
        "chain signs",
        Outcome.DEVIATES if lost else Outcome.SHOWN,
        level,
        figure={
            "lowest_z": worst.sign_z,
            "at_step": worst.step_after,
            "units": worst.sign_units,
            "legs": len(tested),
            "lost": len(lost),
        }
        | ({"lowest_share_of_z": _weak(weakest)} if weakest.weakest_units else {}),
        expected={"z_at_least": Z_BOUND, "z_of_strangers": 0.0, "null_sd": 1.0, "share_of_z_at_least": WEAK},
        reason=reason,
        ground=SIGN_GROUND,
        data=(*(leg.weakest for leg in parts), *(leg_name(leg) for leg in lost or tested)),
        preconditions=conditions,
        spans=tuple(Span("loss", leg.step_before, leg.step_after) for leg in lost),
    )


def _weak(leg: Leg) -> float:
    """The z of the tensor whose signs agree least, over the largest z that so many units can give."""
    return (leg.weakest_z or 0.0) / math.sqrt(leg.weakest_units) if leg.weakest_units else 1.0


def _stranger(leg: Leg) -> bool:
    return (leg.sign_z or 0.0) < STRANGER_Z
