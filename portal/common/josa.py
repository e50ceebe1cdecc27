"""Korean particles that depend on whether the word before them ends in a consonant.

>>> josa("가람", "은/는"), josa("누리", "은/는"), josa("서울", "으로/로")
('가람은', '누리는', '서울로')
"""

import re

FIRST_SYLLABLE, LAST_SYLLABLE = 0xAC00, 0xD7A3
FINALS = 28  # final consonants per syllable block, 0 being none
RIEUL = 8  # ㄹ: counts as a vowel before 으로/로
# How digits and letters end when read aloud in Korean: 0 영, 1 일, 3 삼, 6 육, 7 칠, 8 팔; L 엘, M 엠, N 엔, R 알.
FINAL_OF_CHARACTER = {
    "0": 21,
    "1": RIEUL,
    "3": 16,
    "6": 1,
    "7": RIEUL,
    "8": RIEUL,
    "l": RIEUL,
    "m": 16,
    "n": 4,
    "r": RIEUL,
}
CLOSING_MARKS = re.compile(r"[\s\"'”’)\]」』》>.]+$")


def josa(word: str, pair: str) -> str:
    """`word` with the fitting particle of `pair` ("은/는", "이/가", "을/를", "과/와", "으로/로")."""
    after_consonant, slash, after_vowel = pair.partition("/")
    if not slash:
        raise ValueError(f"{pair!r} is not a pair of particles; write it like '은/는'.")
    final = _final_consonant(word)
    if final == 0 or (final == RIEUL and after_consonant == "으로"):
        return word + after_vowel
    return word + after_consonant


def _final_consonant(word: str) -> int:
    last = CLOSING_MARKS.sub("", word)[-1:].lower()
    if last and FIRST_SYLLABLE <= ord(last) <= LAST_SYLLABLE:
        return (ord(last) - FIRST_SYLLABLE) % FINALS
    return FINAL_OF_CHARACTER.get(last, 0)
