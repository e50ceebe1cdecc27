"""The reconciler step of this app: a call closes when its deadline has passed, whoever is at the desk."""

from django.utils import timezone

from portal.common.viewer import SYSTEM
from portal.programmes.actions import move_call
from portal.programmes.enums import CallState
from portal.programmes.models import Call


def close_due_calls() -> int:
    """Close every open call whose deadline is past; return how many those were."""
    due = list(Call.objects.filter(state=CallState.OPEN, closes_at__lte=timezone.now()))
    for call in due:
        move_call(call, "close", actor=SYSTEM)
    return len(due)
