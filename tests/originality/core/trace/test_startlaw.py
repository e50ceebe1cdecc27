"""Step 0 against its declared law."""

import numpy as np
import pytest

from originality.core.trace.facts import Declaration, Facts, InitLaw
from originality.core.trace.finding import Outcome
from originality.core.trace.measures import Measures
from originality.core.trace.startlaw import start_document
from originality.core.trace.weightchecks import WEIGHT_CHECKS
from tests.originality.core.trace.runs import LAWS, beginning, bfloat16, logs_of, source

step0_law = next(check for check in WEIGHT_CHECKS if check.__name__ == "step0_law")


def finding(document, laws=LAWS):
    return step0_law(logs_of(), Facts(declaration=Declaration(init=tuple(laws))), Measures(start=document))


def drawn(tmp_path, values, law):
    return start_document(source(tmp_path / "m", {"m.weight": values.astype(np.float32)}), [law], seed=1)["tensors"][0]


@pytest.mark.parametrize("store", [source, bfloat16])
def test_a_drawn_beginning_fits_its_law(tmp_path, store):
    document = start_document(store(tmp_path / "m", beginning(seed=1)), LAWS, seed=1)
    found = finding(document)

    assert (document["tested"], document["coverage"], document["undeclared"]) == (29, 1.0, [])
    assert (found.outcome, found.level) == (Outcome.SHOWN, 0)


def test_trained_weights_called_a_beginning_deviate(tmp_path):
    """One direction that every row has learnt, in numbers whose spread is still as declared."""
    first = beginning(seed=1)
    name = "model.layers.0.mlp.up_proj.weight"
    shared = np.random.default_rng(2).normal(0, 1, (1, 48)) * np.random.default_rng(3).normal(0, 1, (128, 1))
    mixed = first[name] + 0.01 * shared
    trained = first | {name: (mixed * (0.02 / mixed.std())).astype(np.float32)}

    document = start_document(source(tmp_path / "m", trained), LAWS, seed=1)
    found = finding(document)

    assert document["tensors"][0]["tensor"] == name
    assert document["tensors"][0]["edge_ratio"] > 1.5
    assert (found.outcome, found.level) == (Outcome.DEVIATES, 2)
    assert found.data == (name,)


def test_another_spread_than_declared_deviates(tmp_path):
    document = start_document(source(tmp_path / "m", beginning(seed=1)), [InitLaw("*_proj*", "normal", 0.025)], seed=1)

    assert finding(document).level == 2


def test_gains_that_nobody_draws_are_to_be_explained(tmp_path):
    first = beginning(seed=1)
    gains = np.random.default_rng(1).normal(1, 0.1, 48).astype(np.float32)
    document = start_document(source(tmp_path / "m", first | {"model.norm.weight": gains}), [], seed=None)
    found = finding(document, laws=())

    assert (found.outcome, found.level, found.data) == (Outcome.DEVIATES, 1, ("model.norm.weight",))


def test_without_a_declared_law_nothing_is_shown(tmp_path):
    found = finding(start_document(source(tmp_path / "m", beginning(seed=1)), [], seed=None), laws=())

    assert (found.outcome, found.level) == (Outcome.NOT_APPLICABLE, 0)


def test_without_step_0_nothing_is_shown():
    assert finding(None).outcome == Outcome.NOT_SHOWN


def test_laws_and_their_readings(tmp_path):
    from scipy.stats import truncnorm

    random = np.random.default_rng(4)
    shape = (200, 100)
    cut = truncnorm.rvs(-2, 2, scale=0.02, size=shape, random_state=random)
    widened = truncnorm.rvs(-3, 3, scale=0.02 / 0.9866, size=shape, random_state=random)
    flat = random.uniform(-0.05, 0.05, shape)

    assert drawn(tmp_path / "cut", cut, InitLaw("*", "truncated normal", 0.02))["log10_p"] > -3
    assert drawn(tmp_path / "wide", widened, InitLaw("*", "truncated normal", 0.02))["log10_p"] > -3
    assert drawn(tmp_path / "flat", flat, InitLaw("*", "uniform", 0.05))["log10_p"] > -3
    assert drawn(tmp_path / "no", flat, InitLaw("*", "normal", 0.0289))["log10_p"] < -6
    assert drawn(tmp_path / "zero", 0 * flat, InitLaw("*", "constant", 0.0))["log10_p"] == 0
    assert drawn(tmp_path / "one", 0 * flat + 1, InitLaw("*", "constant", 0.0))["log10_p"] == -300
