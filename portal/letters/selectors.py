"""Reads of the register of numbers; the caller's rule decides who may see the document."""

from collections.abc import Iterable

from portal.letters.models import OfficialNumber


def number_of(subject_key: str) -> str:
    """The document's official number, empty while it has none."""
    row = OfficialNumber.objects.filter(subject_key=subject_key).first()
    return str(row) if row else ""


def numbers_of(subject_keys: Iterable[str]) -> dict[str, str]:
    rows = OfficialNumber.objects.filter(subject_key__in=list(subject_keys))
    return {row.subject_key: str(row) for row in rows}
