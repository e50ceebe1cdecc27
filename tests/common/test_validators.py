"""Checks that several apps share."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError

from portal.common.validators import validate_moment
from portal.consortia.forms import MomentField as ConsortiaField
from portal.programmes.forms import MomentField as ProgrammesField
from portal.review.forms import MomentField as ReviewField


def test_the_years_of_a_programme_pass():
    validate_moment(datetime(2000, 1, 1, tzinfo=UTC))
    validate_moment(datetime(2100, 12, 31, tzinfo=UTC))


@pytest.mark.parametrize("field", [ConsortiaField, ProgrammesField, ReviewField])
@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "1999-12-31T23:59", "9999-12-31T23:59"])
def test_every_field_of_a_moment_refuses_what_no_term_can_be_counted_from(field: type[forms.Field], typed):
    with pytest.raises(ValidationError):
        field().clean(typed)
