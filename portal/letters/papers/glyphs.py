"""What the document font cannot draw is written as its code point, so that nothing is lost and no empty box stands for it."""

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"


@cache
def drawable() -> frozenset[int]:
    """The code points of the document font, about 20,000; read once per process."""
    with TTFont(FONTS / "PretendardGOV-Regular.otf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def legible(text: str) -> str:
    """`text` with "[U+1F600]" for what has no glyph; control characters but the line end become blanks, zero-width ones go."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if character == "\n" or (character.isprintable() and ord(character) in drawable()):
        return character
    if category == "Cf":
        return ""
    return " " if category in {"Cc", "Zs", "Zl", "Zp"} else f"[U+{ord(character):04X}]"
