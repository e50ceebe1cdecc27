"""The n-grams of all items, looked up while the sample streams by."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluation.core.contamination.text import BREAK, WORDS, Hashes, character_grams, compact, word_grams, words_of

SIEVE_BITS = 22  # of a hash: one bit per slot says whether any n-gram of the items can be there
WORD_VIEW = 0  # else the number of characters of an n-gram

Place = tuple[str, int]  # file of the sample, line or paragraph in it


class Piece(NamedTuple):
    """A stretch of the sample, normalised."""

    place: Place
    text: str


class Index:
    """The distinct n-grams of one view. A hit is believed only when the text is the same, so that none is made up by a hash."""

    def __init__(self, view: int, texts: Iterable[str]) -> None:
        self.view = view
        self.texts: dict[int, str] = {}
        for text in texts:
            self._add(text)
        self.known: Hashes = np.array(sorted(self.texts), dtype=np.uint64)
        self.found: NDArray[np.bool_] = np.zeros(len(self.known), dtype=bool)
        self.places: dict[int, Place] = {}
        self.sieve: NDArray[np.bool_] = np.zeros(1 << SIEVE_BITS, dtype=bool)
        self.sieve[self._slots(self.known)] = True

    def _add(self, text: str) -> None:
        parts = self._parts(text)
        n = self._n
        for number, value in enumerate(self.hashes_of(text).tolist()):
            self.texts.setdefault(value, self._joined(parts[number : number + n]))

    @property
    def _n(self) -> int:
        return self.view or WORDS

    def _parts(self, text: str) -> list[str] | str:
        return compact(text) if self.view else words_of(text)

    def _joined(self, parts: list[str] | str) -> str:
        return parts if isinstance(parts, str) else " ".join(parts)

    def hashes_of(self, text: str) -> Hashes:
        return (character_grams(text, self.view) if self.view else word_grams(text)).hashes

    def _slots(self, hashes: Hashes) -> NDArray[np.int64]:
        return (hashes >> np.uint64(64 - SIEVE_BITS)).astype(np.int64)

    def look_through(self, pieces: list[Piece]) -> None:
        """Mark what these pieces hold. Each n-gram is verified once, however often it stands there."""
        if not len(self.known):
            return
        text = BREAK.join(piece.text for piece in pieces)
        hashes = self.hashes_of(text)
        at = np.flatnonzero(self.sieve[self._slots(hashes)])
        slots = np.searchsorted(self.known, hashes[at])
        slots[slots == len(self.known)] = 0
        new = (self.known[slots] == hashes[at]) & ~self.found[slots]
        slots, first = np.unique(slots[new], return_index=True)
        if len(slots):
            self._verify(slots, at[new][first], pieces=pieces, text=text)

    def _verify(self, slots: NDArray[np.int64], at: NDArray[np.int64], *, pieces: list[Piece], text: str) -> None:
        parts = self._parts(text)
        breaks = np.array([number for number, part in enumerate(parts) if part == BREAK])
        for slot, place in zip(slots.tolist(), at.tolist(), strict=True):
            value = int(self.known[slot])
            if self._joined(parts[place : place + self._n]) == self.texts[value]:
                self.found[slot] = True
                self.places[value] = pieces[int(np.searchsorted(breaks, place))].place

    def hits(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Which of these n-grams, all of them in the index, the sample holds."""
        return self.found[np.searchsorted(self.known, hashes)]

    def first_place(self, hashes: Hashes) -> Place | None:
        return next((self.places[value] for value in hashes.tolist() if value in self.places), None)
