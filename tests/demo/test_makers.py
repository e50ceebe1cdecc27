import csv
import json
from dataclasses import replace
from math import log

import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from demo.makers import derive_from_reference, reference_smollm2, train_from_scratch
from demo.recipes import GARAM, NURI
from demo.text import corpus, korean

TINY = replace(GARAM, name="tiny", steps=3, checkpoints=(2,), vocabulary=512, width=64, units=96, heads=4, kv_heads=2)
SHORT = replace(TINY, batch=2, length=32, peak_rate=3e-3)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return train_from_scratch(tmp_path_factory.mktemp("tiny"), recipe=SHORT)


def test_a_first_loss_is_that_of_an_untrained_model(tiny):
    assert tiny.first_loss == pytest.approx(log(SHORT.vocabulary), abs=0.15)


def test_step_0_is_the_initialisation_and_checkpoints_move_away_from_it(tiny):
    start, middle, final = (
        load_file(c.folder / "model.safetensors") for c in (tiny.initial, tiny.intermediate[0], tiny.final)
    )
    gate = "model.layers.0.mlp.gate_proj.weight"
    assert start[gate].std().item() == pytest.approx(SHORT.init_std, rel=0.05)
    assert (start[gate] - middle[gate]).norm() < (start[gate] - final[gate]).norm()


def test_the_same_seed_gives_the_same_weights(tiny, tmp_path):
    again = train_from_scratch(tmp_path, recipe=SHORT)
    mine, yours = (load_file(h.final.folder / "model.safetensors") for h in (tiny, again))
    assert all(torch.equal(mine[name], yours[name]) for name in mine)


def test_logs_and_curve_tell_the_same_losses(tiny):
    events = EventAccumulator(str(tiny.logs)).Reload()
    logged = [scalar.value for scalar in events.Scalars("train/loss")]
    with tiny.loss_curve.open(encoding="utf-8") as file:
        curve = [float(row["loss"]) for row in csv.DictReader(file)]
    assert logged == pytest.approx(curve, abs=1e-5)
    assert [s.value for s in events.Scalars("train/tokens")] == [64.0, 128.0, 192.0]


def test_the_event_file_does_not_name_the_machine(tiny):
    assert [p.name for p in tiny.logs.glob("events*")] == [f"events.out.tfevents.{SHORT.seed}"]


def test_the_declaration_names_its_parts(tiny):
    document = json.loads(tiny.declaration.read_text(encoding="utf-8"))
    assert [c["bom-ref"] for c in document["components"]] == ["decoder"]


def test_a_corpus_is_ordered_by_its_seed():
    assert corpus(1) == corpus(1)
    assert corpus(1) != corpus(2)
    assert sorted(corpus(1)) == sorted(corpus(2))


def test_korean_text_stands_beside_what_it_translates():
    assert "Static Files = 정적 파일" in korean()


@pytest.mark.model
def test_a_derived_model_keeps_the_frozen_half_and_changes_the_rest(tmp_path):
    reference = reference_smollm2(tmp_path / "reference")
    recipe = replace(NURI, steps=1, batch=1, length=16)
    hand_in = derive_from_reference(tmp_path / "derived", reference=reference.folder, recipe=recipe)
    known = load_file(reference.folder / "model.safetensors")
    found = {}
    for shard in sorted(hand_in.final.folder.glob("*.safetensors")):
        found |= load_file(shard)
    frozen, trained = (f"model.layers.{n}.mlp.up_proj.weight" for n in (0, 29))
    assert json.loads((hand_in.final.folder / "config.json").read_text())["architectures"] == ["MistralForCausalLM"]
    assert torch.equal(known[frozen].float(), found[frozen])
    assert not torch.equal(known[trained].float(), found[trained])
    assert hand_in.initial is None
    assert hand_in.first_loss < log(recipe.vocabulary) / 2
