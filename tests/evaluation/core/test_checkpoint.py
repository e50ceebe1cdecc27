import json
import pickle

import pytest

from evaluation.core.checkpoint import check_checkpoint, read_config
from evaluation.core.errors import CheckpointError, ConfigError
from tests.factories.evaluation import copy_of


@pytest.fixture
def mine(checkpoint, tmp_path):
    return copy_of(checkpoint, tmp_path / "checkpoint")


def set_config(folder, name="config.json", **changes):
    path = folder / name
    config = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps(config | changes), encoding="utf-8")


def test_what_save_pretrained_writes_is_accepted(mine):
    assert check_checkpoint(mine)["model_type"] == "llama"


@pytest.mark.parametrize("name", ["pytorch_model.bin", "optimizer.pt", "notes.txt", "tokenizer.model"])
def test_a_pickle_is_refused_under_any_name(mine, name):
    (mine / name).write_bytes(pickle.dumps({"weights": [1, 2]}))
    with pytest.raises(CheckpointError, match=f"{name}: .*pickle"):
        check_checkpoint(mine)


def test_a_torn_shard_is_refused(mine):
    weights = mine / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=r"model\.safetensors: is not a complete safetensors file"):
        check_checkpoint(mine)


def test_a_shard_that_the_index_names_must_be_there(mine):
    index = {"metadata": {}, "weight_map": {"model.norm.weight": "model-00002-of-00002.safetensors"}}
    (mine / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(CheckpointError, match="is named by"):
        check_checkpoint(mine)


def test_a_tensor_that_the_index_names_must_be_there(mine):
    index = {"metadata": {}, "weight_map": {"model.layers.9.mlp.up_proj.weight": "model.safetensors"}}
    (mine / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"lacks the tensor model\.layers\.9"):
        check_checkpoint(mine)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_part_is_named(mine, name):
    (mine / name).unlink()
    with pytest.raises(CheckpointError, match=f"{name}: is missing"):
        check_checkpoint(mine)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"auto_map": {"AutoModel": "modeling_own.Own"}}, "$.auto_map"),
        ({"text_config": {"auto_map": {"AutoModel": "own.Own"}}}, "$.text_config.auto_map"),
        ({"_attn_implementation": "somebody/kernels"}, "$._attn_implementation"),
        ({"attn_implementation": {"": "somebody/kernels"}}, "$.attn_implementation"),
        ({"custom_generate": "somebody/generate"}, "$.custom_generate"),
        ({"hidden_size": 10**9}, "$.hidden_size"),
        ({"num_hidden_layers": -1}, "$.num_hidden_layers"),
        ({"vocab_size": "many"}, "$.vocab_size"),
        ({"num_attention_heads": True}, "$.num_attention_heads"),
        ({"rope_theta": 1e300}, "$.rope_theta"),
    ],
)
def test_a_configuration_that_runs_code_or_takes_memory_is_refused(mine, changes, where):
    set_config(mine, **changes)
    with pytest.raises(ConfigError) as caught:
        check_checkpoint(mine)
    assert caught.value.where == f"config.json {where}"


def test_the_tokenizer_may_not_bring_code_either(mine):
    set_config(mine, "tokenizer_config.json", auto_map={"AutoTokenizer": ["own.Own", None]})
    with pytest.raises(ConfigError, match=r"tokenizer_config\.json \$\.auto_map"):
        check_checkpoint(mine)


@pytest.mark.parametrize("text", ["[]", "{", '{"a": NaN}', '{"a":' * 2000 + "1" + "}" * 2000])
def test_a_configuration_must_be_an_object_of_finite_numbers(tmp_path, text):
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        read_config(tmp_path / "config.json")
