"""The points of every name while logs are read: in memory up to 64 MB, beyond that in an unnamed temporary file."""

import tempfile
from typing import BinaryIO, NamedTuple

import numpy as np

from originality.core.trace.model import Fault
from originality.core.trace.names import cleaned, quantity_of

HELD = 64 << 20  # bytes of points in memory
MOST_NAMES = 10_000
MOST_QUANTITIES = 1_000  # names that mean a quantity are kept beyond MOST_NAMES
MOST_POINTS = 200_000_000  # of all names: 6.4 GB of temporary file
KEPT = 1_000  # faults, and notes, that are listed
LARGEST_STEP = 1 << 53
POINT = np.dtype([("step", "<i8"), ("value", "<f8"), ("time", "<f8"), ("place", "<i8")])


class Found(NamedTuple):
    """One name in one file."""

    tag: str
    file: int


class Kept(NamedTuple):
    """What is known of a name in a file without reading its points again; `begun` is 0 where no point has a time."""

    points: int
    first: int
    last: int
    place: int
    begun: float
    goes_back: bool
    latest: int  # step of the last point

    def with_more(self, points: np.ndarray) -> "Kept":
        """Include points that follow."""
        step, time = points["step"], points["time"]
        timed = time[time > 0]
        begun = float(timed.min()) if len(timed) else 0.0
        return Kept(
            self.points + len(points),
            min(self.first, int(step.min())),
            max(self.last, int(step.max())),
            min(self.place, int(points["place"][0])),
            min(self.begun, begun) if self.begun and begun else self.begun or begun,
            self.goes_back or (self.points > 0 and int(step[0]) < self.latest) or bool((step[1:] < step[:-1]).any()),
            int(step[-1]),
        )


NOTHING = Kept(0, 1 << 62, -(1 << 62), 1 << 62, 0.0, False, 0)


class Findings:
    """Faults or notes: all are counted, the first thousand kept."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.total = 0

    def add(self, file: str, offset: int, reason: str) -> None:
        self.total += 1
        if len(self.kept) < KEPT:
            self.kept.append(Fault(file, int(offset), cleaned(reason, limit=500)))

    def mark(self) -> tuple[int, int]:
        """Where the findings stand, for `back_to`."""
        return len(self.kept), self.total

    def back_to(self, mark: tuple[int, int]) -> None:
        """Take back what was found since: the file was none to be read."""
        del self.kept[mark[0] :]
        self.total = mark[1]


class Spool:
    """Points by name and file, in the order of the file."""

    def __init__(self) -> None:
        self.kept: dict[Found, Kept] = {}
        self.points = 0
        self.faults = Findings()
        self.notes = Findings()
        self._held: dict[Found, list[np.ndarray]] = {}
        self._bytes = 0
        self._written: dict[Found, list[tuple[int, int]]] = {}
        self._file: BinaryIO | None = None
        self._tags: dict[str, int] = {}
        self._where: dict[str, list[Found]] = {}
        self._quantities = 0

    def admits(self, tag: str) -> bool:
        """Whether points of this name are kept: those after the first 10,000 names only where they mean a quantity."""
        if tag in self._tags or len(self._tags) < MOST_NAMES:
            return True
        return self._quantities < MOST_QUANTITIES and quantity_of(tag) is not None

    def add(self, tag: str, file: int, points: np.ndarray) -> int:
        """Keep the points of a name that is admitted; returns how many found room."""
        points = points[: max(0, MOST_POINTS - self.points)]
        if not len(points):
            return 0
        key = Found(tag, file)
        self._quantities += tag not in self._tags and len(self._tags) >= MOST_NAMES
        self._tags[tag] = self._tags.get(tag, 0) + len(points)
        if key not in self.kept:
            self._where.setdefault(tag, []).append(key)
        self.kept[key] = self.kept.get(key, NOTHING).with_more(points)
        self._held.setdefault(key, []).append(points)
        self.points += len(points)
        self._bytes += points.nbytes
        if self._bytes > HELD:
            self._flush()
        return len(points)

    def _flush(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the spool)
        for key, pieces in self._held.items():
            start = self._file.seek(0, 2)
            for piece in pieces:
                self._file.write(np.ascontiguousarray(piece).data)
            self._written.setdefault(key, []).append((start, sum(len(piece) for piece in pieces)))
        self._held.clear()
        self._bytes = 0

    def names(self) -> dict[str, int]:
        """Every name with its number of points."""
        return dict(self._tags)

    def extent(self, tag: str) -> tuple[int, int]:
        """First and last step of a name, in any file."""
        mine = [self.kept[key] for key in self.of(tag)]
        return min(kept.first for kept in mine), max(kept.last for kept in mine)

    def of(self, tag: str) -> list[Found]:
        """Where a name is found, file by file."""
        return self._where.get(tag, [])

    def take(self, key: Found) -> np.ndarray:
        """All points of one name in one file, in its order."""
        held = self._held.get(key, [])
        if key not in self._written and len(held) == 1:
            return held[0]
        points = np.empty(self.kept[key].points if key in self.kept else 0, POINT)
        place = 0
        for start, count in self._written.get(key, []):
            assert self._file is not None  # noqa: S101 (what was written has a file)
            self._file.seek(start)
            self._file.readinto(points[place : place + count].view(np.uint8).data)  # type: ignore[attr-defined]
            place += count
        for piece in held:
            points[place : place + len(piece)] = piece
            place += len(piece)
        return points

    def close(self) -> None:
        self._held.clear()
        if self._file is not None:
            self._file.close()


class Sink:
    """Where the reader of one file puts what it finds; names that find no room are counted, not lost silently."""

    def __init__(self, spool: Spool, *, file: int, name: str, prefix: str = "") -> None:
        self.spool = spool
        self.file = file
        self.name = name
        self.prefix = prefix
        self.format = ""
        self.size = 0
        self.zoneless = False
        self._left_out: dict[str, list[int]] = {}

    def add(self, tag: str, points: np.ndarray) -> None:
        """Keep points of a name; their steps are below 2^53 either way, or a fault."""
        beyond = np.abs(points["step"]) >= LARGEST_STEP
        if beyond.any():
            self.faults(points["place"][beyond], "the step is beyond 2^53")
            points = points[~beyond]
        if not len(points):
            return
        place = int(points["place"][0])
        if not self.takes(tag, len(points), place):
            return
        if (kept := self.spool.add(cleaned(self.prefix + tag), self.file, points)) < len(points):
            self._leave_out("points beyond the first 200,000,000", len(points) - kept, place)

    def takes(self, tag: str, count: int, place: int) -> bool:
        """Whether there is room for a name; where there is none its points are counted."""
        if self.spool.admits(cleaned(self.prefix + tag)):
            return True
        self._leave_out("names beyond the first 10,000", count, place)
        return False

    def _leave_out(self, what: str, count: int, place: int) -> None:
        self._left_out.setdefault(what, [0, place])[0] += count

    def fault(self, offset: int, reason: str) -> None:
        self.spool.faults.add(self.name, offset, reason)

    def faults(self, offsets: np.ndarray, reason: str) -> None:
        """One fault at every offset; beyond the first thousand they are counted."""
        for offset in offsets[:KEPT].tolist():
            self.fault(offset, reason)
        self.spool.faults.total += max(0, len(offsets) - KEPT)

    def note(self, offset: int, reason: str) -> None:
        self.spool.notes.add(self.name, offset, reason)

    def without_zone(self, offset: int) -> None:
        """The times of this file tell no time zone: they may be off by half a day."""
        self.zoneless = True
        self.note(offset, "the times tell no time zone; they are read as UTC")

    def finish(self) -> None:
        for what, (count, place) in self._left_out.items():
            self.fault(place, f"{what}: {count:,} points are not kept")


def plausible_time(time: np.ndarray) -> np.ndarray:
    """Seconds since 1970 between 1973 and 2100, from seconds, milli-, micro- or nanoseconds; 0 for anything else."""
    with np.errstate(invalid="ignore"):
        seconds = np.select([time > 1e17, time > 1e14, time > 1e11], [time / 1e9, time / 1e6, time / 1e3], time)
        return np.where((seconds > 1e8) & (seconds < 4.2e9), seconds, 0.0)
