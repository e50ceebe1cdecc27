"""Decimal text as people type it: finite, plain, never a float. No Django models, so forms and actions share it."""

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from portal.review.errors import NotPossible


def parse_decimal(text: str) -> Decimal | None:
    """The number, or None for anything that is not a finite decimal (NaN, infinity, words, exponents past ±9)."""
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    plain = isinstance(exponent, int) and -9 <= exponent <= 9
    return number if plain else None


def decimal_text(text: str, *, name: str) -> str:
    """Canonical text of a number, or NotPossible naming the field."""
    number = parse_decimal(text)
    if number is None:
        raise NotPossible(_("%(name)s: “%(text)s” is not a finite decimal number.") % {"name": name, "text": text})
    return format(number, "f")
