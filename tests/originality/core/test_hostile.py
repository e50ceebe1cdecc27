"""Input that somebody made up: every file beside the weights may hold anything."""

import json

import numpy as np
import pytest

from originality.core.compare import compare_paths
from originality.core.errors import InputError
from tests.factories.originality import llama, write_model


@pytest.fixture
def parent(tmp_path):
    return write_model(tmp_path / "parent", llama(seed=1))


@pytest.mark.parametrize(
    "config",
    [
        {"num_attention_heads": 0, "head_dim": -3, "auto_map": 5, "architectures": {"a": 1}},
        {"num_attention_heads": "4", "head_dim": [64], "model_type": None, "vocab_size": 1e400},
        [1, 2, 3],
    ],
)
def test_any_config_is_survived(tmp_path, parent, config):
    folder = write_model(tmp_path / "candidate", llama(seed=2))
    (folder / "config.json").write_text(json.dumps(config))

    assert compare_paths(folder, parent)["global"]["level"] == 0


@pytest.mark.parametrize(
    "tokenizer",
    [
        {"model": 3},
        {"model": {"vocab": {"a": "b", "c": -1, "d": 1 << 60}, "merges": 7}},
        {"model": {"vocab": [["a", 0.1], [], 5, [None, 1]], "merges": [["a", "b"], None, 5]}},
    ],
)
def test_any_tokenizer_is_survived(tmp_path, parent, tokenizer):
    folder = write_model(tmp_path / "candidate", llama(seed=2))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))

    assert compare_paths(folder, parent)["global"]["level"] == 0


def test_deep_json_is_refused(tmp_path, parent):
    folder = write_model(tmp_path / "candidate", llama(seed=2))
    (folder / "config.json").write_text("[" * 100_000)

    with pytest.raises(InputError, match="not JSON"):
        compare_paths(folder, parent)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("model.layers.0.mlp.gate_proj.weight", (7, 3)),
        ("model.layers.0.mlp.up_proj.weight", (48, 128, 1)),
        ("model.layers.0.post_attention_layernorm.weight", (5,)),
        ("model.layers.0.self_attn.o_proj.weight", (3, 48)),
        ("model.layers.0.self_attn.v_proj.weight", (5, 48)),
        ("model.embed_tokens.weight", (9,)),
        ("model.norm.weight", ()),
        ("model.norm.weight", (0, 4)),
    ],
)
def test_a_part_of_another_shape_is_passed_over(tmp_path, parent, name, shape):
    tensors = llama(seed=2)
    tensors[name] = np.random.default_rng(3).normal(size=shape).astype(np.float32)

    assert compare_paths(write_model(tmp_path / "candidate", tensors), parent)["global"]["level"] == 0
