"""The register of official documents."""

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from portal.letters.models import OfficialNumber

_LOCK = 0x1E77E5  # any number, the same in every process


@transaction.atomic
def assign_number(*, kind: str, subject_key: str, title: str, actor: str) -> OfficialNumber:
    """The next number of the year (Korean time) for this document, once; given in the transaction that makes the document.

    Gap-free: one process at a time counts until its transaction ends, and one that is rolled back gives its number back.
    The caller's ledger event names the number (`str(row)`).
    """
    _lock_register()
    existing = OfficialNumber.objects.filter(subject_key=subject_key).first()
    if existing is not None:
        return existing
    year = timezone.localdate().year
    last = OfficialNumber.objects.filter(year=year).aggregate(last=Max("sequence"))["last"] or 0
    return OfficialNumber.objects.create(
        year=year, sequence=last + 1, kind=kind, subject_key=subject_key, title=title[:300], assigned_by=actor
    )


def _lock_register() -> None:
    """SQLite's IMMEDIATE transaction already is that lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
