"""A limit of time on one file: there is text on which a lexer's expressions take hours, and nobody writes it by accident."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EACH = 20.0  # seconds for a file; honest files of 2 MiB take four
AFTERWARDS = 1.0  # seconds for each once `MOST_SLOW` files took too long
MOST_SLOW = 10


class TooSlowError(Exception):
    """The time of a file is up."""


def seconds_for(slow: int) -> float:
    """Return the time for the next file when `slow` files took too long already."""
    return EACH if slow < MOST_SLOW else AFTERWARDS


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `TooSlowError` when the time is up. Only the main thread of a process can be interrupted; others go on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _end(number: int, frame: FrameType | None) -> None:
    raise TooSlowError
