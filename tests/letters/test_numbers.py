"""Official numbers: one per document, without a gap, never changed."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.letters.actions import assign_number
from portal.letters.models import OfficialNumber
from portal.letters.selectors import number_of, numbers_of

pytestmark = pytest.mark.django_db


def number(key):
    return str(assign_number(kind="minutes", subject_key=key, title="Minutes", actor="user:1"))


def test_numbers_count_without_a_gap_even_when_a_document_is_rolled_back():
    assert str(OfficialNumber(year=2026, sequence=12)) == "독자AI-2026-0012"
    first = number("review.minutes:1")
    with transaction.atomic():
        number("review.minutes:2")
        transaction.set_rollback(True)
    third = number("review.minutes:3")
    assert [int(text[-4:]) for text in (first, third)] == [1, 2]


def test_a_document_keeps_its_number():
    assert number("review.minutes:1") == number("review.minutes:1") == number_of("review.minutes:1")
    assert number_of("review.minutes:2") == ""
    assert set(numbers_of(["review.minutes:1", "review.minutes:2"])) == {"review.minutes:1"}


def test_each_year_begins_at_one():
    last_year = timezone.localdate().year - 1
    OfficialNumber.objects.create(year=last_year, sequence=7, kind="minutes", subject_key="x:1", assigned_by="user:1")
    assert number("review.minutes:2").endswith(f"-{last_year + 1}-0001")


def test_a_line_of_the_register_cannot_be_changed_or_removed():
    number("review.minutes:1")
    row = OfficialNumber.objects.get()
    row.title = "Something else"
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        row.delete()
