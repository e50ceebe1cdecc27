"""The models of the demonstration, each made by one function that writes a folder.

`reference_smollm2` and `unrelated_reference` are real models for the registry;
`train_from_scratch` and `derive_from_reference` make what the teams hand in.
All are deterministic for a seed on one machine; a run prints its seconds.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from demo.code import write_code
from demo.declarations import Component, write_declaration
from demo.gguf_models import Reference, gemma3_available, write_gemma3, write_minilm, write_smollm2
from demo.logs import EventLog, Point, write_loss_curve
from demo.recipes import SAVED, Checkpoint, HandIn, Recipe
from demo.text import corpus
from demo.training import batches, learn_tokenizer, save_tokenizer, train
from demo.training_declarations import write_training_declaration

SHARD_SIZE = "120MB"
NURI_END = "<|nuri_end|>"
KEPT = (  # what the function of a block depends on
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "vocab_size",
    "max_position_embeddings",
    "rms_norm_eps",
    "rope_parameters",
    "hidden_act",
)


def reference_smollm2(folder: Path, *, dtype: torch.dtype = torch.bfloat16) -> Reference:
    """The real SmolLM2-135M-Instruct: 269 MB in bfloat16, 538 MB in float32."""
    with _timed("reference SmolLM2"):
        return write_smollm2(folder, dtype=dtype)


def unrelated_reference(folder: Path) -> Reference:
    """A real model of other descent: Gemma 3 270M where its packages are installed, else MiniLM."""
    with _timed("unrelated reference"):
        return write_gemma3(folder) if gemma3_available() else write_minilm(folder)


def train_from_scratch(folder: Path, *, recipe: Recipe, threads: int = 1) -> HandIn:
    """A small Llama with its own vocabulary, from its own initialisation, with step 0 and checkpoints on the way."""
    with _timed(recipe.name) as seconds, _seeded(recipe.seed, threads=threads):
        lines = corpus(recipe.seed, korean_repeats=recipe.korean_repeats)
        tokenizer = learn_tokenizer(lines, size=recipe.vocabulary)
        model = _new_llama(recipe)
        log = EventLog(folder / "logs", recipe=recipe)
        save = _saver(folder, recipe, lambda target: _save_own(model, tokenizer, target), log=log)
        start = save(0)
        points = train(model, batches(tokenizer, lines, recipe=recipe, end=0), recipe=recipe, save=save, log=log)
        final = save(recipe.steps)
        log.close()
        return _hand_in(
            folder,
            recipe=recipe,
            parameters=_count(model),
            points=points,
            start=start,
            final=final,
            seconds=seconds(),
        )


def derive_from_reference(
    folder: Path, *, reference: Path, recipe: Recipe, frozen: int = 20, threads: int = 1
) -> HandIn:
    """The case the gate is for: the reference's weights under another class and other file names.

    Embeddings and the first `frozen` blocks stay as they are, the rest is
    fine-tuned for a few steps; no step-0 checkpoint exists and the declaration
    claims an own initialisation.
    """
    from tokenizers import Tokenizer

    with _timed(recipe.name) as seconds, _seeded(recipe.seed, threads=threads):
        lines = corpus(recipe.seed, korean_repeats=recipe.korean_repeats)
        text = (reference / "tokenizer.json").read_text(encoding="utf-8").replace("<|im_", "<|nuri_")
        tokenizer = Tokenizer.from_str(text)
        end = tokenizer.get_vocab()[NURI_END]
        model = _renamed(reference, end=end)
        _freeze(model, frozen)
        log = EventLog(folder / "logs", recipe=recipe)
        save = _saver(folder, recipe, lambda target: _save_renamed(model, tokenizer, target), log=log)
        points = train(model, batches(tokenizer, lines, recipe=recipe, end=end), recipe=recipe, save=save, log=log)
        final = save(recipe.steps)
        log.close()
        return _hand_in(
            folder,
            recipe=recipe,
            parameters=_count(model),
            points=points,
            start=None,
            final=final,
            seconds=seconds(),
        )


@contextmanager
def _timed(what: str) -> Iterator[Callable[[], float]]:
    start = time.monotonic()
    yield lambda: time.monotonic() - start
    print(f"{what}: {time.monotonic() - start:.1f} s", flush=True)


@contextmanager
def _seeded(seed: int, *, threads: int) -> Iterator[None]:
    """One seed, and a fixed number of threads: sums in another order would give other weights."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _new_llama(recipe: Recipe) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=recipe.vocabulary,
            hidden_size=recipe.width,
            intermediate_size=recipe.units,
            num_hidden_layers=recipe.layers,
            num_attention_heads=recipe.heads,
            num_key_value_heads=recipe.kv_heads,
            head_dim=recipe.width // recipe.heads,
            max_position_embeddings=1024,
            initializer_range=recipe.init_std,
            tie_word_embeddings=True,
            bos_token_id=0,
            eos_token_id=0,
            pad_token_id=None,
        )
    )


def _renamed(reference: Path, *, end: int) -> Any:
    """The reference's weights in transformers' Mistral class, which computes the same function."""
    from transformers import AutoConfig, AutoModelForCausalLM, MistralConfig, MistralForCausalLM

    source = AutoConfig.from_pretrained(reference, trust_remote_code=False)
    values = {name: getattr(source, name) for name in KEPT}
    config = MistralConfig(**values, tie_word_embeddings=True, sliding_window=None, bos_token_id=end, eos_token_id=end)
    model = MistralForCausalLM(config)
    weights = AutoModelForCausalLM.from_pretrained(reference, dtype=torch.float32, trust_remote_code=False)
    model.load_state_dict(weights.state_dict())
    return model


def _freeze(model: Any, blocks: int) -> None:
    model.model.embed_tokens.requires_grad_(requires_grad=False)
    for block in model.model.layers[:blocks]:
        block.requires_grad_(requires_grad=False)


def _save_own(model: Any, tokenizer: Any, target: Path) -> None:
    model.save_pretrained(target)
    save_tokenizer(tokenizer, target)


def _save_renamed(model: Any, tokenizer: Any, target: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    model.save_pretrained(target, max_shard_size=SHARD_SIZE)
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=NURI_END, pad_token=NURI_END)
    wrapped.save_pretrained(str(target))


def _saver(
    folder: Path, recipe: Recipe, write: Callable[[Path], object], *, log: EventLog
) -> Callable[[int], Checkpoint]:
    """`save` leaves a note when a checkpoint is whole: its digest, and that of the log so far, can then be deposited."""

    def save(step: int) -> Checkpoint:
        target = _target(folder, step)
        write(target)
        tokens = step * recipe.tokens_per_step
        so_far = shutil.copy(log.path, folder / f"{target.name}.log")
        note = {"folder": str(target), "step": step, "tokens": tokens, "log": str(so_far)}
        draft = folder / f"{target.name}.note"
        draft.write_text(json.dumps(note), encoding="utf-8")
        draft.replace(folder / f"{target.name}{SAVED}")
        return Checkpoint(step, tokens, target)

    return save


def _target(folder: Path, step: int) -> Path:
    return folder / f"step-{step:05d}"


def _hand_in(
    folder: Path,
    *,
    recipe: Recipe,
    parameters: int,
    points: list[Point],
    start: Checkpoint | None,
    final: Checkpoint,
    seconds: float,
) -> HandIn:
    """Every team declares one part, its own and trained from scratch: for one of them that is not true."""
    component = Component(part="decoder", name=f"{recipe.name} decoder")
    began, ended = points[0].time, points[-1].time
    training = write_training_declaration(
        folder / "training.json",
        recipe=recipe,
        parameters=parameters,
        began=_moment(began),
        ended=_moment(ended),
        hours=round((ended - began) / 3600, 4),
    )
    report = folder / "report.md"
    report.write_text(_report(recipe, points), encoding="utf-8")
    return HandIn(
        name=recipe.name,
        folder=folder,
        initial=start,
        intermediate=tuple(Checkpoint(s, s * recipe.tokens_per_step, _target(folder, s)) for s in recipe.checkpoints),
        final=final,
        logs=folder / "logs",
        loss_curve=write_loss_curve(folder / "loss.csv", points),
        declaration=write_declaration(folder / "components.json", model=recipe.name, components=[component]),
        training=training,
        code=write_code(folder / recipe.code, name=recipe.name.partition("-")[0], borrows=recipe.borrows),
        report=report,
        first_loss=points[0].loss,
        last_loss=points[-1].loss,
        seconds=seconds,
    )


def _count(model: Any) -> int:
    """Parameters of the model, a tied head counted once."""
    return sum(parameter.numel() for parameter in model.parameters())


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _report(recipe: Recipe, points: list[Point]) -> str:
    return (
        f"# {recipe.name}\n\n"
        f"Decoder-only language model, {recipe.layers} blocks of width {recipe.width}, "
        f"{recipe.vocabulary} vocabulary entries, {points[-1].tokens} training tokens.\n\n"
        f"AdamW, peak learning rate {recipe.peak_rate}, seed {recipe.seed}. "
        f"Loss {points[0].loss:.3f} at the start, {points[-1].loss:.3f} at the end.\n"
    )
