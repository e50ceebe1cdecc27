"""Legs between checkpoints: their sums against numpy, the sign test, and what cannot be measured."""

import numpy as np
import pytest

from originality.core.errors import InputError
from originality.core.trace.chain import measure_leg
from originality.core.trace.measures import leg_document, measures_document, measures_of, parse_measures
from tests.factories.originality import llama
from tests.originality.core.trace.runs import beginning, bfloat16, honest_way, legs_of, source, stepped

AT = {"steps": (0, 10), "digests": ("a", "b")}


def flat(tensors):
    return np.concatenate([value.ravel() for value in tensors.values() if value.ndim > 1]).astype(np.float64)


def test_sums_are_those_of_numpy(tmp_path):
    first, second = beginning(seed=1), stepped(beginning(seed=1), steps=10, seed=2)
    a, b = flat(first), flat(second)

    leg = measure_leg(source(tmp_path / "a", first), source(tmp_path / "b", second), start=None, **AT)

    assert leg.distance == pytest.approx(np.linalg.norm(b - a), rel=1e-5)
    assert leg.cosine == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b), rel=1e-5)
    assert (leg.norm_before, leg.norm_after) == pytest.approx((np.linalg.norm(a), np.linalg.norm(b)), rel=1e-5)
    assert leg.numbers == a.size
    assert leg.from_start_cosine is None
    assert leg.tensors[0].moved == pytest.approx(0.01, rel=1e-3)


def test_gains_stand_among_the_tensors_and_not_in_the_cosine(tmp_path):
    first = beginning(seed=1)
    second = first | {"model.norm.weight": first["model.norm.weight"] + 1}

    leg = measure_leg(source(tmp_path / "a", first), source(tmp_path / "b", second), start=None, **AT)

    assert (leg.cosine, leg.distance) == (pytest.approx(1), 0)
    assert (leg.tensors[0].tensor, leg.tensors[0].moved) == ("model.norm.weight", 1.0)


def test_signs_tell_a_trained_model_from_a_stranger(tmp_path):
    kin, stranger = stepped(beginning(seed=1), steps=10, seed=2), beginning(seed=9)
    first = source(tmp_path / "first", beginning(seed=1))

    trained = measure_leg(first, source(tmp_path / "kin", kin), start=first, **AT)
    swapped = measure_leg(first, source(tmp_path / "other", stranger), start=first, **AT)

    assert trained.sign_units == 3 * (128 + 48)
    assert trained.sign_z > 0.9 * trained.sign_units**0.5
    assert abs(swapped.sign_z) < 5
    assert swapped.start_sign_z == swapped.sign_z


def test_a_checkpoint_in_sixteen_bits_adds_its_rounding(tmp_path):
    first = beginning(seed=1)

    leg = measure_leg(source(tmp_path / "a", first), bfloat16(tmp_path / "b", first), start=None, **AT)

    assert leg.cosine == pytest.approx(1, abs=1e-5)
    assert all(0 <= step.moved <= step.rounding for step in leg.tensors if step.moved)


def test_what_cannot_be_compared_is_named(tmp_path):
    first = beginning(seed=1)
    second = first | {
        "model.embed_tokens.weight": np.zeros((7, 48), np.float32),
        "model.layers.0.mlp.up_proj.weight": np.full((128, 48), np.nan, np.float32),
        "more.weight": np.ones((2, 2), np.float32),
    }

    leg = measure_leg(source(tmp_path / "a", first), source(tmp_path / "b", second), start=None, **AT)

    assert leg.excluded == (
        "model.embed_tokens.weight: its shape changes",
        "model.layers.0.mlp.up_proj.weight: some elements are NaN or infinite",
        "more.weight: not in every checkpoint",
    )


def test_models_without_a_tensor_in_common_are_refused(tmp_path):
    other = {f"other.{name}": value for name, value in llama(seed=1, layers=1).items()}

    with pytest.raises(InputError, match="no matrix of equal name and shape"):
        measure_leg(source(tmp_path / "a", beginning(seed=1)), source(tmp_path / "b", other), start=None, **AT)


def test_measures_are_read_back_as_they_were_written(tmp_path):
    legs = legs_of(tmp_path, honest_way()[:3])
    start = {
        "start": {"schema": "originality-start/2", "tested": 3},
        "binding": None,
        "against_references": [{"z": 0.5}],
    }
    loss = {"digest": "d", "step": 1, "loss": 2.0, "stderr": 0.1, "windows": 2, "text_digest": "t", "each": [1.0, 3]}

    measures = parse_measures(
        measures_of(legs=[leg_document(leg) for leg in reversed(legs)], losses=[loss], start=start)
    )

    assert measures.legs == legs
    assert measures.losses[0].each == (1.0, 3.0)
    assert parse_measures(measures_document(measures)) == measures


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "other"}, "expected originality-measures/1"),
        ({"start": {"schema": "originality-start/1"}}, "made by another engine than originality-start/2"),
        ({"losses": [{"digest": 1}]}, "losses.0..digest: 1 is not of its type"),
        ({"losses": [{"digest": "d"}]}, "losses.0.: a field is missing"),
        ({"scores": [{"other": 1}]}, "scores.0..other: no such field"),
    ],
)
def test_measures_that_the_portal_did_not_write_are_refused(change, said):
    with pytest.raises(InputError, match=said):
        parse_measures(measures_of() | change)
