"""Passages that a file shares with files of a corpus: fingerprints that follow one another in both.

A single shared fingerprint says little, since names are no longer told apart. A passage is a chain of them in the same
order and at nearly the same distances, so that inserted or removed tokens do not break it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.code.winnow import K, Prints

DRIFT = 24  # tokens that two neighbours of a chain may be nearer or farther on one side
GAP = 80  # tokens between neighbours of a chain
MOST_REPEATS = 3  # times that a fingerprint may stand in one file; a list of fields repeats its form and tells nothing
FEWEST_LINKS = 5  # fingerprints of a chain
MOST_OPEN = 64  # chains that are followed at one time within two files
FEWEST_TOKENS = 60  # tokens of a passage
BESIDE_LINKS, BESIDE_TOKENS = 2, 24  # the same of a further passage of two files that share one already


class Hits(NamedTuple):
    """One row per pair of equal fingerprints: row of the query, file of the corpus and the place there."""

    query: NDArray[np.int64]
    file: NDArray[np.int64]
    place: NDArray[np.int64]


def repeated(prints: Prints) -> NDArray[np.bool_]:
    """Return for each fingerprint whether its file has it too often to tell one place from another."""
    _values, inverse, counts = np.unique(prints.hash, return_inverse=True, return_counts=True)
    return counts[inverse] > MOST_REPEATS


class Chain(NamedTuple):
    """A passage in tokens: [first, last) here, and there in file `file`."""

    file: int
    first: int
    last: int
    there_first: int
    there_last: int
    links: int

    @property
    def tokens(self) -> int:
        return self.last - self.first


def chains(prints: Prints, hits: Hits) -> list[Chain]:
    """Return the passages, longest first. `hits` are those that are no boilerplate."""
    found = [chain for file, rows in _by_file(hits) for chain in _with_a_passage(prints, hits, rows, file)]
    return sorted(found, key=lambda chain: (-chain.tokens, chain.first, chain.file, chain.there_first))


def _with_a_passage(prints: Prints, hits: Hits, rows: NDArray[np.int64], file: int) -> list[Chain]:
    """Return the chains with one file if one of them stands alone as a passage; beside it shorter ones count as well."""
    found = list(_chains_with(prints, hits, rows, file))
    alone = any(chain.links >= FEWEST_LINKS and chain.tokens >= FEWEST_TOKENS for chain in found)
    return found if alone else []


def _by_file(hits: Hits) -> Iterator[tuple[int, NDArray[np.int64]]]:
    if not len(hits.file):
        return
    order = np.lexsort((hits.place, hits.query, hits.file))
    files, starts = np.unique(hits.file[order], return_index=True)
    for file, rows in zip(files, np.split(order, starts[1:]), strict=True):
        if len(rows) >= FEWEST_LINKS:
            yield int(file), rows


def _chains_with(prints: Prints, hits: Hits, rows: NDArray[np.int64], file: int) -> Iterator[Chain]:
    """Grow chains greedily: each hit joins the open chain whose end lies nearest before it on both sides."""
    open_chains: list[list[tuple[int, int]]] = []
    for row in rows:
        here, there = int(prints.place[hits.query[row]]), int(hits.place[row])
        kept, best = [], None
        for chain in open_chains:
            before, there_before = chain[-1]
            if here - before > GAP:
                yield from _closed(chain, file)
                continue
            kept.append(chain)
            step, there_step = here - before, there - there_before
            if step > 0 and 0 < there_step <= GAP and abs(step - there_step) <= DRIFT:
                rank = (abs(step - there_step), -len(chain))
                best = min(best, (rank, len(kept) - 1)) if best else (rank, len(kept) - 1)
        open_chains = kept
        if best is not None:
            open_chains[best[1]].append((here, there))
        elif len(open_chains) < MOST_OPEN:
            open_chains.append([(here, there)])
    for chain in open_chains:
        yield from _closed(chain, file)


def _closed(chain: list[tuple[int, int]], file: int) -> Iterator[Chain]:
    (first, there_first), (last, there_last) = chain[0], chain[-1]
    if len(chain) >= BESIDE_LINKS and last + K - first >= BESIDE_TOKENS:
        yield Chain(file, first, last + K, there_first, there_last + K, len(chain))


def covered(passages: list[Chain], count: int) -> NDArray[np.bool_]:
    """Return for each of `count` tokens whether some passage holds it."""
    mask = np.zeros(count, np.bool_)
    for chain in passages:
        mask[chain.first : chain.last] = True
    return mask
