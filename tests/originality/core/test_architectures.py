"""The same weights under the names and layouts of other families are found again, tower by tower and expert by expert."""

from functools import reduce

import numpy as np
import pytest

from originality.core.compare import compare_paths
from originality.core.readers import open_folder
from originality.core.sketch import build_sketch
from tests.factories.originality import fine_tuned, llama, write_model

EXPERTS = 3


def fused(tensors):
    """Phi-like: one matrix for query, key and value, one for gate and up."""
    changed = dict(tensors)
    for at in {name.rpartition("self_attn")[0] for name in tensors if "self_attn" in name}:
        parts = [changed.pop(f"{at}self_attn.{name}_proj.weight") for name in "qkv"]
        changed[f"{at}self_attn.qkv_proj.weight"] = np.concatenate(parts)
        parts = [changed.pop(f"{at}mlp.{name}_proj.weight") for name in ("gate", "up")]
        changed[f"{at}mlp.gate_up_proj.weight"] = np.concatenate(parts)
    return changed


def exaone(tensors):
    words = {
        "model.layers": "transformer.h",
        "self_attn": "attn.attention",
        "o_proj": "out_proj",
        "gate_proj": "c_fc_0",
        "up_proj": "c_fc_1",
        "down_proj": "c_proj",
        "input_layernorm": "ln_1",
        "post_attention_layernorm": "ln_2",
        "model.embed_tokens": "transformer.wte",
        "model.norm": "transformer.ln_f",
    }
    return {
        reduce(lambda said, word: said.replace(*word), words.items(), name): value for name, value in tensors.items()
    }


def multimodal(tensors, *, seed):
    """The language model under its prefix, with a small vision tower beside it."""
    random = np.random.default_rng(seed)
    at = "model.visual.blocks.0."
    shapes = {"attn.qkv": (96, 32), "attn.proj": (32, 32), "mlp.gate_proj": (128, 32), "mlp.up_proj": (128, 32), "mlp.down_proj": (32, 128)}  # fmt: skip
    tower = {f"{at}{name}.weight": random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    language = {name.replace("model.", "model.language_model.", 1): value for name, value in tensors.items()}
    return language | tower | {"model.visual.norm.weight": random.normal(1, 0.1, 32).astype(np.float32)}


def sparse(seed, *, stacked):
    """Experts of one layer, apart or stacked as Llama 4 does, with a shared one and a router."""
    random = np.random.default_rng(seed)
    tensors = {name: value for name, value in llama(seed=seed, layers=1).items() if ".mlp." not in name}
    at = "model.layers.0.mlp."
    gates, ups = random.normal(size=(2, EXPERTS, 96, 48)).astype(np.float32)
    downs = random.normal(size=(EXPERTS, 48, 96)).astype(np.float32)
    tensors[at + "gate.weight"] = random.normal(size=(EXPERTS, 48)).astype(np.float32)
    if stacked:
        tensors[at + "experts.gate_up_proj"] = np.concatenate([gates, ups], axis=1).transpose(0, 2, 1)
        tensors[at + "experts.down_proj"] = downs.transpose(0, 2, 1)
        return tensors
    for index in range(EXPERTS):
        parts = {"gate_proj": gates[index], "up_proj": ups[index], "down_proj": downs[index]}
        tensors |= {f"{at}experts.{index}.{name}.weight": value for name, value in parts.items()}
    return tensors


@pytest.mark.parametrize("layout", [fused, exaone])
def test_another_layout_of_the_same_weights_is_found(tmp_path, layout):
    reference = write_model(tmp_path / "reference", llama(seed=1, layers=2))
    candidate = write_model(tmp_path / "candidate", layout(fine_tuned(llama(seed=1, layers=2))), tokenizer=False)

    report = compare_paths(candidate, reference)

    found = {(row["role"], row["layer"]) for row in report["modules"] if row["test"] == "signs" and row["level"] == 2}
    assert {("mlp", layer) for layer in range(2)} <= found
    assert not report["candidate"]["roles_by_shape"]
    assert report["coverage"]["signs"] > 0.6
    assert 0.6 < report["global"]["share_of_parameters_common_origin"] <= 1


def test_of_two_towers_the_reused_one_is_found(tmp_path):
    reference = write_model(tmp_path / "reference", multimodal(llama(seed=1, layers=1), seed=5), tokenizer=False)
    candidate = write_model(tmp_path / "candidate", multimodal(llama(seed=2, layers=1), seed=5), tokenizer=False)

    report = compare_paths(candidate, reference)

    rows = [row for row in report["modules"] if row["level"] >= 2]
    assert rows
    assert {row["tower"] for row in rows} == {"vision"}
    assert report["global"]["share_of_parameters_common_origin"] < 0.5


def test_stacked_experts_are_found_among_experts_kept_apart(tmp_path):
    reference = write_model(tmp_path / "reference", sparse(1, stacked=False))
    candidate = write_model(tmp_path / "candidate", fine_tuned(sparse(1, stacked=True)))

    report = compare_paths(candidate, reference)

    pairs = {
        (row["expert"], row["reference_expert"])
        for row in report["modules"]
        if row["role"] == "mlp" and row["test"] == "signs" and row["level"] == 2
    }
    assert {(str(index), str(index)) for index in range(EXPERTS)} <= pairs
    assert report["global"]["share_of_parameters_common_origin"] <= 1


def test_a_sketch_of_a_sparse_model_keeps_its_experts_apart(tmp_path):
    sketch = build_sketch(open_folder(write_model(tmp_path / "model", sparse(1, stacked=True))))

    experts = [(block.expert, block.count) for block in sketch.blocks if block.kind == "mlp"]
    assert experts == [(str(index), 96) for index in range(EXPERTS)]
    assert sketch.summaries["model.layers.0.mlp.experts.down_proj"].role == "fused"
    assert sketch.summaries["model.layers.0.mlp.gate.weight"].role == "router"
