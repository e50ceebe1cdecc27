"""How much of one item stands in the sample: by words, by characters, and whether its right answer stands right behind it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from evaluation.core.contamination.index import WORD_VIEW, Index, Piece, Place
from evaluation.core.contamination.text import HANGUL, LETTERS, SHORT, WORDS, compact, is_hangul, normalised

VIEWS = (WORD_VIEW, *sorted({HANGUL, LETTERS, *SHORT.values()}))
FLAGGED = 0.5  # share of the text from which on an item counts as overlapping
WHOLE = 0.95
LONGEST_ITEM = 8_000  # characters of one item that are compared
STOCK = 3  # items of one task that share an n-gram: then it is the task's wording and no item's


class Text(NamedTuple):
    """One item or one control text. `answer` is what a model should say, empty where nothing follows."""

    key: str
    question: str
    answer: str = ""

    @classmethod
    def of(cls, key: str, question: str, answer: str = "") -> "Text":
        return cls(key, normalised(question)[:LONGEST_ITEM], normalised(answer)[:LONGEST_ITEM])

    @property
    def with_answer(self) -> str:
        return f"{self.question} {self.answer}".strip()

    @property
    def language(self) -> str:
        return "ko" if is_hangul(self.with_answer) else "other"

    @property
    def long_width(self) -> int:
        return HANGUL if self.language == "ko" else LETTERS

    @property
    def is_short(self) -> bool:
        """Shorter than one n-gram: compared together with its answer, in shorter n-grams, and held against short control texts."""
        return len(compact(self.question)) < self.long_width

    @property
    def width(self) -> int:
        return SHORT[self.long_width] if self.is_short else self.long_width

    @property
    def body(self) -> str:
        return self.with_answer if self.is_short else self.question


class Overlap(NamedTuple):
    """Shares of the question's words and characters that lie in an n-gram of the sample; None where it is shorter than one."""

    words: float | None
    characters: float | None
    answer: bool
    place: Place | None

    @property
    def share(self) -> float | None:
        known = [value for value in (self.words, self.characters) if value is not None]
        return max(known) if known else None

    @property
    def flagged(self) -> bool:
        return (self.share or 0) >= FLAGGED

    @property
    def whole(self) -> bool:
        return (self.share or 0) >= WHOLE


class Group(NamedTuple):
    """Texts of one task, or of one language of the control."""

    name: str
    texts: Sequence[Text]


class Comparison:
    """All groups against one sample that streams by once."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.groups = list(groups)
        texts = [text for group in self.groups for text in group.texts]
        self.indexes = {view: Index(view, (text.with_answer for text in texts_for(view, texts))) for view in VIEWS}
        self.stock = {group.name: stock_of(group, self.indexes) for group in self.groups}

    def look_through(self, pieces: list[Piece]) -> None:
        for index in self.indexes.values():
            index.look_through(pieces)

    def overlaps(self, group: Group) -> list[Overlap]:
        return [self.overlap(text, stock=self.stock[group.name]) for text in group.texts]

    def overlap(self, text: Text, *, stock: Mapping[int, frozenset[int]]) -> Overlap:
        words = self._share(text.body, WORD_VIEW, stock)
        characters = self._share(text.body, text.width, stock)
        found = Overlap(words, characters, answer=False, place=self._place(text))
        return found._replace(answer=found.whole if text.is_short else self._answered(text))

    def _share(self, body: str, view: int, stock: Mapping[int, frozenset[int]]) -> float | None:
        """Of what lies in n-grams that are the item's own, the share that lies in n-grams of the sample."""
        index, n = self.indexes[view], view or WORDS
        hashes = index.hashes_of(body)
        if not len(hashes):
            return None
        own = np.array([value not in stock[view] for value in hashes.tolist()])
        found = index.hits(hashes) & own
        can, does = covered(own, n), covered(found, n)
        return float(does.sum() / can.sum()) if can.any() else None

    def _answered(self, text: Text) -> bool:
        """Whether an n-gram of the sample begins in the question and holds the answer, or as much of it as there is room for."""
        if not text.answer or not text.question:
            return False
        index, width = self.indexes[text.width], text.width
        length, reach = len(compact(text.question)), min(width, len(compact(text.answer)))
        first = max(0, min(length + reach - width, length - 1))
        seam = index.hashes_of(text.with_answer)[first:length]
        return bool(len(seam) and index.hits(seam).any())

    def _place(self, text: Text) -> Place | None:
        for view in (text.width, WORD_VIEW):
            index = self.indexes[view]
            if place := index.first_place(index.hashes_of(text.body)):
                return place
        return None


def texts_for(view: int, texts: Iterable[Text]) -> Iterable[Text]:
    """Words are looked up of all texts, characters in the width that fits the text."""
    return (text for text in texts if view in (WORD_VIEW, text.width))


def stock_of(group: Group, indexes: Mapping[int, Index]) -> dict[int, frozenset[int]]:
    """N-grams that several items of the group share."""
    return {view: _shared(group, indexes[view]) for view in VIEWS}


def _shared(group: Group, index: Index) -> frozenset[int]:
    counts: Counter[int] = Counter()
    for text in texts_for(index.view, group.texts):
        counts.update(set(index.hashes_of(text.body).tolist()))
    return frozenset(value for value, number in counts.items() if number >= STOCK)


def covered(
    grams: "np.ndarray[tuple[int], np.dtype[np.bool_]]", n: int
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Places that lie in one of these n-grams, given by where they begin."""
    change = np.zeros(len(grams) + n, dtype=np.int64)
    change[: len(grams)] += grams
    change[n:] -= grams
    return np.cumsum(change)[: len(grams) + n - 1] > 0
