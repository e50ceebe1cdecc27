"""Where one start of the program takes over from another, and where the loss jumps without one."""

from typing import Any, NamedTuple

import numpy as np

from originality.core.trace.checks.common import Points, data_of, events_of, is_near, points_of, rounded, spacing
from originality.core.trace.facts import Facts
from originality.core.trace.finding import TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs, Seam

CHECK = "seams"
SIDE = 20  # points on either side
FEWEST = 5
Z_BOUND = 8.0
LEAST = 0.05  # of the loss: smaller jumps are within what another order of the data gives
GROUND = (
    "a program that goes on from its checkpoint goes on at the loss it had; jumps are counted in deviations of the noise "
    "around a straight line on either side"
)


class Jump(NamedTuple):
    """`size` in nats, positive upwards; `z` in deviations of the noise."""

    seam: Seam
    size: float
    z: float


def seams(logs: Logs, facts: Facts, _: Measures) -> Finding:
    """Report every seam; a fall of the loss at one that no declared change explains is to be explained."""
    losses, found = points_of(logs, "loss"), logs.seams.get("loss", [])
    conditions = (
        Precondition("a loss in the logs", losses is not None),
        Precondition("the training program was started more than once", bool(found) if losses is not None else None),
    )
    data = data_of(logs, "loss")
    if losses is None:
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, {}, {}, "no loss in the logs", GROUND, data, conditions)
    if not found:
        reason = "the logs have one segment only"
        return Finding(CHECK, Outcome.NOT_APPLICABLE, 0, {"seams": 0}, {}, reason, GROUND, data, conditions)
    jumps = [jump for seam in found[:1000] if (jump := _jump(losses, seam))]
    figure: dict[str, Any] = {
        "seams": len(found),
        "seam_steps": [seam.step for seam in found[:20]],
        "undeclared": sum(1 for seam in found if not _declared(seam, facts, losses)),
        "repeated_steps": sum(seam.overlap for seam in found),
        "repeated_with_other_values": sum(seam.differing for seam in found),
    }
    expected = {"jump_deviations_at_most": Z_BOUND, "jump_share_of_loss_at_most": LEAST}
    if jumps:
        worst = max(jumps, key=lambda jump: abs(jump.z))
        figure |= {
            "largest_jump": rounded(worst.size, 3),
            "deviations": rounded(worst.z, 3),
            "at_step": worst.seam.step,
        }
    bad = [jump for jump in jumps if not _explained(jump, facts, losses)]
    if bad:
        figure |= {"largest_jump": rounded(bad[0].size, 3), "deviations": rounded(bad[0].z, 3)}
        figure["at_step"] = bad[0].seam.step
        reason = "the loss jumps where one start takes over from another, and no declared event explains it"
        spans = tuple(Span("loss", jump.seam.left, jump.seam.step) for jump in bad[:20])
        return Finding(CHECK, Outcome.DEVIATES, TO_EXPLAIN, figure, expected, reason, GROUND, data, conditions, spans)
    if missing := _missing(found, losses):
        figure["steps_missing"] = missing
        reason = "steps between two segments are missing"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, figure, expected, reason, GROUND, data, conditions)
    if not jumps:
        reason = "too few points beside the seams"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, figure, expected, reason, GROUND, data, conditions)
    return Finding(CHECK, Outcome.SHOWN, 0, figure, expected, "", GROUND, data, conditions)


def _declared(seam: Seam, facts: Facts, losses: Points) -> bool:
    within = 2 * spacing(losses) + 1
    events = events_of(facts, "restart", "rollback")
    return any(seam.step - within <= event <= max(seam.step, seam.left) + within for event in events)


def _missing(found: list[Seam], losses: Points) -> int:
    usual = max(1.0, spacing(losses))
    return sum(int(seam.step - seam.left - usual) for seam in found if seam.step - seam.left > 3 * usual)


def _jump(losses: Points, seam: Seam) -> Jump | None:
    """Fit straight lines through both sides and compare them at the seam."""
    at = int(np.searchsorted(losses.step, seam.step))
    before, after = slice(max(0, at - SIDE), at), slice(at, at + SIDE)
    if at < FEWEST or len(losses.step[after]) < FEWEST:
        return None
    ends, errors = [], []
    for part in (before, after):
        steps = (losses.step[part] - seam.step).astype(float)
        scale = float(np.abs(steps).max()) or 1.0
        design = np.stack([np.ones(len(steps)), steps / scale], axis=1)
        solved = np.linalg.lstsq(design, losses.value[part], rcond=None)[0]
        spread = float((losses.value[part] - design @ solved).var(ddof=2))
        ends.append(float(solved[0]))
        errors.append(spread * float(np.linalg.pinv(design.T @ design)[0, 0]))
    size, error = ends[1] - ends[0], float(np.sqrt(sum(errors))) or 1e-12
    return Jump(seam, size, size / error)


def _explained(jump: Jump, facts: Facts, losses: Points) -> bool:
    """Any declared event explains a rise; only a change of data, batch or schedule explains a fall."""
    level = float(np.median(losses.value))
    if abs(jump.z) < Z_BOUND or abs(jump.size) < LEAST * abs(level):
        return True
    kinds = ("data change", "batch change", "schedule change")
    events = events_of(facts) if jump.size > 0 else events_of(facts, *kinds)
    within = max(5 * spacing(losses), abs(jump.seam.left - jump.seam.step) + spacing(losses))
    return is_near(jump.seam.step, events, within=within)
