"""The hour on the stage of the year: a file says which, and every process of the play reads it before it acts."""

import os
import time
from datetime import datetime
from pathlib import Path

import time_machine

from portal.common.time import KST

VARIABLE = "YEAR_CLOCK"


class Clock:
    """The test's hand on the clock. Between two settings the hour runs on as it does outside."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.offset = 0.0

    def set(self, moment: str) -> None:
        """`moment` is Korean time, "2026-01-15 10:00". Time goes forward only."""
        ahead = datetime.fromisoformat(moment).replace(tzinfo=KST).timestamp() - time.time()
        if self.file.exists() and ahead < self.offset:
            raise ValueError(f"{moment} lies before the hour that was set last")
        self._write(ahead)

    def _write(self, offset: float) -> None:
        self.offset = offset
        aside = self.file.with_suffix(".new")
        aside.write_text(repr(offset), encoding="ascii")
        aside.replace(self.file)

    def time(self) -> float:
        return time.time() + self.offset

    def sleep(self, seconds: float) -> None:
        """Nobody waits on this stage: the hour moves instead."""
        self._write(self.offset + seconds)

    def picked(self, moment: str) -> str:
        """As the browser's picker gives a moment."""
        return moment.replace(" ", "T")


class FollowedClock:
    """The same hour in another process. `catch_up` reads the file again when it changed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seen = ""
        self.traveller = time_machine.travel(self._moment(), tick=True)
        self.coordinates = self.traveller.start()

    def _moment(self) -> float:
        self.seen = self.file.read_text(encoding="ascii")
        hatch = time_machine.escape_hatch
        outside = hatch.time.time() if hatch.is_travelling() else time.time()
        return outside + float(self.seen)

    def catch_up(self) -> None:
        if self.file.read_text(encoding="ascii") != self.seen:
            self.coordinates.move_to(datetime.fromtimestamp(self._moment(), tz=KST), tick=True)


def followed() -> FollowedClock:
    return FollowedClock(Path(os.environ[VARIABLE]))
