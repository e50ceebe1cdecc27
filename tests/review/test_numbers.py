from decimal import Decimal

import pytest

from portal.review.errors import NotPossible
from portal.review.numbers import decimal_text, parse_decimal


@pytest.mark.parametrize(("text", "number"), [("8.5", "8.5"), (" 9 ", "9"), ("7,5", "7.5"), ("0", "0"), ("-1", "-1")])
def test_numbers_as_people_type_them(text, number):
    assert parse_decimal(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "-inf", "sNaN", "eight", "1e999999", "1e-999999", "1..2"])
def test_anything_else_is_no_number(text):
    assert parse_decimal(text) is None


def test_decimal_text_is_plain():
    assert decimal_text("1E+2", name="value") == "100"


def test_decimal_text_names_the_field():
    with pytest.raises(NotPossible, match="target"):
        decimal_text("many", name="target")
