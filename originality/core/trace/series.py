"""All files of a run merged into one series for every quantity, by step; memory does not grow with the logs' size."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from originality.core.errors import InputError
from originality.core.trace.formats import read_file
from originality.core.trace.merge import merge
from originality.core.trace.model import QUANTITIES, Logs, Seam, Segment, Series
from originality.core.trace.names import VALIDATION, cleaned, guess, words_of
from originality.core.trace.segments import Part, in_order, parts_of_file
from originality.core.trace.spool import POINT, Found, Sink, Spool

MOST_FILES = 10_000
MOST_SEGMENTS = 30_000
LONG = 1_000_000  # points of a series that are not kept in memory
MOST_NOTES = 100  # of one kind
CLOCK = 1.0  # seconds that a clock may go back unnoticed
Numbered = defaultdict[int, list[tuple[int, Part]]]
AXES = ("step", "time")  # columns of tables that a mapping may name as well


class LogFile(NamedTuple):
    """`format` says what was recognised, with encoding and delimiter of a text."""

    name: str
    format: str
    size: int
    points: int


class Reading:
    """Logs of a run with every name in them, not only those that mean a quantity; a context that frees its space."""

    def __init__(self, logs: Logs, spool: Spool, *, files: list[LogFile], parts: list[Part]) -> None:
        self.logs = logs
        self.files = files
        self.guesses = guess(spool.names())
        self.mapping: dict[str, str] = {}
        self._spool = spool
        self._parts = numbered(parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def names(self) -> dict[str, int]:
        """Every name of the logs with its number of points."""
        return self._spool.names()

    def extent(self, tag: str) -> tuple[int, int]:
        """First and last step of a name, in any segment."""
        return self._spool.extent(tag)

    def lengths(self, tag: str) -> list[tuple[int, int]]:
        """Segment and number of points of each piece that `pieces` yields."""
        keys = self._spool.of(tag)
        if all(len(self._parts[key.file]) == 1 for key in keys):
            return sorted((self._parts[key.file][0][0], self._spool.kept[key].points) for key in keys)
        return [(segment, len(points)) for segment, points in self.pieces(tag)]

    def pieces(self, tag: str) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the points of one name as they were logged: number of the segment, and columns step, value, time."""
        for segment, _, points in pieces_of(self._spool, self._parts, tag):
            yield segment, points


def reading_of(logs: Logs) -> Reading:
    """Logs that were not read from files: their names are those of their quantities, their points the merged ones."""
    spool = Spool()
    parts = []
    for number, segment in enumerate(logs.segments):
        for quantity, series in logs.series.items():
            mine = series.segment == number
            points = np.zeros(int(mine.sum()), POINT)
            points["step"], points["value"], points["time"] = series.step[mine], series.value[mine], series.time[mine]
            spool.add(logs.tags[quantity], number, points)
        parts.append(Part(segment, number, -1, 1))
    return Reading(logs, spool, files=[LogFile(name, "", 0, 0) for name in logs.files], parts=parts)


def read_logs(folder: Path, mapping: Mapping[str, str] | None = None) -> Logs:
    """Read every log below a folder (or one file); InputError when there is none.

    `mapping` names the tag of a quantity where the guess is wrong, or "" for none; tables also take "step" and "time".
    """
    with read_run(folder, mapping) as reading:
        return reading.logs


def read_run(folder: Path, mapping: Mapping[str, str] | None = None) -> Reading:
    """Read logs and keep all of their names; close what is returned."""
    mapping = _checked(mapping or {})
    paths = _paths(folder)
    spool = Spool()
    sinks: list[Sink] = []
    ignored: list[str] = []
    for path in paths[:MOST_FILES]:
        name = cleaned(path.name if path == folder else path.relative_to(folder).as_posix(), limit=500)
        sink = Sink(spool, file=len(sinks), name=name, prefix=_prefix(path, folder))
        if _read(path, sink, {axis: mapping[axis] for axis in AXES if axis in mapping}):
            sink.finish()
            sinks.append(sink)
        else:
            ignored.append(name)
    if len(paths) > MOST_FILES:
        spool.faults.add(str(folder.name), 0, f"{len(paths)} files; those after the first {MOST_FILES} are not read")
    if not sinks:
        spool.close()
        raise InputError(f"{folder}: no training log among {len(paths)} files; screenshots and notes are not read")
    return _assembled(spool, sinks, ignored=ignored, mapping=mapping)


def _read(path: Path, sink: Sink, axes: dict[str, str]) -> bool:
    """Read one file; one that the system does not give is a fault."""
    try:
        sink.size = path.stat().st_size
        return read_file(path, sink, axes=axes)
    except OSError as error:
        sink.fault(0, f"this file cannot be read: {error.strerror}")
        return True


def _paths(folder: Path) -> list[Path]:
    """Files below a folder; links are not followed."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    paths = [folder] if folder.is_file() else sorted(found)
    if not paths:
        raise InputError(f"{folder}: no log file; send TensorBoard event files, JSON lines or CSV")
    return paths


def _checked(mapping: Mapping[str, str]) -> dict[str, str]:
    for quantity, tag in mapping.items():
        if quantity not in (*QUANTITIES, *AXES):
            raise InputError(f"{quantity!r} is no quantity; there are {', '.join((*QUANTITIES, *AXES))}")
        if not isinstance(tag, str):
            raise InputError(f"{quantity}: the name of a series is a text")
    return dict(mapping)


def _prefix(path: Path, folder: Path) -> str:
    """Writers of training and validation often differ by their folder alone."""
    if folder in {path.parent, path}:
        return ""
    words = set(words_of(path.parent.name))
    return f"{path.parent.name}/" if words and words <= VALIDATION | {"loss"} else ""


def _assembled(spool: Spool, sinks: list[Sink], *, ignored: list[str], mapping: dict[str, str]) -> Reading:
    by_file: dict[int, list[Found]] = {}
    for key in spool.kept:
        by_file.setdefault(key.file, []).append(key)
    parts = in_order([parts_of_file(spool, sink, by_file.get(sink.file, [])) for sink in sinks])
    if len(parts) > MOST_SEGMENTS:
        spool.faults.add(
            "", 0, f"{len(parts)} starts of the program; those after the first {MOST_SEGMENTS} are not read"
        )
        parts = parts[:MOST_SEGMENTS]
    names = spool.names()
    tags = _tags(guess(names), mapping, names, spool)
    series: dict[str, Series] = {}
    seams: dict[str, list[Seam]] = {}
    for quantity, tag in tags.items():
        merged, seams[quantity] = _series(spool, sinks, parts, tag)
        series[quantity] = _set_down(merged)
    if series:
        _note_clocks(spool, parts, max(series.values(), key=len))
    segments: list[Segment] = [part.segment for part in parts]
    logs = Logs(
        series, tags, segments, seams, [sink.name for sink in sinks], ignored,
        spool.faults.kept, spool.faults.total, tuple(spool.notes.kept),
    )  # fmt: skip
    counts = {sink.file: sum(spool.kept[key].points for key in by_file.get(sink.file, [])) for sink in sinks}
    files = [LogFile(sink.name, sink.format, sink.size, counts[sink.file]) for sink in sinks]
    reading = Reading(logs, spool, files=files, parts=parts)
    reading.mapping = mapping
    return reading


def _set_down(series: Series) -> Series:
    """Keep a long series in an unnamed file, mapped: the next one needs the memory."""
    if len(series) < LONG:
        return series
    columns = []
    for column in series:
        with tempfile.TemporaryFile() as file:
            file.write(column.data)
            file.flush()
            columns.append(np.memmap(file, column.dtype, "r"))
    return Series(columns[0], columns[1], columns[2], columns[3])


def _tags(guesses: dict[str, str], mapping: dict[str, str], names: dict[str, int], spool: Spool) -> dict[str, str]:
    """The team's word goes before the guess; a name that the logs do not have is said."""
    tags = {}
    for quantity in QUANTITIES:
        tag = mapping.get(quantity, guesses.get(quantity, ""))
        if tag and tag not in names:
            spool.notes.add("", 0, f"{quantity}: no series of the logs is named {tag}")
        elif tag:
            tags[quantity] = tag
    return tags


def numbered(parts: list[Part]) -> Numbered:
    """The starts of each file with their numbers; a file whose starts are beyond those kept has none."""
    found: Numbered = defaultdict(list)
    for number, part in enumerate(parts):
        found[part.file].append((number, part))
    return found


def pieces_of(spool: Spool, parts: Numbered, tag: str) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield segment, file and points of one name, in the order of the segments."""
    for _, key in sorted((parts[key.file][0][0], key) for key in spool.of(tag) if parts[key.file]):
        points = spool.take(key)
        for number, part in parts[key.file]:
            left, right = np.searchsorted(points["place"], [part.start, part.end])
            if right > left:
                yield number, key.file, points[left:right]


def _series(spool: Spool, sinks: list[Sink], parts: list[Part], tag: str) -> tuple[Series, list[Seam]]:
    found = merge(pieces_of(spool, numbered(parts), tag))
    names = {sink.file: sink.name for sink in sinks}
    for number in found.concurrent:
        told = f"{tag} was written at the same time by another file with other values; the first is followed"
        spool.notes.add(names[parts[number].file], parts[number].segment.offset, told)
    first = parts[found.series.segment[0]].segment if len(found.series) else Segment("", 0, 0, 0.0)
    if found.repeated:
        told = f"{tag}: {found.repeated} points tell a step again in one start; the last value stands"
        spool.notes.add(first.file, first.offset, told)
    wrong = ~np.isfinite(found.series.value)
    if wrong.any():
        told = f"{tag}: {int(wrong.sum())} values are no finite number, the first at step {found.series.step[wrong][0]}"
        spool.notes.add(first.file, first.offset, told)
    return found.series, found.seams


def _note_clocks(spool: Spool, parts: list[Part], series: Series) -> None:
    """Say where times go back: inside a start, or from the end of one to the begin of the next, as with another clock."""
    timed = np.flatnonzero(series.time > 0)
    time, segment, step = series.time[timed], series.segment[timed], series.step[timed]
    for row in (np.flatnonzero(time[1:] < time[:-1] - CLOCK) + 1)[:MOST_NOTES].tolist():
        where = parts[segment[row]].segment
        again = " in a later start" if segment[row] != segment[row - 1] else ""
        spool.notes.add(
            where.file, where.offset, f"times go back by {time[row - 1] - time[row]:,.0f} s at step {step[row]}{again}"
        )
