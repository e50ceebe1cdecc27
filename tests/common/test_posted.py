"""Fields read without a form."""

import pytest
from django.http import QueryDict

from portal.common.posted import number_in, text_in


@pytest.mark.parametrize(
    ("typed", "number"), [("7", 7), ("", -1), ("-2", -1), ("seven", -1), ("9" * 9, 999_999_999), ("9" * 5000, -1)]
)
def test_a_number_is_read_or_its_default_taken_however_long_it_is(typed, number):
    assert number_in(QueryDict(f"n={typed}"), "n", default=-1) == number


def test_a_text_loses_the_sign_that_no_database_keeps():
    assert text_in(QueryDict("reason=a%00b"), "reason") == "ab"
