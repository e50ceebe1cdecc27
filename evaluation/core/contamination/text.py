"""Text as it is compared: normalised, as words and as characters without spaces, and every n-gram of either as one number.

Normalisation: NFKC, casefold, everything that is neither letter nor digit becomes a space. Characters are taken without the
spaces, so that Korean spacing, which writers vary, hides nothing; words keep what was written together (Korean: eojeol).
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

WORDS = 8  # an eojeol says more than an English word: 13 (Brown et al. 2020) would miss most Korean items
HANGUL = 25  # characters of a text that is mostly Hangul, whose syllables say about twice as much as a letter
LETTERS = 50  # characters of any other text (as OpenAI 2023)
SHORT = {HANGUL: 12, LETTERS: 25}  # of an item that is shorter than that, taken together with its answer
BREAK = "\n"  # between documents: stands in no normalised text, so no n-gram reaches across
BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
INVERSE = pow(BASE, -1, 1 << 64)
_OTHER = re.compile(r"[\W_]+")
_HANGUL = re.compile(r"[가-힣]")


class Grams(NamedTuple):
    """All n-grams of one view of a text: number `i` begins at word or character `i`."""

    hashes: Hashes
    n: int


def normalised(text: str) -> str:
    """Letters and digits in one spelling, single spaces between them.

    >>> normalised("  Ｋorean_TEXT, 한국어! 문장 ")
    'korean text 한국어 문장'
    """
    return _OTHER.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def compact(text: str) -> str:
    return text.replace(" ", "")


def is_hangul(text: str) -> bool:
    """Whether at least half of the normalised text is Hangul.

    >>> is_hangul("gpu 카드를 나누어 쓴다"), is_hangul("the letter 가")
    (True, False)
    """
    return 2 * len(_HANGUL.findall(text)) >= len(compact(text)) > 0


def character_grams(text: str, n: int) -> Grams:
    """Of a normalised text, or of several with a break between them."""
    return Grams(_rolled(_mixed(_codes(compact(text))), n), n)


def word_grams(text: str) -> Grams:
    return Grams(_rolled(_word_hashes(text), WORDS), WORDS)


def words_of(text: str) -> list[str]:
    """As they are hashed: a break counts as a word."""
    return [word for word in spaced(text).split(" ") if word]


def spaced(text: str) -> str:
    return text.replace(BREAK, f" {BREAK} ")


def _codes(text: str) -> Hashes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)


def _mixed(values: Hashes) -> Hashes:
    """Neighbouring numbers apart (the finaliser of SplitMix64; Steele, Lea, Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@lru_cache(maxsize=4)
def _powers(count: int, base: int) -> Hashes:
    powers = np.cumprod(np.full(count, base, dtype=np.uint64), dtype=np.uint64)
    return np.concatenate([np.ones(1, dtype=np.uint64), powers[:-1]])


def _prefix(values: Hashes) -> tuple[Hashes, Hashes]:
    """Sums of value × base^place up to each place, and the inverse powers; arithmetic modulo 2^64."""
    room = 1 << max(10, int(len(values) + 1).bit_length())
    sums = np.concatenate(
        [np.zeros(1, dtype=np.uint64), np.cumsum(values * _powers(room, BASE)[: len(values)], dtype=np.uint64)]
    )
    return sums, _powers(room, INVERSE)


def _rolled(values: Hashes, n: int) -> Hashes:
    if len(values) < n:
        return np.zeros(0, dtype=np.uint64)
    sums, inverse = _prefix(values)
    return _mixed((sums[n:] - sums[:-n]) * inverse[: len(values) - n + 1])


def _word_hashes(text: str) -> Hashes:
    codes = _codes(spaced(text))
    is_space = codes == np.uint64(ord(" "))
    edges = np.diff(np.concatenate([[True], is_space, [True]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == -1), np.flatnonzero(edges == 1)
    sums, inverse = _prefix(_mixed(codes))
    return _mixed((sums[ends] - sums[starts]) * inverse[starts] + (ends - starts).astype(np.uint64))
