"""What the public reads: totals without names."""

from typing import NamedTuple

from django.db.models import Sum

from portal.custody.enums import DestructionState
from portal.custody.models import CalledCheckpoint, Deposit, Destruction, DestructionItem


class Totals(NamedTuple):
    """Counts over all programmes; bytes are those of the destroyed bundles."""

    deposits: int
    called: int
    destructions: int
    bundles: int
    bytes: int


def totals() -> Totals:
    done = DestructionItem.objects.filter(destruction__state=DestructionState.DONE)
    return Totals(
        deposits=Deposit.objects.count(),
        called=CalledCheckpoint.objects.count(),
        destructions=Destruction.objects.filter(state=DestructionState.DONE).count(),
        bundles=done.count(),
        bytes=done.aggregate(total=Sum("bundle__total_size"))["total"] or 0,
    )
