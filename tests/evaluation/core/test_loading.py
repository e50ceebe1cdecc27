import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from evaluation.core.errors import CheckpointError, ConfigError, NotFiniteError
from evaluation.core.figures import decimal
from evaluation.core.harness import _require_finite
from evaluation.core.loading import load
from evaluation.core.suites import ModelSettings, parse_suite
from tests.factories.evaluation import copy_of, suite_document

SETTINGS = ModelSettings(dtype="float32", batch_size=1, max_length=64)


@pytest.fixture
def mine(checkpoint, tmp_path):
    return copy_of(checkpoint, tmp_path / "checkpoint")


def change_weights(folder, change):
    path = folder / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path, metadata={"format": "pt"})


def test_a_complete_checkpoint_loads_in_the_dtype_of_the_suite(mine):
    loaded = load(mine, settings=SETTINGS, device="cpu")
    assert loaded.model.dtype == torch.float32
    assert loaded.unused == []


def test_missing_weights_are_an_error_and_never_drawn_at_random(mine):
    change_weights(mine, lambda tensors: tensors.pop("model.layers.1.mlp.up_proj.weight"))
    with pytest.raises(CheckpointError, match=r"1 tensors are missing: model\.layers\.1\.mlp\.up_proj\.weight"):
        load(mine, settings=SETTINGS, device="cpu")


def test_weights_of_another_shape_are_an_error_without_paths_of_the_worker(mine):
    change_weights(mine, lambda tensors: tensors.update({"model.norm.weight": torch.ones(3)}))
    with pytest.raises(CheckpointError, match="the model cannot be loaded") as caught:
        load(mine, settings=SETTINGS, device="cpu")
    assert str(mine.parent) not in str(caught.value)


def test_tensors_without_a_place_are_reported(mine):
    change_weights(mine, lambda tensors: tensors.update({"extra.weight": torch.ones(3)}))
    assert load(mine, settings=SETTINGS, device="cpu").unused == ["extra.weight"]


@pytest.mark.parametrize(
    ("kind", "message"),
    [("own_architecture", "own_architecture"), ("vit", "takes? the endpoint route"), ("bert", "tensors are missing")],
)
def test_an_architecture_that_cannot_be_asked_is_an_error(mine, kind, message):
    config = json.loads((mine / "config.json").read_text("utf-8"))
    (mine / "config.json").write_text(json.dumps(config | {"model_type": kind}), encoding="utf-8")
    with pytest.raises((ConfigError, CheckpointError), match=message):
        load(mine, settings=SETTINGS, device="cpu")


def test_a_tokenizer_larger_than_the_embedding_is_an_error(mine):
    tokenizer = json.loads((mine / "tokenizer.json").read_text("utf-8"))
    tokenizer["model"]["vocab"]["one too many"] = 400
    (mine / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    with pytest.raises(CheckpointError, match="gives ids up to 400, the embedding has 400 rows"):
        load(mine, settings=SETTINGS, device="cpu")


def test_a_tokenizer_without_a_token_to_start_from_is_an_error(mine):
    config = json.loads((mine / "tokenizer_config.json").read_text("utf-8"))
    kept = {key: value for key, value in config.items() if key not in {"bos_token", "eos_token"}}
    (mine / "tokenizer_config.json").write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(CheckpointError, match="names neither bos_token nor eos_token"):
        load(mine, settings=SETTINGS, device="cpu")


@pytest.mark.parametrize("bad", [float("nan"), float("-inf")])
def test_figures_that_are_not_finite_name_the_item(bad):
    task = parse_suite(suite_document()).tasks[0]
    samples = [{"doc_id": 0, "resps": [[(-1.5, False)]]}, {"doc_id": 1, "resps": [[(bad, False)]]}]
    with pytest.raises(NotFiniteError, match="ko_spelling, item 1"):
        _require_finite(task, samples)


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.5"), (1e-7, "0.0000001"), (1, "1.0"), (0.1, "0.1")])
def test_a_figure_is_written_with_every_digit_and_no_exponent(value, text):
    assert decimal(value) == text
