r"""Finds the names of makers in a text and masks them, whatever their case, spacing or signs between. No Django.

>>> Finder(["Garam Lab", "가람"]).mask("I am GARAM-lab, 가 람 made me.")
Masked(text='I am \ufffc, \ufffc made me.', found=2)
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

MASK = "\ufffc"  # stands where a name stood; pages write it out in their language
SHORTEST = 2  # a name of one sign would mask half of any text


class Masked(NamedTuple):
    text: str
    found: int


class _Folded(NamedTuple):
    """Letters and digits alone, folded, and for each the place in the text where it came from."""

    signs: str
    places: list[int]


class Finder:
    """Knows a set of names; the same for every model of a round, so that what is masked says nothing of who answered."""

    def __init__(self, names: Iterable[str]) -> None:
        folded = {_fold(plain(name)).signs for name in names}
        kept = sorted((name for name in folded if len(name) >= SHORTEST), key=lambda name: (-len(name), name))
        self._pattern = re.compile("|".join(map(re.escape, kept))) if kept else None

    def mask(self, text: str) -> Masked:
        """Each name in `text` (as `plain` gives it) replaced by one sign, so that the gap does not tell the name."""
        spans = self._spans(text)
        out, end = "", 0
        for start, stop in spans:
            out, end = out + text[end:start] + MASK, stop
        return Masked(out + text[end:], len(spans))

    def finds(self, text: str) -> bool:
        return bool(self._spans(text))

    def _spans(self, text: str) -> list[tuple[int, int]]:
        if self._pattern is None:
            return []
        folded, spans, position = _fold(text), [], 0
        while found := self._pattern.search(folded.signs, position):
            first, last = folded.places[found.start()], folded.places[found.end() - 1]
            if _stands_alone(text, first, last):
                spans.append((first, last + 1))
                position = found.end()
            else:
                position = found.start() + 1
        return spans


def _fold(text: str) -> _Folded:
    """Compatibility forms, case and everything between letters and digits are dropped: "Ｇａ-ram" folds to "garam"."""
    signs, places = [], []
    for place, sign in enumerate(text):
        for plain in unicodedata.normalize("NFKC", sign).casefold():
            if plain.isalnum():
                signs.append(plain)
                places.append(place)
    return _Folded("".join(signs), places)


def _stands_alone(text: str, first: int, last: int) -> bool:
    """A Latin name inside of a longer Latin word is that word ("Ara" in "character").

    A Korean name takes particles and is often written onto the word before, so it counts everywhere, unless it is
    pieced together from two words ("찾아가 람보").
    """
    before, after = text[first - 1 : first] if first else "", text[last + 1 : last + 2]
    pieced = not text[first : last + 1].isalnum()
    return not (_joins(before, text[first], hangul=pieced) or _joins(text[last], after))


def _joins(left: str, right: str, *, hangul: bool = False) -> bool:
    """Whether two neighbouring signs belong to one word, or to one number."""
    if not left or not right:
        return False
    words = ({"LATIN"}, {"DIGIT"}, {"HANGUL"}) if hangul else ({"LATIN"}, {"DIGIT"})
    return {_script(left), _script(right)} in words


def _script(sign: str) -> str:
    if sign.isdigit():
        return "DIGIT"
    name = unicodedata.name(sign, "")
    return next((script for script in ("LATIN", "HANGUL") if script in name), "") if sign.isalpha() else ""


def plain(text: str) -> str:
    """What is kept and shown of an answer: composed, with line ends, without signs that are unseen or turn the direction."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace(MASK, ""))
    return "".join(
        sign for sign in composed if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co"}
    )
