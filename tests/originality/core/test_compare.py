import numpy as np
import pytest

from originality.core.compare import compare_paths
from originality.core.errors import InputError
from tests.factories.originality import (
    fine_tuned,
    layers_taken,
    llama,
    renamed,
    residual_rotated,
    signs_flipped,
    units_permuted,
    write_model,
)


@pytest.fixture
def parent(tmp_path):
    return write_model(tmp_path / "parent", llama(seed=1))


def level_of(tmp_path, tensors, parent, **options):
    candidate = write_model(tmp_path / "candidate", tensors, **options)
    return compare_paths(candidate, parent)


def pooled(report, alignment):
    return report["global"]["pooled"][alignment]


def test_fine_tuned_model_is_of_common_origin(tmp_path, parent):
    report = level_of(tmp_path, fine_tuned(llama(seed=1)), parent)

    assert report["global"]["level"] == 2
    assert pooled(report, "T1")["agreement"] == 1.0
    assert pooled(report, "T1")["log10_p_adj"] < -6
    assert report["global"]["outcome"] == "common origin"
    assert report["direction"]["text"] == "direction not determined"


def test_the_same_weights_are_identical(tmp_path, parent):
    report = level_of(tmp_path, llama(seed=1), parent)

    assert report["global"]["level"] == 3
    assert report["candidate"]["digest"] == report["reference"]["digest"]
    assert report["global"]["share_of_parameters_common_origin"] == 1.0


@pytest.mark.parametrize("seed", range(2, 12))
def test_independent_models_show_no_trace(tmp_path, parent, seed):
    report = level_of(tmp_path, llama(seed=seed), parent)

    assert report["global"]["level"] == 0
    assert abs(pooled(report, "T1")["z"]) < 4.5
    assert abs(pooled(report, "T2")["z"]) < 4.5


def test_permuted_units_are_found_through_the_gates(tmp_path, parent):
    report = level_of(tmp_path, units_permuted(fine_tuned(llama(seed=1))), parent)

    assert pooled(report, "T2")["agreement"] > 0.98
    assert pooled(report, "T2")["level"] == 2


def test_rotated_residual_stream_is_found_through_shared_words(tmp_path, parent):
    report = level_of(tmp_path, residual_rotated(units_permuted(llama(seed=1))), parent)

    assert pooled(report, "T3")["agreement"] > 0.95
    assert pooled(report, "T3")["level"] == 2
    assert pooled(report, "T1")["agreement"] < 0.6


@pytest.mark.parametrize("order", [[0, 2], [0, 1, 2, 1, 2]])
def test_layers_are_found_where_they_went(tmp_path, parent, order):
    report = level_of(tmp_path, layers_taken(fine_tuned(llama(seed=1)), order), parent)

    found = {
        row["layer"]: row["reference_module"]
        for row in report["modules"]
        if row["role"] == "mlp" and row["alignment"] == "T2" and row["level"] >= 2
    }
    assert found == {new: f"mlp {old}" for new, old in enumerate(order)}


def test_one_reused_module_is_named(tmp_path, parent):
    tensors, source = llama(seed=9), fine_tuned(llama(seed=1))
    for name in ("gate_proj", "up_proj", "down_proj"):
        tensors[f"model.layers.1.mlp.{name}.weight"] = source[f"model.layers.1.mlp.{name}.weight"]

    report = level_of(tmp_path, tensors, parent)

    assert {row["module"] for row in report["modules"] if row["level"] >= 2} == {"mlp 1"}


def test_names_and_shards_change_no_figure(tmp_path, parent):
    tensors = fine_tuned(llama(seed=1))
    as_made = level_of(tmp_path / "a", tensors, parent)

    dealt = level_of(tmp_path / "b", tensors, parent, shards=4)

    assert dealt["candidate"]["digest"] == as_made["candidate"]["digest"]
    assert dealt["global"] == as_made["global"]


def test_unknown_names_are_read_by_shape_and_said_to_be(tmp_path, parent):
    rule = {"gate_proj": "w1", "up_proj": "w3", "down_proj": "w2", "self_attn": "att", "layers": "blocks"}

    def rename(name):
        for old, new in rule.items():
            name = name.replace(old, new)
        return name.replace("model.", "body.")

    report = level_of(tmp_path, renamed(fine_tuned(llama(seed=1)), rename), parent)

    assert report["candidate"]["roles_by_shape"]
    assert "the candidate's tensor roles were guessed from shapes and words in names" in report["limits"]
    assert pooled(report, "T1")["level"] == 2


def test_opaque_names_are_found_too(tmp_path, parent):
    rule = {"gate_proj": "zz", "up_proj": "aa", "down_proj": "mm", "self_attn": "x", "embed_tokens": "t"}

    def rename(name):
        for old, new in rule.items():
            name = name.replace(old, new)
        return name.replace("model.", "m.")

    report = level_of(tmp_path, renamed(fine_tuned(llama(seed=1)), rename), parent)

    assert report["global"]["level"] == 2


def test_flipped_signs_hide_from_the_sign_test_and_the_limit_is_said(tmp_path, parent):
    report = level_of(tmp_path, signs_flipped(fine_tuned(llama(seed=1))), parent)

    assert abs(next(r["z"] for r in report["modules"] if r["role"] == "mlp" and r["alignment"] == "T1")) < 4.5
    assert "full disguise with random sign flips is outside the exact tests" in report["limits"]


def test_other_width_is_compared_as_far_as_it_can_be(tmp_path, parent):
    report = level_of(tmp_path, llama(seed=5, width=32, units=96), parent)

    assert report["global"]["level"] == 0
    assert "exact equality and variance: no tensor of equal role and shape" in report["not_made"]


def test_similar_gains_do_not_accuse(tmp_path, parent):
    report = level_of(tmp_path, llama(seed=8), parent)

    score = next(score for score in report["scores"] if score["kind"] == "norm")
    assert score["value"] > 0.98
    assert abs(score["value"] - score["null_mean"]) < 5 * score["null_sd"]
    assert score["joint_permutation_p"] > 0.001
    assert report["global"]["level"] == 0


def test_every_score_has_its_null(tmp_path, parent):
    report = level_of(tmp_path, llama(seed=8), parent)

    for score in report["scores"]:
        assert score["null_mean"] is not None
        assert score["null_sd"] is not None
        assert {"control_percentile", "positive_control", "coverage"} <= set(score)


def test_untrained_content_is_listed_and_proves_nothing(tmp_path):
    shared = {
        "model.layers.0.self_attn.rotary_emb.inv_freq": (10_000.0 ** -np.linspace(0, 1, 24)).astype(np.float32),
        "model.extra.ones": np.ones(512, np.float32),
        "model.extra.zeros": np.zeros((64, 64), np.float32),
        "model.extra.positions": sinusoids(rows=64, width=48),
    }
    ours, theirs = llama(seed=1) | shared, llama(seed=2) | shared
    for tensors in (ours, theirs):
        tensors["model.embed_tokens.weight"][-50:] = 0
    parent = write_model(tmp_path / "parent", theirs)

    report = level_of(tmp_path, ours, parent)

    assert report["global"]["level"] == 0
    assert {row["tensor"] for row in report["candidate"]["excluded"]} == set(shared)
    assert report["candidate"]["untrained_rows"] == 50


def sinusoids(*, rows, width):
    angle = np.arange(rows)[:, None] * 10_000.0 ** -np.linspace(0, 1, width // 2)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


def test_nan_is_excluded_and_said(tmp_path, parent):
    tensors = fine_tuned(llama(seed=1))
    tensors["model.layers.0.mlp.up_proj.weight"][3, 3] = np.nan

    report = level_of(tmp_path, tensors, parent)

    assert report["candidate"]["excluded"] == [
        {
            "tensor": "model.layers.0.mlp.up_proj.weight",
            "reason": "some elements are NaN or infinite",
            "elements": 128 * 48,
        }
    ]
    assert report["global"]["level"] == 2


def test_folder_with_only_pickles_is_refused(tmp_path, parent):
    folder = tmp_path / "pickles"
    folder.mkdir()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")

    with pytest.raises(InputError, match="pickles are never opened"):
        compare_paths(folder, parent)
