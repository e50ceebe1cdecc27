"""Checks of what people type that several apps share."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FIRST_YEAR, LAST_YEAR = 2000, 2100


def validate_moment(moment: datetime) -> None:
    """A slip such as the year 0002 or 20260: no database keeps it in every time zone, and no term can be counted from it."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValidationError(
            _("Enter a moment between the years %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
