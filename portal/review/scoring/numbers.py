"""Exact numbers between decimal text and decimal text."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from fractions import Fraction

DIGITS = 12  # before the point
FINEST = -40  # exponent of the last digit that is read
SHOWN_PLACES = 12  # of a value that is not rounded by the rule
PRECISION = 80


def read_number(text: object) -> Decimal | None:
    """A finite decimal of a sane size, or None: what is missing or not a number is never taken for 0."""
    if isinstance(text, bool) or not isinstance(text, str | int):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < FINEST or number.adjusted() >= DIGITS:
        return None
    return number


def round_half_up(value: Fraction, places: int) -> Fraction:
    """Halves go away from 0.

    >>> round_half_up(Fraction(9475, 1000), 2)
    Fraction(237, 25)
    """
    scaled = value * 10**places
    whole, rest = divmod(abs(scaled).numerator, abs(scaled).denominator)
    whole += 2 * rest >= abs(scaled).denominator
    return Fraction(whole if value >= 0 else -whole, 10**places)


def show(value: Fraction, places: int) -> str:
    """Exactly `places` digits after the point.

    >>> show(Fraction(2, 3), 2)
    '0.67'
    """
    rounded = round_half_up(value, places)
    with localcontext(prec=PRECISION):
        number = Decimal(rounded.numerator) / Decimal(rounded.denominator)
        return format(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP), "f")


def show_exact(value: Fraction) -> str:
    """The value without trailing zeros, cut half-up after 12 places."""
    text = show(value, SHOWN_PLACES)
    return text.rstrip("0").rstrip(".")


def mean(values: Iterable[Fraction]) -> Fraction:
    numbers = list(values)
    return sum(numbers, Fraction()) / len(numbers)
