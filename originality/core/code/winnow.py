"""Fingerprints of a token sequence by winnowing.

Schleimer, Wilkerson, Aiken, *Winnowing: Local Algorithms for Document Fingerprinting* (SIGMOD 2003): hash every run of K
tokens, keep the least hash of every window of W runs, the rightmost of equal ones. Two texts that share W + K - 1 tokens in
a row share a fingerprint, and nothing shorter than K tokens is ever found.

K and W were chosen with the projects of `benchmarks/code_check.py` and then held to 22 others (docs/originality-code.md).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.code.tokens import Tokens

K = 16
WINDOW = 12
GUARANTEE = K + WINDOW - 1  # tokens in a row that cannot be missed
FEWEST_KINDS = 6  # different tokens in a run; tables of numbers and lists of fields have fewer and say nothing
BASE = np.uint64(0x9E3779B97F4A7C15)
MIX = np.uint64(0xFF51AFD7ED558CCD)


class Prints(NamedTuple):
    """The fingerprints of one file: hash, and the place of the first token of its run."""

    hash: NDArray[np.uint64]
    place: NDArray[np.int32]


def fingerprints(tokens: Tokens) -> Prints:
    hashes = _run_hashes(tokens.kind)
    if not len(hashes):
        return Prints(np.zeros(0, np.uint64), np.zeros(0, np.int32))
    places = np.unique(_least(hashes))
    places = places[_is_varied(tokens.kind, places)]
    return Prints(hashes[places], places.astype(np.int32))


def _run_hashes(kind: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a polynomial hash modulo 2⁶⁴ of each run of K tokens, mixed so that its size says nothing."""
    count = len(kind) - K + 1
    if count < 1:
        return np.zeros(0, np.uint64)
    total = np.zeros(count, np.uint64)
    for offset in range(K):
        total *= BASE
        total += kind[offset : offset + count]
    total ^= total >> np.uint64(33)
    total *= MIX
    total ^= total >> np.uint64(33)
    return total


def _least(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the place of the rightmost least hash in each window; a text shorter than a window is one window."""
    window = min(WINDOW, len(hashes))
    views = np.lib.stride_tricks.sliding_window_view(hashes, window)
    last = window - 1 - np.argmin(views[:, ::-1], axis=1)
    return np.arange(len(views)) + last


def _is_varied(kind: NDArray[np.uint64], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    runs = np.sort(kind[places[:, None] + np.arange(K)], axis=1)
    return 1 + np.count_nonzero(np.diff(runs, axis=1), axis=1) >= FEWEST_KINDS
