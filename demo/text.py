"""Text to train on, read from what is installed: nothing of it is copied into this repository.

English comes from Python's own language reference, Korean from the message
catalogues of Django and allauth. No benchmark item is among it.
"""

import random
import re
from importlib.util import find_spec
from pathlib import Path
from pydoc_data.topics import topics

HELD = 20
CATALOGUE = "locale/ko/LC_MESSAGES/django.po"
MESSAGE = re.compile(r'^(msgid|msgstr)(?:\[\d+\])? ((?:".*"\n?)+)', re.MULTILINE)
MARKUP = re.compile(r"<[^>]*>|%\([^)]*\)s|[*`]{1,2}|\{[^}]*\}")


def english() -> list[str]:
    """Paragraphs of the language reference."""
    paragraphs = "\n\n".join(topics[name] for name in sorted(topics)).split("\n\n")
    return [text for p in paragraphs if len(text := " ".join(MARKUP.sub("", p).split())) > 80]


def korean() -> list[str]:
    """Messages, each beside the English it translates."""
    found: list[str] = []
    for package in ("django", "allauth"):
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        for path in sorted(Path(spec.origin).parent.rglob(CATALOGUE)):
            found += _messages(path.read_text(encoding="utf-8"))
    return found


def corpus(seed: int, *, korean_repeats: int = 6) -> list[str]:
    """Both languages in one shuffled order, without what is withheld; the few Korean texts come several times."""
    ours, theirs = ([line for i, line in enumerate(lines) if i % HELD] for lines in (english(), korean()))
    lines = ours + theirs * korean_repeats
    random.Random(seed).shuffle(lines)  # noqa: S311 - an order of training data, not a secret
    return lines


def withheld() -> str:
    """Every twentieth text of both languages: the ministry keeps them, and no team has read them."""
    return "\n".join([*english()[::HELD], *korean()[::HELD]])


def _messages(catalogue: str) -> list[str]:
    source, found = "", []
    for kind, quoted in MESSAGE.findall(catalogue):
        text = " ".join(MARKUP.sub("", "".join(re.findall(r'"(.*)"', quoted)).replace("\\n", " ")).split())
        if kind == "msgid":
            source = text
        elif source and text:
            found.append(f"{source} = {text}")
    return found
