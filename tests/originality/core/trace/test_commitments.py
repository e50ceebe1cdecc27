"""What was deposited while training ran, beside what is handed in: what fits is shown, what a loss explains accuses nobody."""

import numpy as np
import pytest

from originality.core.trace.checks import commitments
from originality.core.trace.facts import Event
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Outcome
from originality.core.trace.model import Segment
from originality.core.trace.prefixes import LogPrefix
from tests.originality.core.trace import courses
from tests.originality.core.trace.courses import columns, digest, facts, logs_of

SHOWN, DEVIATES, NOT_SHOWN, NOT_APPLICABLE = Outcome


def test_deposits_made_while_training_ran_are_shown():
    row = commitments(logs_of(columns()), facts())

    assert (row.outcome, row.figure["checkpoints_deposited"]) == (SHOWN, 3)


def test_another_digest_at_a_deposited_step_is_a_contradiction():
    known = facts()
    chain = (*known.chain[:2], known.chain[2]._replace(digest=digest("f")))

    row = commitments(logs_of(columns()), known._replace(chain=chain))

    assert (row.level, row.figure["at_step"]) == (CONTRADICTION, courses.STEPS)


def test_checkpoints_that_were_all_written_anew_are_to_be_explained():
    known = facts()
    chain = tuple(link._replace(digest=digest(letter)) for link, letter in zip(known.chain, "def", strict=True))

    assert commitments(logs_of(columns()), known._replace(chain=chain)).level == TO_EXPLAIN


def test_times_of_the_first_points_alone_say_nothing_of_later_steps():
    held = columns()
    held["time"] = np.where(np.arange(len(held["time"])) < 20, held["time"], 0.0)

    row = commitments(logs_of(held), facts(chain=facts().chain[2:], deposits=facts().deposits[2:]))

    assert (row.outcome, row.level) == (NOT_SHOWN, 0)


def test_a_digest_known_before_its_step_is_a_contradiction():
    known = facts()
    early = (*known.deposits[:2], known.deposits[2]._replace(at="2026-05-04T02:00:00+00:00"))

    assert commitments(logs_of(columns()), known._replace(deposits=early)).level == CONTRADICTION


def test_logs_that_reach_no_deposited_step_show_nothing_of_it():
    held = {name: column[:20] for name, column in columns().items()}

    row = commitments(logs_of(held), facts(chain=facts().chain[2:]))

    assert (row.outcome, row.level) == (NOT_SHOWN, 0)


def test_deposits_begun_late_leave_the_rest_open():
    row = commitments(logs_of(columns()), facts(deposits=facts().deposits[2:]))

    assert (row.outcome, row.level) == (NOT_SHOWN, 0)
    assert row.figure["first_deposited_step"] == courses.STEPS


def test_a_log_changed_after_its_deposit_is_a_contradiction():
    rows = tuple(row._replace(log_digest=digest("d"), log_bytes=10 + i) for i, row in enumerate(facts().deposits))
    known, logs = facts(deposits=rows), logs_of(columns())
    kept = [LogPrefix("events", row.log_bytes, row.log_digest) for row in rows]

    assert commitments(logs, known).level == 0  # nobody looked
    assert commitments(logs, known, prefixes=kept).level == 0
    assert commitments(logs, known, prefixes=kept[:1]).level == CONTRADICTION
    assert commitments(logs, known, prefixes=[]).level == TO_EXPLAIN  # another form of the same log, perhaps


@pytest.mark.parametrize(("events", "level"), [((), TO_EXPLAIN), ((Event(400, "restart"),), 0)])
def test_a_log_cut_back_at_a_declared_restart_lacks_what_was_lost_alone(events, level):
    held = columns()
    held["time"] = held["time"] + np.where(held["step"] >= 400, 12 * 3600.0, 0.0)
    first, _middle, last = facts().deposits
    lost = first._replace(step=500, at="2026-05-04T15:00:00+00:00", digest=digest("f"))  # made in the pause
    rows = [row._replace(log_digest=digest("d"), log_bytes=10 + i) for i, row in enumerate((first, lost, last))]
    kept = [LogPrefix("log", row.log_bytes, row.log_digest) for row in (rows[0], rows[2])]
    known = facts(events=events) if events else facts()

    row = commitments(logs_of(held), known._replace(deposits=tuple(rows)), prefixes=kept)

    assert row.level == level


@pytest.mark.parametrize("events", [(), (Event(400, "restart"),)], ids=["undeclared", "declared"])
def test_a_part_lost_in_a_restart_explains_an_early_digest(events):
    held = columns()
    held["time"] = held["time"] + np.where(held["step"] >= 400, 12 * 3600.0, 0.0)
    known = facts(events=events)
    early = known.deposits[1]._replace(step=500, at="2026-05-04T15:00:00+00:00")  # made in the part that was lost
    impossible = early._replace(at="2026-05-04T01:00:00+00:00")

    def level(row):
        return commitments(logs_of(held), known._replace(chain=(), deposits=(row,))).level

    assert level(early) == (0 if events else TO_EXPLAIN)
    assert level(impossible) == CONTRADICTION


def test_times_without_a_zone_may_be_off_by_half_a_day():
    row = facts().deposits[1]._replace(at="2026-05-04T10:00:00+00:00")
    known, held = facts(deposits=(row,)), columns()
    held["time"] = held["time"] + 9 * 3600.0  # Korean time, read as if it were of Greenwich
    part = Segment("log.csv", 0, courses.STEPS, float(held["time"][0]))

    def level(*, zone):
        return commitments(logs_of(held, segments=[part._replace(zone_known=zone)]), known).level

    assert (level(zone=False), level(zone=True)) == (0, CONTRADICTION)
