"""Text that strangers wrote, made fit for a row, a log line and a page: no database takes NUL or half a surrogate pair."""

import re
import unicodedata

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text as a row can hold it, lines and all: each NUL and each half of a surrogate pair becomes the sign for unknown.

    >>> storable("a" + chr(0) + "b" + chr(0xD800))
    'a�b�'
    """
    return UNSTORABLE.sub("�", text)


def shown(text: str, *, length: int = 500) -> str:
    """At most `length` characters; whatever does not print stands there as Python writes it."""
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in cut)


def is_clean(text: str) -> bool:
    """Whether a row can hold it as it is: no control character, no half of a surrogate pair."""
    return not any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)
