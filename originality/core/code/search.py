"""Looking a file's fingerprints up in several corpora at once, as if they were one."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.code.index import Corpus, Row
from originality.core.code.matching import Chain, Hits, chains, repeated
from originality.core.code.winnow import Prints

IDIOM_FAMILIES = 4  # families of projects from which on a fingerprint is a common idiom
MOST_PER_PRINT = 100  # places of one fingerprint that are looked at


class Found(NamedTuple):
    """What one file shares: its passages; shares are of its fingerprints: seen anywhere, and common idioms among them."""

    chains: list[Chain]
    seen: float
    idioms: float


class Library:
    """All corpora of a run. A file's number runs through all of them in their order."""

    def __init__(self, corpora: Sequence[Corpus]) -> None:
        self.corpora = tuple(corpora)
        self._starts = np.cumsum([0, *(len(corpus.files) for corpus in corpora)])
        names: dict[str, int] = {}
        families = [
            names.setdefault(corpus.sources[row.source]["family"], len(names))
            for corpus in corpora
            for row in corpus.files
        ]
        self._family = np.array(families, np.int64)
        self.families = len(names)

    def where(self, file: int) -> tuple[Corpus, int]:
        place = int(np.searchsorted(self._starts, file, "right")) - 1
        return self.corpora[place], file - int(self._starts[place])

    def row(self, file: int) -> Row:
        corpus, number = self.where(file)
        return corpus.files[number]

    def source(self, file: int) -> dict[str, Any]:
        corpus, number = self.where(file)
        return dict(corpus.sources[corpus.files[number].source])

    def family(self, file: int) -> int:
        return int(self._family[file])

    def search(self, prints: Prints, *, without_family: int | None = None) -> Found:
        """Return the passages that a file shares with the library; `without_family` leaves one family of projects out."""
        hits = self._hits(prints, repeated(prints))
        if without_family is not None:
            hits = _kept(hits, self._family[hits.file] != without_family)
        idiom = self._idioms(hits, len(prints.hash))
        seen = np.zeros(len(prints.hash), np.bool_)
        seen[hits.query] = True
        count = max(1, len(prints.hash))
        found = chains(prints, _kept(hits, ~idiom[hits.query]))
        return Found(found, float(seen.sum() / count), float((seen & idiom).sum() / count))

    def _hits(self, prints: Prints, repeats: NDArray[np.bool_]) -> Hits:
        asked = np.flatnonzero(~repeats)
        parts = [self._hits_in(number, prints.hash[asked]) for number in range(len(self.corpora))]
        query, file, place = (np.concatenate([np.zeros(0, np.int64), *column]) for column in zip(*parts, strict=True))
        return Hits(asked[query.astype(np.int64)], file, place)

    def _hits_in(self, number: int, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], ...]:
        arrays = self.corpora[number].arrays
        low = np.searchsorted(arrays["hash"], hashes, "left")
        counts = np.minimum(np.searchsorted(arrays["hash"], hashes, "right") - low, MOST_PER_PRINT)
        query = np.repeat(np.arange(len(hashes)), counts)
        offset = np.arange(len(query)) - np.repeat(np.cumsum(counts) - counts, counts)
        at = low[query] + offset
        file = arrays["file"][at].astype(np.int64) + self._starts[number]
        return query, file, arrays["place"][at].astype(np.int64)

    def _idioms(self, hits: Hits, count: int) -> NDArray[np.bool_]:
        """Return per fingerprint whether it stands in so many families of projects that it belongs to none."""
        pairs = np.unique(np.stack([hits.query, self._family[hits.file]], axis=1), axis=0)
        return np.bincount(pairs[:, 0], minlength=count) >= IDIOM_FAMILIES


def _kept(hits: Hits, mask: NDArray[np.bool_]) -> Hits:
    return Hits(hits.query[mask], hits.file[mask], hits.place[mask])
