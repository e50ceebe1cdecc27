"""Minutes as they are told apart: numbered within their phase, in the order in which they were recorded."""

from portal.programmes.models import Phase
from portal.review.models import Minutes


def minutes_number(minutes: Minutes) -> int:
    """The number within the phase. Rows are never deleted, so it never changes."""
    return Minutes.objects.filter(panel__phase_id=minutes.panel.phase_id, pk__lte=minutes.pk).count()


def numbers_in(phase: Phase) -> dict[int, int]:
    """Primary key -> number, for lists."""
    keys = Minutes.objects.filter(panel__phase=phase).order_by("pk").values_list("pk", flat=True)
    return {pk: number for number, pk in enumerate(keys, start=1)}
