"""What the laboratory's models read: installed text under a tokenizer learned from it, nothing copied into the project."""

import random
from functools import cache
from itertools import chain

import torch
from tokenizers import Tokenizer

from demo.text import english, korean
from demo.training import learn_tokenizer

VOCABULARY = 512


@cache
def lines(kind: str) -> tuple[str, ...]:
    """Return "first" and "second" half of the English paragraphs, "english", "korean" or "both"."""
    ours = english()
    return {
        "first": tuple(ours[::2]),
        "second": tuple(ours[1::2]),
        "english": tuple(ours),
        "korean": tuple(korean()),
        "both": (*ours, *korean()),
    }[kind]


@cache
def tokenizer(kind: str = "both", size: int = VOCABULARY) -> Tokenizer:
    """A byte-level BPE learned from one kind of text; other text gives another vocabulary and other merges."""
    return learn_tokenizer(list(lines(kind)), size=size)


@cache
def stream(kind: str, *, seed: int, words: str = "both", size: int = VOCABULARY) -> torch.Tensor:
    """Return all ids of one kind of text in an order of its own."""
    order = list(lines(kind))
    random.Random(seed).shuffle(order)
    encoded = tokenizer(words, size).encode_batch_fast(order)
    return torch.tensor(list(chain.from_iterable([*line.ids, 0] for line in encoded)))


def batches(
    kind: str, *, seed: int, steps: int, batch: int = 8, length: int = 64, words: str = "both", skip: int = 0
) -> torch.Tensor:
    """Return (steps, batch, length + 1) ids, round the text again when it ends; `skip` steps are left out first."""
    ids = stream(kind, seed=seed, words=words)
    size = batch * (length + 1)
    places = (torch.arange(steps * size) + skip * size) % len(ids)
    return ids[places].view(steps, batch, length + 1)
