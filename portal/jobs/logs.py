"""The log of an attempt in parts: a page shows what there is and asks for what came after it."""

from typing import NamedTuple

from portal.jobs.models import Attempt

LONGEST_PART = 64 * 1024  # bytes in one answer


class LogPart(NamedTuple):
    """`missing` bytes between the offset asked for and the text are gone; `more` says whether it is worth asking again."""

    text: str
    end: int
    missing: int
    more: bool


def log_after(attempt: Attempt, *, offset: int) -> LogPart:
    """What the child printed after so many bytes. An offset beyond the end, or none that was ever given, gives the whole."""
    kept = attempt.log.encode()
    start = max(0, attempt.log_end - len(kept))
    known = offset if start <= offset <= attempt.log_end else start
    newest = kept[len(kept) - (attempt.log_end - known) :] if attempt.log_end >= known else kept
    text = newest[-LONGEST_PART:].decode("utf-8", "ignore")
    missing = max(0, start - offset) if offset <= attempt.log_end else 0
    return LogPart(text, attempt.log_end, missing, more=attempt.ended is None)
