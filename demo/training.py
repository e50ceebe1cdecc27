"""The training loop of the demonstration and the tokenizer its models learn first."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn

from demo.logs import EventLog, Point
from demo.recipes import Recipe

END = "<|end|>"


def learn_tokenizer(lines: list[str], *, size: int) -> Tokenizer:
    """A byte-level BPE of exactly `size` entries; END has id 0."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def batches(tokenizer: Tokenizer, lines: list[str], *, recipe: Recipe, end: int) -> Iterator[torch.Tensor]:
    """Packed sequences of shape (batch, length), round the text again when it ends."""
    stream: list[int] = []
    while True:
        for line in lines:
            stream += [*tokenizer.encode(line).ids, end]
            if len(stream) >= recipe.tokens_per_step:
                yield torch.tensor(stream[: recipe.tokens_per_step]).view(recipe.batch, recipe.length)
                stream = stream[recipe.tokens_per_step :]


def train(
    model: nn.Module, data: Iterator[torch.Tensor], *, recipe: Recipe, save: Callable[[int], object], log: EventLog
) -> list[Point]:
    """Train the parameters that ask for gradients; `save(step)` is called at every step of `recipe.checkpoints`."""
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, betas=recipe.betas, eps=recipe.epsilon, weight_decay=recipe.weight_decay)
    model.train()
    points: list[Point] = []
    for step in range(recipe.steps):
        if step in recipe.checkpoints:
            save(step)
        loss, norm = _update(model, next(data), optimizer=optimizer, rate=recipe.rate(step), clip=recipe.clip)
        tokens = (step + 1) * recipe.tokens_per_step
        points.append(Point(step, tokens, loss, recipe.rate(step), norm, time.time()))
        log.add(points[-1])
    return points


def _update(
    model: nn.Module, batch: torch.Tensor, *, optimizer: torch.optim.Optimizer, rate: float, clip: float
) -> tuple[float, float]:
    """One AdamW step; returns the loss before it and the gradient norm before clipping."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = model(input_ids=batch, labels=batch).loss
    loss.backward()
    norm = nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], clip)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), norm.item()


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=END, eos_token=END, pad_token=END)
    wrapped.save_pretrained(str(folder))
