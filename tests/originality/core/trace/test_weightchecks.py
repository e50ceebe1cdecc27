"""Each check on weights: what an honest run shows, what a forged one cannot, and what stays open without evidence."""

import math

import numpy as np
import pytest

from originality.core.trace.facts import ChainLink, Event, Facts, Optimiser, RateGroup, Schedule
from originality.core.trace.finding import Outcome
from originality.core.trace.measures import Measures, Score, TensorStep
from originality.core.trace.weightchecks import WEIGHT_CHECKS
from originality.core.trace.weightchecks.stepping import kappa
from tests.originality.core.trace.runs import (
    STEPS,
    beginning,
    curve,
    facts_of,
    honest_way,
    legs_of,
    logs_of,
    losses_of,
    stepped,
)

CHECKS = {check.__name__: check for check in WEIGHT_CHECKS}
BOUND = {"outcome": "bound", "z": 25.0, "n": 700, "agreement": 1.0, "control_z": 0.3, "final": "f", "step0": "s"}
FALLING = [6.0, 4.5, 3.8, 3.4, 3.2]


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    return legs_of(tmp_path_factory.mktemp("honest"), honest_way())


@pytest.fixture(scope="module")
def swapped(tmp_path_factory):
    """Another model's weights from step 30 on."""
    way = honest_way()[:3] + [stepped(beginning(seed=7), steps=step, seed=8) for step in STEPS[3:]]
    return legs_of(tmp_path_factory.mktemp("swapped"), way)


def found(name, *, logs=None, facts=None, **measures):
    return CHECKS[name](logs or logs_of(), facts or facts_of(), Measures(**measures))


def answer(finding):
    return finding.outcome.value, finding.level


@pytest.mark.parametrize("name", ["chain", "chain_signs", "step_bound", "drift"])
def test_an_honest_chain_shows(name, honest):
    assert answer(found(name, legs=honest)) == ("shown", 0)


@pytest.mark.parametrize(("name", "level"), [("chain_signs", 2), ("step_bound", 2), ("drift", 1)])
def test_a_swapped_checkpoint_deviates_where_it_was_swapped(name, level, swapped):
    finding = found(name, legs=swapped)

    assert answer(finding) == ("deviates", level)
    assert (finding.spans[0].first, finding.spans[0].last) == (20, 30)
    assert any(text.startswith("20–30") for text in finding.data)


@pytest.mark.parametrize("name", list(CHECKS))
def test_without_measures_nothing_is_shown_and_nothing_deviates(name):
    finding = found(name, facts=Facts())

    assert (finding.outcome, finding.level) == (Outcome.NOT_SHOWN, 0)
    assert finding.reason


@pytest.mark.parametrize("name", ["chain_signs", "step_bound", "drift"])
def test_undeclared_facts_make_no_finding(name, honest):
    assert found(name, facts=Facts(), legs=honest).level == 0


def test_one_content_at_two_steps():
    facts = Facts(
        chain=(ChainLink("a", "initial", 0, 0), ChainLink("b", "intermediate", 5, 5), ChainLink("b", "final", 9, 9))
    )
    finding = found("chain", facts=facts)

    assert (answer(finding), finding.reason) == (("deviates", 2), "one checkpoint stands at two steps")


def test_tokens_that_fall():
    facts = Facts(chain=(ChainLink("a", "initial", 0, 10), ChainLink("b", "final", 9, 5)))

    assert answer(found("chain", facts=facts)) == ("deviates", 1)


def test_weights_that_stand_still(honest):
    still = (honest[0]._replace(distance=0.0), *honest[1:])

    assert found("chain", legs=still).reason == "no weight moves between two checkpoints"


def test_a_leg_that_was_not_measured_leaves_the_chain_open(honest):
    finding = found("chain", legs=honest[:2])

    assert answer(finding) == ("not shown", 0)
    assert finding.figure["not_measured_at"] == [30, 40]


def test_a_layer_of_another_model_is_found(tmp_path):
    way, other = honest_way()[:3], beginning(seed=7)
    way[2] = way[2] | {name: value for name, value in other.items() if name.startswith("model.layers.1.mlp.")}
    finding = found("chain_signs", legs=legs_of(tmp_path, way))

    assert answer(finding) == ("deviates", 1)
    assert finding.data[0] == "model.layers.1.mlp.up_proj.weight"


def test_few_units_cannot_tell_strangers(honest):
    few = tuple(leg._replace(sign_units=100, sign_z=0.0) for leg in honest)

    assert answer(found("chain_signs", legs=few)) == ("not applicable", 0)


@pytest.mark.parametrize(("betas", "expected"), [((0.9, 0.95), 1.165), ((0.9, 0.999), 7.27)])
def test_the_largest_step_of_adam(betas, expected):
    assert kappa(Optimiser("adamw", *betas)) == pytest.approx(expected, abs=0.01)


def test_the_largest_step_is_never_exceeded_and_nearly_reached():
    """The gradients that Cauchy and Schwarz name: growing by β₁/β₂ backwards in time."""
    one, two = 0.9, 0.95
    gradients = (two / one) ** np.arange(400.0)
    mean = square = 0.0
    for gradient in gradients:
        mean, square = one * mean + (1 - one) * gradient, two * square + (1 - two) * gradient**2

    assert 0.999 < mean / math.sqrt(square) / kappa(Optimiser("adam", one, two)) <= 1 + 1e-9


def test_a_hidden_learning_rate_breaks_the_bound(honest):
    finding = found("step_bound", legs=honest, facts=facts_of(schedule=Schedule("constant", 1e-4)))

    assert answer(finding) == ("deviates", 2)
    assert finding.figure["ratio"] == pytest.approx(7.4, abs=0.7)


def test_a_bound_beyond_strangers_shows_nothing(honest):
    finding = found("step_bound", legs=honest, facts=facts_of(schedule=Schedule("constant", 1.0)))

    assert (answer(finding), finding.figure["legs_bounded"]) == (("not shown", 0), 0)


@pytest.mark.parametrize("name", ["muon", "lion", "sgd"])
def test_the_bound_is_of_adam_alone(name, honest):
    assert answer(found("step_bound", legs=honest, facts=facts_of(optimiser=Optimiser(name)))) == ("not applicable", 0)


def test_tensors_of_another_optimiser_or_rate_are_judged_by_it(honest):
    far = TensorStep("model.head.weight", moved=5.0, largest=1.0, distance=9.0, strangers=0.1)
    legs = tuple(leg._replace(tensors=(far, *leg.tensors)) for leg in honest)
    optimiser = Optimiser("adamw", 0.9, 0.95, others_for=("*head*",))

    assert found("step_bound", legs=legs).level == 1
    assert found("step_bound", legs=legs).reason.endswith("rates of their own would explain it")
    assert found("step_bound", legs=legs, facts=facts_of(optimiser=optimiser)).level == 0
    assert found("step_bound", legs=legs, facts=facts_of(rate_groups=(RateGroup("*head*", 1000.0),))).level == 0


def test_a_way_back_is_no_drift(honest):
    back = (*honest[:3], honest[3]._replace(from_start_cosine=0.99, from_start_distance=honest[0].distance))

    assert answer(found("drift", legs=back)) == ("deviates", 1)


def test_steps_of_plain_descent_are_not_predicted_by_their_rates(honest):
    long = (*honest[:3], honest[3]._replace(distance=40.0, from_start_distance=None))
    bare = tuple(leg._replace(from_start_distance=None) for leg in long)

    assert answer(found("drift", legs=bare)) == ("deviates", 1)
    assert answer(found("drift", legs=bare, facts=facts_of(optimiser=Optimiser("sgd")))) == ("not applicable", 0)


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        (BOUND, ("shown", 0)),
        (BOUND | {"outcome": "not shown", "z": 0.4}, ("deviates", 2)),
        (BOUND | {"outcome": "not shown", "z": 8.0}, ("deviates", 1)),
        (BOUND | {"outcome": "not shown", "z": 0.4, "n": 50}, ("not shown", 0)),
        ({"outcome": "not applicable", "reason": ""}, ("not applicable", 0)),
    ],
)
def test_binding_to_step_0(binding, expected):
    assert answer(found("seed_binding", binding=binding)) == expected


@pytest.mark.parametrize(("z", "expected"), [(1.5, ("shown", 0)), (9.0, ("deviates", 1)), (20.0, ("deviates", 2))])
def test_signs_of_references(z, expected):
    rows = (BOUND | {"z": 0.1, "name": "One", "digest": "1"}, BOUND | {"z": z, "name": "Two", "digest": "2"})
    finding = found("references", against_references=rows)

    assert answer(finding) == expected
    assert not finding.level or finding.data == ("Two",)


def logged_curve(noise=0.0):
    values = np.interp(np.arange(41), STEPS, FALLING) + noise * np.random.default_rng(1).normal(size=41)
    return logs_of(loss=curve(values))


def test_measured_losses_follow_the_logged_ones():
    """Another text, so another level and another slope; the windows differ, and the log is noisy."""
    measured = losses_of([0.9 * value + 0.8 for value in FALLING], noise=0.02)

    assert answer(found("recomputed_loss", logs=logged_curve(0.02), losses=measured)) == ("shown", 0)


@pytest.mark.parametrize(("at", "by", "level"), [(1, 0.6, 1), (4, 2.6, 2)])
def test_a_checkpoint_of_another_step_lies_off_the_curve(at, by, level):
    values = [value + (by if i == at else 0.0) for i, value in enumerate(FALLING)]
    finding = found("recomputed_loss", logs=logged_curve(), losses=losses_of(values))

    assert answer(finding) == ("deviates", level)


def test_a_declared_average_stays_out_of_the_curve():
    values = [*FALLING[:4], FALLING[4] - 1.0]
    steps = (*STEPS[:4], 35, 40)
    rows = losses_of(values)
    rows = (*rows[:4], rows[3]._replace(digest="d35", step=35), rows[4])
    facts = facts_of(events=(Event(40, "averaging"),))

    assert [row.step for row in rows] == list(steps)
    assert answer(found("recomputed_loss", logs=logged_curve(), losses=rows)) == ("deviates", 1)
    assert answer(found("recomputed_loss", logs=logged_curve(), facts=facts, losses=rows)) == ("shown", 0)


def test_a_declared_change_of_data_leaves_too_few_checkpoints():
    facts = facts_of(events=(Event(20, "data change"),))
    finding = found("recomputed_loss", logs=logged_curve(), facts=facts, losses=losses_of(FALLING))

    assert answer(finding) == ("not applicable", 0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.1, 0.15, 0.2, 0.22, 0.25], ("shown", 0)),
        ([0.0, 0.01, 0.0, 0.0, 0.01, 0.25], ("deviates", 1)),
        ([0.0, 0.1, 0.2, 0.25, 0.05, 0.05], ("deviates", 1)),
        ([0.0, 0.01, 0.0, 0.0, 0.01, 0.01], ("not shown", 0)),
    ],
)
def test_scores_over_the_checkpoints(values, expected):
    scores = tuple(Score(f"d{i}", 100 * i, "small", "acc", value, 0.01) for i, value in enumerate(values))

    assert answer(found("benchmark_trajectory", scores=scores)) == expected
