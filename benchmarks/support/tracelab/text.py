"""What the runs read and what is withheld from them: installed text, split by paragraph; nothing of it is copied into the project."""

import random
from functools import cache
from itertools import chain

import torch
from tokenizers import Tokenizer

from benchmarks.support.laboratory import reading
from benchmarks.support.tracelab.course import Recipe

WITHHELD, VALIDATION, OF = 0, 5, 10  # of every ten paragraphs one is withheld and one is for validation
NOISE = 7_001


@cache
def part(kind: str, which: str) -> tuple[str, ...]:
    """Return the paragraphs of "both", "english" or "korean" that are for "training", "validation" or "withheld"."""
    places = {"withheld": {WITHHELD}, "validation": {VALIDATION}}
    wanted = places.get(which, set(range(OF)) - {WITHHELD, VALIDATION})
    return tuple(line for number, line in enumerate(reading.lines(kind)) if number % OF in wanted)


def tokenizer(words: str) -> Tokenizer:
    return reading.tokenizer(words)


@cache
def stream(kind: str, which: str, *, order: int, words: str) -> torch.Tensor:
    lines = list(part(kind, which))
    random.Random(order).shuffle(lines)
    encoded = tokenizer(words).encode_batch_fast(lines)
    return torch.tensor(list(chain.from_iterable([*line.ids, 0] for line in encoded)))


def batch(recipe: Recipe, step: int, *, broken: bool) -> torch.Tensor:
    """Return (batch, length + 1) ids of one step: a resumed run reads what the first one read, the broken shard left out."""
    rows, length = recipe.batch(step), recipe.length
    if broken and step == recipe.spike:
        dice = torch.Generator().manual_seed(recipe.seed + NOISE)
        return torch.randint(recipe.shape.vocabulary, (rows, length + 1), generator=dice)
    ids = stream(recipe.mix(step), "training", order=recipe.order, words=recipe.words)
    place = recipe.tokens(step)
    starts = place + torch.arange(rows) * length
    return ids[(starts[:, None] + torch.arange(length + 1)) % len(ids)]


@cache
def windows(which: str, *, words: str, length: int, count: int = 48) -> torch.Tensor:
    """Return (count, length + 1) ids of text that no run has read."""
    ids = stream("both", which, order=1, words=words)
    return ids[: count * (length + 1)].view(count, length + 1)


def withheld() -> str:
    return "\n".join(part("both", "withheld"))
