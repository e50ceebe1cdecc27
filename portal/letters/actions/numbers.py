"""The register of official documents."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from portal.letters.models import OfficialNumber

_LOCK = 0x1E77E5  # any number, the same in every process


class Paper(NamedTuple):
    """A document that gets a number: what names it in the portal, and what the register calls it."""

    subject_key: str
    title: str


def assign_number(*, kind: str, subject_key: str, title: str, actor: str) -> OfficialNumber:
    """The next number of the year (Korean time) for this document, once; given in the transaction that makes the document.

    The caller's ledger event names the number (`str(row)`).
    """
    (row,) = assign_numbers([Paper(subject_key, title)], kind=kind, actor=actor)
    return row


@transaction.atomic
def assign_numbers(papers: Sequence[Paper], *, kind: str, actor: str) -> list[OfficialNumber]:
    """Numbers for several documents in this order; one that has a number keeps it.

    Gap-free: one process at a time counts until its transaction ends, and one that is rolled back gives its numbers back.
    """
    _lock_register()
    keys = [paper.subject_key for paper in papers]
    known = set(OfficialNumber.objects.filter(subject_key__in=keys).values_list("subject_key", flat=True))
    year = timezone.localdate().year
    last = OfficialNumber.objects.filter(year=year).aggregate(last=Max("sequence"))["last"] or 0
    fresh = [paper for paper in papers if paper.subject_key not in known]
    OfficialNumber.objects.bulk_create(
        OfficialNumber(
            year=year,
            sequence=sequence,
            kind=kind,
            subject_key=paper.subject_key,
            title=paper.title[:300],
            assigned_by=actor,
        )
        for sequence, paper in enumerate(fresh, start=last + 1)
    )
    rows = {row.subject_key: row for row in OfficialNumber.objects.filter(subject_key__in=keys)}
    return [rows[key] for key in keys]


def _lock_register() -> None:
    """SQLite's IMMEDIATE transaction already is that lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
