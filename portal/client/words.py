"""Korean and English without Django: the msgid is the English text, the catalogue a .po file beside this module.

The file is read as it is, so that an installation needs no compiled catalogue.
"""

import ast
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "ko")
CATALOGUE = Path(__file__).parent / "locale" / "ko" / "LC_MESSAGES" / "django.po"
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # in the order in which POSIX asks them

_BLANK = re.compile(r"\{(\w+)\}")
_PLACE = re.compile(r"\\{(\w+)\\}")  # {name} as re.escape leaves it

_chosen = ""


def choose(language: str) -> None:
    """Speak this language from now on; empty: what the environment asks for."""
    global _chosen  # noqa: PLW0603 - one program, one reader
    _chosen = language


def language() -> str:
    if _chosen:
        return _chosen
    wanted = next((value for name in VARIABLES if (value := os.environ.get(name))), "")
    return "ko" if wanted.lower().startswith("ko") else "en"


def locale() -> str:
    """What a child process is told, so that it speaks the same language."""
    return "ko_KR.UTF-8" if language() == "ko" else "C.UTF-8"


def _(text: str) -> str:
    return (korean().get(text) or text) if language() == "ko" else text


def retold(text: str) -> str:
    """A sentence of the portal or of its formats, which speak English here, in the chosen language where it is known."""
    if language() != "ko":
        return text
    for pattern, translation in _patterns():
        if found := pattern.fullmatch(text):
            return translation.format(**{name: retold(value) for name, value in found.groupdict().items()})
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Texts with blanks, turned round: what stood in the blanks is put into the Korean sentence."""
    once = [
        (text, known) for text, known in korean().items() if len(blanks := _BLANK.findall(text)) == len(set(blanks))
    ]
    return [(re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(text)), re.DOTALL), known) for text, known in once]


@cache
def korean() -> dict[str, str]:
    if not CATALOGUE.exists():
        return {}
    return dict(entries(CATALOGUE.read_text(encoding="utf-8").splitlines()))


def entries(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Message and translation of each entry; a text may go on over several quoted lines."""
    texts = {"msgid": "", "msgstr": ""}
    field = ""
    for line in (*lines, "msgid"):
        word, _blank, rest = line.partition(" ")
        if word in texts:
            if word == "msgid" and texts["msgid"] and texts["msgstr"]:
                yield texts["msgid"], texts["msgstr"]
            field, texts[word] = word, ""
            line = rest  # noqa: PLW2901 - the same line without its keyword
        if field and line.startswith('"'):
            texts[field] += ast.literal_eval(line)
