"""The one place that knows until when: page, API and client ask here, and so does the step that lets a hand-in lapse."""

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from portal.consortia.models import Entry
from portal.consortia.selectors import STILL_IN, deadline_of
from portal.programmes.enums import PhaseState
from portal.programmes.selectors import grace_of


class Window(NamedTuple):
    """Until when an entry hands in and its bytes may follow; both moments still belong to it. None: nothing is set.

    `closed` says why nothing is taken now (`closed`, `entry_out`, `deadline_passed`) and is empty while it is.
    """

    deadline: datetime | None
    bytes_due: datetime | None
    closed: str

    @property
    def is_open(self) -> bool:
        """Whether the team may prepare and hand in now."""
        return not self.closed


def window_of(entry: Entry, *, at: datetime | None = None) -> Window:
    """Return the window of an entry as it stands: a deadline that is moved moves what hangs on it."""
    deadline = deadline_of(entry)
    due = deadline + grace_of(entry.ruleset) if deadline else None
    return Window(deadline, due, _closed(entry, deadline, at or timezone.now()))


def bytes_due_of(entry: Entry) -> datetime | None:
    """Until when the bytes of what was declared in time may arrive."""
    return window_of(entry).bytes_due


def _closed(entry: Entry, deadline: datetime | None, at: datetime) -> str:
    if entry.phase.state != PhaseState.RECEIVING:
        return "closed"
    if entry.state not in STILL_IN:
        return "entry_out"
    return "deadline_passed" if deadline and at > deadline else ""
