"""The laboratory of the accuracy benchmark: its disguises change no function, and its models are told apart."""

from functools import partial

import pytest
import torch

from benchmarks.support.laboratory import changes, encoders, initials
from benchmarks.support.laboratory.keeping import Model, write
from benchmarks.support.laboratory.network import Shape, decoder_loss
from benchmarks.support.laboratory.training import Course, train
from originality.core.compare import compare_paths

SHAPE = Shape(layers=2, width=32, units=96, heads=4, kv_heads=2, head=8, vocabulary=300)
SPARSE = SHAPE.but(experts=3, units=48, shared=1)
IDS = torch.randint(0, 300, (2, 17), generator=changes.generator(5))


def with_gains(tensors, *, last_is_one=False):
    dice = changes.generator(9)
    return {
        name: value
        if value.dim() > 1 or (last_is_one and name == "model.norm.weight")
        else 1 + torch.rand(value.shape, generator=dice)
        for name, value in tensors.items()
    }


DISGUISES = {
    "units": lambda t: changes.units_ordered(t, seed=1),
    "heads": lambda t: changes.heads_ordered(t, shape=SHAPE, seed=1),
    "channels": lambda t: changes.channels_ordered(t, seed=1),
    "folded": changes.gains_folded,
    "turned": lambda t: changes.turned(t, seed=1),
    "scaled": lambda t: changes.scaled(t, seed=1),
    "flipped": lambda t: changes.flipped(t, shape=SHAPE, seed=1),
    "queries flipped": lambda t: changes.queries_flipped(t, shape=SHAPE, seed=1),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_changes_the_weights_and_not_the_function(name):
    tensors = with_gains(initials.decoder(SHAPE, seed=1), last_is_one=True)

    changed = DISGUISES[name](tensors)

    assert any(not torch.equal(changed[key], tensors[key]) for key in tensors)
    assert decoder_loss(changed, IDS, shape=SHAPE) == pytest.approx(
        float(decoder_loss(tensors, IDS, shape=SHAPE)), rel=1e-4
    )


def test_experts_in_another_order_compute_the_same():
    tensors = with_gains(initials.decoder(SPARSE, seed=1))

    changed = changes.experts_ordered(tensors, seed=2)

    assert decoder_loss(changed, IDS, shape=SPARSE) == pytest.approx(
        float(decoder_loss(tensors, IDS, shape=SPARSE)), rel=1e-4
    )


def test_plain_units_in_another_order_compute_the_same():
    tensors = encoders.plain(SHAPE, seed=1)
    changed = changes.plain_units_ordered(tensors, seed=2)

    assert encoders.plain_loss(changed, IDS, shape=SHAPE) == pytest.approx(
        float(encoders.plain_loss(tensors, IDS, shape=SHAPE)), rel=1e-4
    )


def test_four_bits_are_near_and_not_the_same():
    weights = initials.Dice(1).matrix(16, 64)
    error = (changes.quantised(weights, bits=4) - weights).std() / weights.std()

    assert 0.02 < error < 0.3


@pytest.fixture(scope="module")
def trained():
    """Three models, stepped together: two of one seed's data and order, and what became of one of them."""
    data = torch.randint(0, 300, (12, 2, 17), generator=changes.generator(3))
    loss = partial(decoder_loss, shape=SHAPE)
    torch.set_num_threads(1)
    first, second = train([Course(initials.decoder(SHAPE, seed=seed), data) for seed in (1, 2)], loss=loss)
    disguised = changes.units_ordered(changes.turned(first.tensors, seed=4), seed=5)
    [kin] = train([Course(disguised, data.flip(0), rate=2e-3)], loss=loss)
    return {"first": first, "second": second, "kin": kin}


def test_models_in_a_stack_learn(trained):
    assert trained["first"].last_loss < trained["first"].first_loss
    assert trained["first"].first_loss != trained["second"].first_loss


def test_kin_is_found_and_a_stranger_is_not(trained, tmp_path):
    folders = {name: write(tmp_path / name, Model(one.tensors, SHAPE)) for name, one in trained.items()}
    for folder in folders.values():  # the text that gives words is not needed here
        assert (folder / "tokenizer.json").exists()

    assert compare_paths(folders["kin"], folders["first"])["global"]["level"] == 2
    assert compare_paths(folders["second"], folders["first"])["global"]["level"] == 0
