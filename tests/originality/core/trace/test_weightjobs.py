"""The kinds of work on weights, as their children run them."""

import json
import math
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from originality.core.readers import open_folder
from originality.core.run import run_spec
from originality.core.sketch import build_sketch
from originality.core.sketchfile import save_sketch
from originality.core.trace.facts import Facts
from originality.core.trace.measures import measures_of, parse_measures
from originality.core.trace.redraw import redrawn
from originality.core.trace.weightchecks.beginning import step0_law
from tests.originality.core.trace.runs import LAWS, beginning, logs_of, source, stepped

LETTERS = sorted(pre_tokenizers.ByteLevel.alphabet())
TEXT = "나라의 말과 글을 배우는 모형이 읽지 않은 글이다. A text that it has not read.\n" * 40


def result(folder: Path, **spec):
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    run_spec(folder / "spec.json")
    return json.loads((folder / "result.json").read_text())


@pytest.fixture
def chain(tmp_path):
    """Folders of step 0, of what came of it, and of another model; the last as a sketch as well."""
    first = beginning(seed=1)
    source(tmp_path / "first", first)
    source(tmp_path / "last", stepped(first, steps=10, seed=2))
    save_sketch(build_sketch(source(tmp_path / "other", beginning(seed=5))), tmp_path / "other.sketch")
    return tmp_path


def test_a_leg_by_its_spec(chain):
    sides = {
        "before": {"path": "first", "digest": "a", "step": 0},
        "after": {"path": "last", "digest": "b", "step": 10},
    }
    leg = parse_measures(
        measures_of(legs=[result(chain, kind="originality.leg", start={"path": "first"}, **sides)])
    ).legs[0]

    assert (leg.before, leg.after, leg.step_after) == ("a", "b", 10)
    assert leg.from_start_cosine == pytest.approx(leg.cosine)


def test_the_beginning_by_its_spec(chain):
    references = [{"name": "Other", "digest": "c", "path": "other.sketch"}]
    laws = [law._asdict() for law in LAWS]
    found = result(
        chain, kind="originality.start", final="last", step0="first", init=laws, seed=None, references=references
    )
    measures = parse_measures(measures_of(start=found))

    assert measures.start["coverage"] == 1.0
    assert measures.binding["outcome"] == "bound"
    assert [(row["name"], abs(row["z"]) < 6) for row in measures.against_references] == [("Other", True)]


def test_a_run_without_step_0_is_still_set_against_references(chain):
    found = result(chain, kind="originality.start", final="last", step0=None, init=[], seed=None, references=[])

    assert (found["start"], found["binding"], found["against_references"]) == (None, None, [])


def untrained_model(folder):
    """A Llama of one layer as the library draws it from seed 7, with a tokenizer of bytes."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = {"hidden_size": 48, "intermediate_size": 128, "num_hidden_layers": 1, "num_attention_heads": 4}
    torch.manual_seed(7)
    LlamaForCausalLM(LlamaConfig(vocab_size=len(LETTERS), tie_word_embeddings=True, **sizes)).save_pretrained(folder)
    tokenizer = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(LETTERS)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    (folder / "tokenizer.json").write_text(tokenizer.to_str())


@pytest.mark.model
def test_the_loss_of_an_untrained_model_is_that_of_a_guess(tmp_path):
    untrained_model(tmp_path / "checkpoint")
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    spec = {"checkpoint": "checkpoint", "digest": "d", "step": 4, "text": "text.txt", "text_digest": "t"}
    found = result(tmp_path, kind="originality.loss", context=64, **spec)

    assert found["loss"] == pytest.approx(math.log(len(LETTERS)), abs=0.1)
    assert found["windows"] == len(found["each"]) == (len(TEXT.encode()) - 1) // 64
    assert 0 < found["stderr"] < 0.05

    (tmp_path / "text.txt").write_text("short", encoding="utf-8")
    assert "has 5 tokens; 4 windows need more" in result(tmp_path, kind="originality.loss", **spec)["problem"]
    lacking = Tokenizer(models.WordLevel(vocab={"a": 0}, unk_token="none"))
    (tmp_path / "checkpoint" / "tokenizer.json").write_text(lacking.to_str())
    lost = result(tmp_path, kind="originality.loss", **spec)
    assert lost["problem"] == "checkpoint: the tokenizer cannot read the text (Exception)"
    (tmp_path / "other").mkdir()
    other = result(tmp_path, kind="originality.loss", **(spec | {"checkpoint": "other"}))
    assert other["problem"].startswith("other: the model cannot be loaded")


@pytest.mark.model
@pytest.mark.parametrize(
    ("seed", "outcome", "level"), [(7, "shown", 0), (8, "not applicable", 0), (None, "not applicable", 0)]
)
def test_the_declared_seed_is_drawn_again(tmp_path, seed, outcome, level):
    """The right seed shows a beginning whose law nobody declared; another one says nothing, for code draws as it likes."""
    untrained_model(tmp_path / "m")
    found = result(tmp_path, kind="originality.start", final="m", step0="m", init=[], seed=seed, references=[])
    finding = step0_law(logs_of(), Facts(), parse_measures(measures_of(start=found)))

    assert (finding.outcome.value, finding.level) == (outcome, level)
    assert finding.figure["redrawn_tensors"] == (8 if seed == 7 else 0)


@pytest.mark.model
@pytest.mark.parametrize("claim", [{"hidden_size": 4096}, {"num_hidden_layers": 10**9}])
def test_a_config_that_claims_more_than_the_weights_draws_nothing(tmp_path, claim):
    untrained_model(tmp_path / "m")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    (tmp_path / "m" / "config.json").write_text(json.dumps(config | claim))

    assert (
        redrawn(open_folder(tmp_path / "m"), seed=7)["reason"] == "the config names other sizes than the weights have"
    )
