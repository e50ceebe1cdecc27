"""Text that strangers wrote, made fit for a row, a log line and a page: no database takes NUL or half a surrogate pair."""

import unicodedata


def shown(text: str, *, length: int = 500) -> str:
    """At most `length` characters; whatever does not print stands there as Python writes it."""
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in cut)


def is_clean(text: str) -> bool:
    """Whether a row can hold it as it is: no control character, no half of a surrogate pair."""
    return not any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)
