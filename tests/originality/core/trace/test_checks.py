"""Checks on logs: an honest run shows them, each forgery deviates in its own, and what is missing is not shown."""

from datetime import UTC, datetime

import numpy as np
import pytest

from originality.core.trace.checks import LOG_CHECKS, ReferenceCurve, commitments, loss_rate
from originality.core.trace.facts import Event, Facts, Optimiser, Schedule
from originality.core.trace.finding import CONTRADICTION, TO_EXPLAIN, Outcome
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs, Seam, Segment
from tests.originality.core.trace import courses
from tests.originality.core.trace.courses import columns, declaration, facts, logs_of

SHOWN, DEVIATES, NOT_SHOWN, NOT_APPLICABLE = Outcome


def found(check, logs, known=None):
    known = known or facts()
    rows = {row.check: row for row in (made(logs, known, Measures()) for made in LOG_CHECKS)}
    return rows[check]


def test_an_honest_run_shows_every_check():
    logs = logs_of(columns())

    rows = {made(logs, facts(), Measures()).check: made(logs, facts(), Measures()) for made in LOG_CHECKS}

    assert {name: row.outcome for name, row in rows.items()} == dict.fromkeys(rows, SHOWN) | {"seams": NOT_APPLICABLE}
    assert all(row.ground and row.level == 0 for row in rows.values())


def test_nothing_handed_in_is_never_held_against_anybody():
    nothing = Logs({}, {}, [], {}, [], [], [], 0)

    rows = [made(nothing, Facts(), Measures()) for made in LOG_CHECKS] + [commitments(nothing, Facts())]

    assert {row.outcome for row in rows} <= {NOT_SHOWN, NOT_APPLICABLE}
    assert all(row.reason and row.level == 0 for row in rows)


@pytest.mark.parametrize(("value", "outcome"), [(6.3, SHOWN), (6.9, SHOWN), (3.0, DEVIATES), (9.5, NOT_SHOWN)], ids=str)
def test_first_loss_is_that_of_a_model_that_knows_nothing(value, outcome):
    held = columns()
    held["loss"][0] = value

    row = found("first loss", logs_of(held))

    assert row.outcome == outcome
    assert row.expected["ln_v"] == pytest.approx(6.23832)


def test_a_log_that_begins_late_says_nothing_of_the_first_loss():
    held = {name: column[50:] for name, column in columns().items()}

    assert found("first loss", logs_of(held)).outcome == NOT_SHOWN


def test_an_edited_rate_leaves_its_schedule():
    held = columns()
    held["learning_rate"][200:300] *= 1.5

    row = found("schedule", logs_of(held))

    assert (row.outcome, row.level) == (DEVIATES, TO_EXPLAIN)
    assert [(span.quantity, span.first, span.last) for span in row.spans] == [("learning_rate", 200, 299)]


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_steps_may_be_counted_from_nought_or_one(shift):
    held = columns()
    held["learning_rate"] = np.array([courses.rate(max(0, at + shift)) for at in held["step"]])

    assert found("schedule", logs_of(held)).outcome == SHOWN


@pytest.mark.parametrize("written", [lambda x: np.round(x, 5), lambda x: np.array([float(f"{v:.1e}") for v in x])])
def test_a_rounded_rate_leaves_nothing(written):
    held = columns()
    held["learning_rate"] = written(held["learning_rate"] / 10)
    plan = Schedule("cosine", 2e-4, 40, 600, None, 2e-5)

    assert found("schedule", logs_of(held), facts(declaration=declaration(schedule=plan))).outcome == SHOWN


def test_a_schedule_may_run_over_tokens_where_the_batch_changed():
    held = columns()
    held["tokens"] = np.cumsum(np.where(held["step"] < 200, courses.BATCH / 4, courses.BATCH))
    share = held["tokens"] / held["tokens"][-1]
    held["learning_rate"] = np.array([courses.rate(at) for at in share * courses.STEPS])

    assert found("schedule", logs_of(held), facts(events=[Event(200, "batch change")], chain=())).outcome == SHOWN


def test_a_declared_change_of_the_schedule_ends_the_comparison():
    held = columns()
    held["learning_rate"][400:] = 1e-3

    assert found("schedule", logs_of(held), facts(events=[Event(400, "schedule change")])).outcome == SHOWN
    assert found("schedule", logs_of(held)).outcome == DEVIATES


@pytest.mark.parametrize(
    "ramp", [lambda x: x, np.sqrt, lambda x: (1 - np.cos(np.pi * x)) / 2], ids=["line", "root", "cosine"]
)
def test_warm_up_stable_decay_may_fall_in_several_ways(ramp):
    held = columns()
    warm = np.minimum(1.0, (held["step"] + 1) / 40)
    held["learning_rate"] = 2e-3 * warm * (1 - 0.9 * ramp(np.clip((held["step"] - 400) / 200, 0, 1)))
    plan = Schedule("wsd", 2e-3, 40, 600, 400, 2e-4)

    assert found("schedule", logs_of(held), facts(declaration=declaration(schedule=plan))).outcome == SHOWN


def test_of_two_optimisers_the_log_may_keep_either_rate():
    held = columns()
    held["learning_rate"] *= 10
    two = declaration(optimiser=Optimiser("muon", others_for=("*embed*",)))

    row = found("schedule", logs_of(held), facts(declaration=two))

    assert (row.outcome, row.figure["scale"]) == (SHOWN, pytest.approx(10, rel=0.01))


def test_norms_pile_up_at_the_declared_threshold_only():
    held = columns()
    held["grad_norm"] = np.minimum(held["grad_norm"], 0.7)

    row = found("clipping", logs_of(held))

    assert (row.outcome, row.figure["edge"], row.expected["threshold"]) == (DEVIATES, 0.7, 1.0)


def test_norms_before_clipping_have_no_edge():
    held = columns()
    held["grad_norm"] = np.exp(np.random.default_rng(1).normal(0, 0.5, len(held["step"])))

    row = found("clipping", logs_of(held))

    assert (row.outcome, row.reason) == (SHOWN, "the norms were logged before clipping")


def test_rounded_norms_have_no_edge_either():
    held = columns()
    held["grad_norm"] = np.round(np.exp(np.random.default_rng(1).normal(-1.5, 0.2, len(held["step"]))), 2)

    assert found("clipping", logs_of(held)).outcome == SHOWN


def in_two(held, at):
    """The same columns, written by two starts of the program."""
    segment = (held["step"] >= at).astype(np.int16)
    parts = [Segment("a", 0, at - 1, held["time"][0]), Segment("b", at, int(held["step"][-1]), held["time"][at])]
    return logs_of(held, segment=segment, segments=parts, seams={"loss": [Seam(at, at - 1, 0, 0)]})


def test_a_loss_that_goes_on_over_a_seam_is_shown():
    assert found("seams", in_two(columns(), 300)).outcome == SHOWN


def test_a_loss_that_falls_at_a_seam_is_explained_by_new_data_only():
    held = columns()
    held["loss"][300:] -= 0.6

    assert found("seams", in_two(held, 300)).level == TO_EXPLAIN
    assert found("seams", in_two(held, 300), facts(events=[Event(300, "restart")])).level == TO_EXPLAIN
    assert found("seams", in_two(held, 300), facts(events=[Event(300, "data change")])).level == 0


def test_times_that_go_back_are_named_with_their_step():
    held = columns()
    held["time"] = held["time"] - np.where((held["step"] >= 200) & (held["step"] < 260), 50_000.0, 0.0)

    row = found("clock", logs_of(held))

    assert (row.outcome, row.figure["at_step"]) == (DEVIATES, 200)
    assert found("clock", logs_of(held), facts(events=[Event(200, "clock change")])).level == 0


def test_steps_that_take_exactly_as_long_are_to_be_explained():
    held = columns()
    held["time"] = courses.BEGUN + 0.123456 + held["step"] * 100.25

    assert found("clock", logs_of(held)).reason == "all steps took exactly as long"


def test_a_log_without_times_shows_no_clock():
    held = columns()
    held["time"] = np.zeros(len(held["step"]))

    assert found("clock", logs_of(held)).outcome == NOT_SHOWN


def test_more_tokens_than_batch_and_throughput_make():
    held = columns()
    held["tokens"] *= 3

    row = found("throughput", logs_of(held), facts(chain=()))

    assert (row.outcome, row.figure["tokens_of_throughput_and_time"]) == (DEVIATES, pytest.approx(1 / 3, rel=1e-3))


@pytest.mark.parametrize("unit", [1 / 64, 1e-9], ids=["sequences", "of which nobody knows"])
def test_a_throughput_that_does_not_say_tokens_has_no_known_unit(unit):
    held = columns()
    held["throughput"] = held["throughput"] * unit
    logs = logs_of(held)
    logs.tags["throughput"] = "throughput"

    assert found("throughput", logs, facts(declaration=declaration(sequence_length=64))).outcome == SHOWN


@pytest.mark.parametrize("scale", [10, 1 / courses.BATCH], ids=["lines", "tokens"])
def test_a_log_may_count_other_steps_than_updates(scale):
    held = {name: column[9::10] for name, column in columns().items()}
    held["step"] = ((held["step"] + 1) / scale).round().astype(np.int64)
    logs = logs_of(held)

    assert found("schedule", logs).outcome == NOT_APPLICABLE
    assert found("throughput", logs).level == 0
    assert commitments(logs, facts()).level == 0


def test_throughput_may_be_that_of_one_card():
    held = columns()
    held["throughput"] = held["throughput"] / 4

    assert found("throughput", logs_of(held)).outcome == SHOWN


def test_tokens_beside_a_checkpoint_are_those_of_the_log():
    chain = (facts().chain[1]._replace(tokens=10**9),)

    row = found("throughput", logs_of(columns()), facts(chain=chain))

    assert (row.outcome, row.figure["at_step"]) == (DEVIATES, 300)


def smoothed(values, share):
    """An exponential running mean."""
    kept = [values[0]]
    for value in values[1:]:
        kept.append(share * kept[-1] + (1 - share) * value)
    return np.array(kept)


def test_an_invented_curve_is_smoother_than_its_batch_allows():
    held = columns()
    dice = np.random.default_rng(3)
    held["loss"] = 2.5 + 3.7 * (1 + held["step"] / 30.0) ** -0.5 + dice.normal(0, 0.0005, len(held["step"]))

    row = found("noise", logs_of(held))

    assert (row.outcome, row.level) == (DEVIATES, TO_EXPLAIN)
    assert row.figure["smallest_deviation"] < row.expected["deviation_at_least"]


@pytest.mark.parametrize("share", [0.5, 0.9, 0.98, 0.999])
def test_a_running_mean_of_an_honest_curve_is_not_held_against_it(share):
    held = columns()
    held["loss"] = smoothed(held["loss"], share)

    assert found("noise", logs_of(held)).outcome in (SHOWN, NOT_APPLICABLE)


def test_mean_of_a_window_is_counted_as_so_many_tokens():
    held = columns(steps=6000)
    means = held["loss"].reshape(-1, 10).mean(axis=1)
    windows = {name: column[9::10] for name, column in held.items()} | {"loss": means}

    assert found("noise", logs_of(windows)).outcome == SHOWN


def bfloat16(values):
    """Numbers with eight significant bits."""
    parts, powers = np.frexp(values)
    return np.ldexp(np.round(parts * 256) / 256, powers)


@pytest.mark.parametrize("written", [lambda x: np.round(x, 1), bfloat16], ids=["one decimal", "bfloat16"])
def test_a_plateau_of_rounded_values_is_no_invented_curve(written):
    held = columns()
    dice = np.random.default_rng(2)
    held["loss"] = written(2.02 + 4.2 * np.exp(-held["step"] / 20) + dice.normal(0, 0.0002, len(held["step"])))
    wide = facts(declaration=declaration(batch_tokens=10**5))

    assert found("noise", logs_of(held), wide).outcome == NOT_APPLICABLE
    assert found("digits", logs_of(held), wide).level == 0


@pytest.mark.parametrize("raised", [0.0, -0.25])
def test_values_that_stand_at_two_places_are_named(raised):
    held = columns()
    held["loss"] = held["loss"].astype(np.float32).astype(float)
    held["loss"][400:460] = (held["loss"][300:360] + raised).astype(np.float32)

    row = found("digits", logs_of(held))

    assert (row.outcome, row.level) == (DEVIATES, TO_EXPLAIN)
    assert [(span.first, span.last) for span in row.spans] == [(300, 359), (400, 459)] or raised


def test_rounding_and_standing_still_are_no_copies():
    held = columns()
    held["loss"] = np.round(held["loss"], 2)
    held["grad_norm"][:] = 1.0

    assert found("digits", logs_of(held)).outcome in (SHOWN, NOT_APPLICABLE)


def test_compute_is_judged_by_the_share_of_the_peak():
    known = facts()
    grant = known.grants[0]
    few = known._replace(grants=(grant._replace(peak_flops=grant.peak_flops / 20),))

    assert found("compute", logs_of(columns())).figure["share_of_peak"] == pytest.approx(0.3, rel=0.02)
    assert found("compute", logs_of(columns()), few).level == CONTRADICTION
    assert found("compute", logs_of(columns()), known._replace(grants=())).outcome == NOT_SHOWN


def test_cards_of_one_day_count_for_that_day_and_cards_of_another_year_are_no_contradiction():
    logs, known = logs_of(columns()), facts()
    day = datetime.fromtimestamp(float(columns()["time"][0]), UTC).date().isoformat()
    same, other = (known._replace(grants=(known.grants[0]._replace(starts=at, ends=at),)) for at in (day, "2020-01-01"))

    assert found("compute", logs, same).figure["card_hours"] > 0
    assert found("compute", logs, other).level == TO_EXPLAIN


def test_own_cards_of_unknown_peak_leave_compute_open():
    own = facts(declaration=declaration(own_compute=(courses.OWN,)))

    assert found("compute", logs_of(columns()), own).outcome == NOT_APPLICABLE


def test_loss_rate_needs_a_run_to_stand_beside():
    assert loss_rate(logs_of(columns()), facts()).outcome == NOT_SHOWN
    changed = facts(events=[Event(300, "data change")])
    assert loss_rate(logs_of(columns()), changed).outcome == NOT_APPLICABLE


@pytest.mark.parametrize(("slower", "outcome"), [(1.0, SHOWN), (30.0, DEVIATES)])
def test_loss_rate_counts_tokens_to_each_loss(slower, outcome):
    held = columns()
    curve = ReferenceCurve("ours", 10**6, 512, tuple(held["tokens"] * slower), tuple(smoothed(held["loss"], 0.9)))

    assert loss_rate(logs_of(held), facts(), curves=[curve]).outcome == outcome
