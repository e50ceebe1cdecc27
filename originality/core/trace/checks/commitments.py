"""What the ledger knew while training ran: digests of checkpoints and of the log so far."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from originality.core.trace.checks.common import DAY, HOUR, events_of, moment_of, points_of, rounded
from originality.core.trace.checks.writing import steps_in_one, zone_known
from originality.core.trace.facts import ChainLink, Deposited, Facts
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Finding, Outcome, Precondition, Span
from originality.core.trace.model import Logs
from originality.core.trace.prefixes import LogPrefix

CHECK = "commitments"
WEEKLY = 8 * DAY  # a deposit a week, and a day of delay
CLOCKS_APART = HOUR
ZONES_APART = DAY
NEAR = 10  # usual distances of two points: within them the time of a point stands for a step
ZONELESS = 14 * HOUR  # zones lie at most so far from UTC
LONG_PAUSE, FEWEST = 5.0, 10
GROUND = "a digest fixes content (SHA-256), and the ledger's chain of signed events fixes when it was known"


class Broken(NamedTuple):
    reason: str
    level: int
    step: int


def commitments(logs: Logs, facts: Facts, *, prefixes: Sequence[LogPrefix] | None = None) -> Finding:
    """Compare deposits with what was handed in; `prefixes` are digests of the beginnings of its log files."""
    links = [link for link in facts.chain if link.step is not None and link.role != "deposited"]
    known = {row.digest for row in facts.deposits}
    figure: dict[str, Any] = {"deposits": len(facts.deposits), "checkpoints": len(links)}
    figure["checkpoints_deposited"] = sum(1 for link in links if link.digest in known)
    conditions = (
        Precondition("digests deposited", bool(facts.deposits)),
        Precondition("checkpoints handed in with their steps", bool(links)),
        Precondition("times in the logs", _has_times(logs)),
        Precondition("the zone of the times in the logs is known", zone_known(logs) if logs.segments else None),
    )
    data = tuple(f"{row.step}: {row.digest} ({row.at})" for row in facts.deposits[:100])
    if not facts.deposits:
        reason = "nothing was deposited while training ran"
        return Finding(CHECK, Outcome.NOT_SHOWN, 0, figure, {}, reason, GROUND, data, conditions)
    figure |= _when(logs, facts)
    expected = {"days_from_step_to_deposit_at_most": WEEKLY / DAY}
    broken = _replaced(links, facts) or _too_early(logs, facts) or _logs(logs, facts, prefixes, figure)
    if broken is not None:
        figure["at_step"] = broken.step
        spans = (Span("loss", broken.step, broken.step),)
        return Finding(
            CHECK, Outcome.DEVIATES, broken.level, figure, expected, broken.reason, GROUND, data, conditions, spans
        )
    reason = _gap(links, logs, facts)
    outcome = Outcome.NOT_SHOWN if reason else Outcome.SHOWN
    return Finding(CHECK, outcome, 0, figure, expected, reason, GROUND, data, conditions)


def _has_times(logs: Logs) -> bool:
    return any(bool((series.time > 0).any()) for series in logs.series.values())


def _when(logs: Logs, facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = {"first_deposit": min(row.at for row in facts.deposits)}
    found["first_deposited_step"] = min(row.step for row in facts.deposits)
    scale = steps_in_one(logs, facts)
    delays = [
        at - reached
        for row in facts.deposits
        if (at := moment_of(row.at)) is not None and (reached := reached_at(logs, row.step / scale)) is not None
    ]
    if delays:
        found["longest_days_from_step_to_deposit"] = rounded(max(delays) / DAY, 3)
    return found


def _replaced(links: list[ChainLink], facts: Facts) -> Broken | None:
    """A checkpoint handed in at a step of which the ledger knows another digest only.

    Where none at all is found again, all may have been written anew in another form before they were handed in.
    """
    at_step: dict[int, set[str]] = {}
    for row in facts.deposits:
        at_step.setdefault(row.step, set()).add(row.digest)
    for link in links:
        held = at_step.get(link.step or 0)
        if not held or link.digest in held:
            continue
        back = any(event <= (link.step or 0) for event in events_of(facts, "rollback", "restart"))
        again = any(other.digest in at_step.get(other.step or 0, ()) for other in links)
        reason = "at this step another digest was deposited than that of the checkpoint handed in"
        return Broken(reason, CONTRADICTION if again and not back else TO_EXPLAIN, link.step or 0)
    return None


def _too_early(logs: Logs, facts: Facts) -> Broken | None:
    """A digest that the ledger knew before the log says that its step was reached.

    Where a part of the log may have been lost, in a pause that was long enough for it, that is to be explained at most.
    """
    scale, found = steps_in_one(logs, facts), None
    for row in facts.deposits:
        at, reached = moment_of(row.at), reached_at(logs, row.step / scale)
        if at is None or reached is None or at >= reached - _slack(logs, facts):
            continue
        if not _may_be_lost(logs, row.step / scale, at=at):
            return Broken("a digest was known before the log says that its step was reached", CONTRADICTION, row.step)
        if not any(event <= row.step for event in events_of(facts, "restart", "rollback")):
            found = found or Broken(LOST, TO_EXPLAIN, row.step)
    return found


LOST = "a digest was known before the log says that its step was reached; a lost part of the log would explain it"


def _slack(logs: Logs, facts: Facts) -> float:
    """Return by how many seconds the clocks of log and ledger may differ."""
    if not zone_known(logs):
        return ZONELESS
    return ZONES_APART if events_of(facts, "clock change") else CLOCKS_APART


def _may_be_lost(logs: Logs, step: float, *, at: float) -> bool:
    """Whether the log has a pause, begun before `at`, in which the steps up to this one could have been made and lost."""
    losses = points_of(logs, "loss")
    if losses is None:
        return False
    before = losses.step < step
    steps, times = losses.step[before], losses.time[before]
    if len(steps) < FEWEST:
        return False
    gaps, apart = np.diff(times), np.maximum(np.diff(steps), 1)
    pace = float(np.median(gaps / apart))
    room = np.minimum(at, times[1:]) - times[:-1]
    needed = (step - steps[:-1]) * pace / 2
    pauses = (gaps > LONG_PAUSE * float(np.median(gaps))) & (times[:-1] > 0)
    return bool((pauses & (room >= needed)).any())


def reached_at(logs: Logs, step: float) -> float | None:
    """Return the earliest time at which the log can have reached a step: in the first segment that covers it.

    Times far from the step say nothing of it: a log may keep them for its first points alone.
    """
    times = []
    for series in logs.series.values():
        covering = [i for i, part in enumerate(logs.segments) if part.first_step <= step <= part.last_step + 1]
        if not covering:
            continue
        first = min(covering, key=lambda i: (logs.segments[i].begun or float("inf"), i))
        own = series.step[series.segment == first]
        far = NEAR * max(1.0, float(np.median(np.diff(own)))) if len(own) > 1 else 1.0
        there = (series.segment == first) & (series.step < step) & (series.step >= step - far) & (series.time > 0)
        if there.any():
            times.append(float(series.time[there].max()))
    return min(times) if times else None


def _in_lost_part(row: Deposited, logs: Logs) -> bool:
    """Whether a deposit was made in a long pause of the log that is left: what was written then may have been cut off."""
    losses, at = points_of(logs, "loss"), moment_of(row.at)
    if losses is None or at is None or len(losses.step) < FEWEST:
        return False
    before, after = losses.time[:-1], losses.time[1:]
    pauses = (after - before > LONG_PAUSE * float(np.median(after - before))) & (before > 0)
    return bool((pauses & (before <= at) & (at <= after)).any())


def _logs(logs: Logs, facts: Facts, prefixes: Sequence[LogPrefix] | None, figure: dict[str, Any]) -> Broken | None:
    """Look for every deposited beginning of the log among the files handed in.

    None found at all may be another form of the log; some found and others not is a log that was changed in between. A
    program that goes back cuts its log where it goes on: what was deposited of the part then lost is not there any more.
    """
    rows = [row for row in facts.deposits if row.log_digest and row.log_bytes]
    figure["logs_deposited"] = len(rows)
    if prefixes is None or not rows:
        return None
    held = {(prefix.bytes, prefix.digest) for prefix in prefixes}
    missing = [row for row in rows if (row.log_bytes, row.log_digest) not in held]
    figure["logs_found_again"] = len(rows) - len(missing)
    back = events_of(facts, "restart", "rollback")
    lost = [row for row in missing if any(event <= row.step for event in back) and _in_lost_part(row, logs)]
    missing = [row for row in missing if row not in lost]
    if not missing:
        return None
    level = CONTRADICTION if len(missing) < len(rows) else TO_EXPLAIN
    return Broken("no log handed in begins with the bytes whose digest was deposited", level, missing[0].step)


def _gap(links: list[ChainLink], logs: Logs, facts: Facts) -> str:
    """What the deposits leave open, as a sentence; empty where every checkpoint was known in its week."""
    if not links:
        return "no checkpoint was handed in with its step"
    if not _has_times(logs):
        return "the logs carry no times"
    scale, earliest = steps_in_one(logs, facts), dict[str, Deposited]()
    for row in sorted(facts.deposits, key=lambda row: row.at):
        earliest.setdefault(row.digest, row)
    if not any(link.digest in earliest for link in links):
        return "none of the checkpoints handed in was deposited"
    if any(link.digest not in earliest for link in links):
        return "some checkpoints were not deposited: when they were made is not shown"
    return _late(links, earliest, logs, scale=scale)


def _late(links: list[ChainLink], earliest: dict[str, Deposited], logs: Logs, *, scale: float) -> str:
    """Whether each checkpoint was known in the week of its step, which the log alone can tell."""
    reached = {link.digest: reached_at(logs, (link.step or 0) / scale) for link in links}
    if not any(reached.values()):
        return "the logs do not tell when a checkpoint was reached"
    for link in links:
        at, when = moment_of(earliest[link.digest].at), reached[link.digest]
        if at is not None and when is not None and at - when > WEEKLY:
            return "some checkpoints were deposited more than a week after their step"
    return ""
