"""Content that says nothing is left out, listed with its reason, and lowers the coverage; it never becomes a figure."""

import numpy as np
import pytest

from originality.core.compare import compare_paths
from tests.factories.originality import fine_tuned, llama, write_model

UP = "model.layers.0.mlp.up_proj.weight"


def spoiled(case):
    """Another model in which one tensor, shared with the reference bit by bit, is no trained content."""
    return {
        "nan": np.full((128, 48), np.nan, np.float32),
        "infinite": np.full((128, 48), np.inf, np.float32),
        "constant": np.full((128, 48), 0.5, np.float32),
        "one number beyond reason": np.append(np.random.default_rng(7).normal(size=6_143), 3e38)
        .reshape(128, 48)
        .astype(np.float32),
        "rescaled out of reach": (np.random.default_rng(7).normal(size=(128, 48)) * 1e-20).astype(np.float32),
        "no elements": np.zeros((0, 48), np.float32),
        "eight bits without a scale": np.random.default_rng(7).integers(-128, 127, (128, 48), np.int8),
        "integers": np.arange(128 * 48, dtype=np.int64).reshape(128, 48),
    }[case]


REASONS = {
    "nan": "some elements are NaN or infinite",
    "infinite": "some elements are NaN or infinite",
    "constant": "one constant value",
    "one number beyond reason": "some elements are larger than a hundred million, as no trained weight is",
    "rescaled out of reach": "all elements are smaller than a ten thousand millionth, as no trained weights are",
    "no elements": "has no elements",
    "eight bits without a scale": "integers and quantised numbers are not compared",
    "integers": "integers and quantised numbers are not compared",
}


@pytest.mark.parametrize("case", sorted(REASONS))
def test_spoiled_content_is_excluded_and_listed(tmp_path, case):
    folders = [
        write_model(tmp_path / str(seed), llama(seed=seed, layers=2) | {UP: spoiled(case)}, tokenizer=False)
        for seed in (1, 2)
    ]

    report = compare_paths(*folders)

    listed = {row["tensor"]: row["reason"] for row in report["candidate"]["excluded"]}
    assert listed == {UP: REASONS[case]}
    assert report["global"]["level"] == 0
    assert report["global"]["share_of_parameters_common_origin"] == 0
    assert UP not in {name for row in report["modules"] for name in row["candidate"]}
    share = spoiled(case).size / report["candidate"]["parameters"]
    assert report["coverage"]["trained"] == pytest.approx(1 - share)
    assert report["coverage"]["any"] <= report["coverage"]["trained"]


def test_rows_written_at_the_beginning_hide_nothing(tmp_path):
    """Reserved tokens without content, or 64 equal rows put there so that a tensor looks untrained."""
    reference = llama(seed=1, layers=2)
    ours = fine_tuned(reference)
    for value in ours.values():
        if value.ndim == 2 and len(value) > 64:
            value[:64] = value[0]
    ours["model.embed_tokens.weight"][:64] = 0

    report = compare_paths(write_model(tmp_path / "ours", ours), write_model(tmp_path / "theirs", reference))

    assert report["candidate"]["excluded"] == []
    assert report["global"]["level"] >= 2
