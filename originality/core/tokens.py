"""Tokenizers and embedding anchors: which strings two vocabularies share, and whether they share their numbering.

Shared strings are expected between strangers; only equal numbers and equal merge prefixes say something.
"""

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.kernels import Floats
from originality.core.readers import Source

ANCHORS = 1_024
MERGES = 2_048
Hashes = NDArray[np.uint64]


class TokenTable(NamedTuple):
    """Hashes of the token strings in order of id (0 where an id has none) and of the first merges."""

    tokens: Hashes
    merges: Hashes


class Anchors(NamedTuple):
    """Embedding rows (m, d_model) of the tokens with the smallest hashes: two models pick the same strings."""

    hashes: Hashes
    rows: Floats


def no_anchors() -> Anchors:
    return Anchors(np.zeros(0, np.uint64), np.zeros((0, 0), np.float32))


def string_hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "little") or 1


def token_table(source: Source) -> TokenTable:
    vocabulary = source.vocabulary()
    ids = [number for number in vocabulary.values() if isinstance(number, int) and 0 <= number < 1 << 22]
    tokens = np.zeros(max(ids, default=-1) + 1, np.uint64)
    for text, number in vocabulary.items():
        if isinstance(number, int) and 0 <= number < tokens.size:
            tokens[number] = string_hash(text)
    merges = np.array([string_hash(merge) for merge in source.merges()[:MERGES]], np.uint64)
    return TokenTable(tokens, merges)


def embedding_anchors(source: Source, *, name: str | None, table: TokenTable) -> Anchors:
    """Pick the anchor rows in one pass; empty when there is no tokenizer or no readable embedding."""
    if name is None or not table.tokens.size or not source.tensors[name].readable:
        return no_anchors()
    known = np.flatnonzero(table.tokens[: source.tensors[name].shape[0]])
    chosen = np.sort(known[np.argsort(table.tokens[known])[:ANCHORS]])
    rows = []
    for block in source.blocks(name):
        inside = chosen[(chosen >= block.start) & (chosen < block.start + len(block.values))] - block.start
        rows.append(block.values[inside])
    return Anchors(table.tokens[chosen], np.concatenate(rows))


def shared_anchors(a: Anchors, b: Anchors) -> tuple[Floats, Floats]:
    """Return the rows of both models for the strings that both chose, in the same order."""
    _, left, right = np.intersect1d(a.hashes, b.hashes, return_indices=True)
    return a.rows[left], b.rows[right]
