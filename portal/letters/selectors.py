"""Reads of the outbox and of the register of numbers; the caller's rule decides who may see the document."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from portal.letters.enums import LetterState
from portal.letters.models import Letter, OfficialNumber


def number_of(subject_key: str) -> str:
    """The document's official number, empty while it has none."""
    row = OfficialNumber.objects.filter(subject_key=subject_key).first()
    return str(row) if row else ""


def numbers_of(subject_keys: Iterable[str]) -> dict[str, str]:
    rows = OfficialNumber.objects.filter(subject_key__in=list(subject_keys))
    return {row.subject_key: str(row) for row in rows}


def letters_in(state: str) -> QuerySet[Letter]:
    """Letters of one state, or all of them where it is empty; the newest first."""
    return Letter.objects.filter(state=state) if state else Letter.objects.all()


def counts() -> list[tuple[str, str, int]]:
    """(state, its name, how many letters), in the order of a letter's life."""
    found = dict(Letter.objects.order_by().values_list("state").annotate(Count("pk")))
    return [(state.value, str(state.label), found.get(state.value, 0)) for state in LetterState]
