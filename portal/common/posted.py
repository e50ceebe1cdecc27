"""Fields read without a form, as safe as a form would make them."""

from django.http import QueryDict

DIGITS = 9


def text_in(post: QueryDict, name: str) -> str:
    """What was typed, without the NUL that a form refuses and PostgreSQL cannot keep."""
    return without_nul(str(post.get(name, "")))


def number_in(post: QueryDict, name: str, *, default: int) -> int:
    """A whole number of at most nine digits; `default` for anything else, however long."""
    return number_of(str(post.get(name, "")), default=default)


def number_of(text: str, *, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) <= DIGITS else default


def without_nul(text: str) -> str:
    return text.replace("\0", "")
