"""Heat-maps drawn on the server: one SVG path per colour, runs of equal squares joined, no script and no inline style.

A map of more than 96 rows or columns is drawn coarser: each square then shows the highest bin of those it covers, so
that nothing found is lost and no page grows with the square of the layers.
"""

from collections.abc import Sequence
from typing import NamedTuple

LARGEST = 96
UNIT, SMALL_UNIT = 22, 16  # side of a square in pixels; small from 33 rows or columns on
FEW = 32
LABELS = 16  # at most so many names along an axis
HANGUL = 0x1100
Bins = Sequence[Sequence[int | None]]  # rows × columns; None: nothing was tested there


class Shade(NamedTuple):
    """One colour of a map. `mark` repeats it in a shape, for readers who do not see the colour."""

    fill: str
    label: str
    mark: str = ""  # or "dot", "line", "cross"

    @property
    def sample(self) -> str:
        """The mark in a square of its own, for the legend."""
        return _mark(0, 0, self.mark) if self.mark else ""


class Layer(NamedTuple):
    fill: str
    path: str
    marks: str


class Name(NamedTuple):
    x: int
    y: int
    text: str


class Heat(NamedTuple):
    """`joined` says how many rows and columns one square covers; lengths are pixels."""

    width: int
    height: int
    left: int
    joined: int
    layers: list[Layer]
    shades: list[Shade]
    rows: list[Name]
    columns: list[Name]
    unit: int
    grid: str


def draw(bins: Bins, shades: list[Shade], *, rows: list[str], columns: list[str]) -> Heat | None:
    """Draw bins (numbers of shades) under the names of rows and columns. Nothing tested at all draws nothing."""
    if not any(value is not None for row in bins for value in row):
        return None
    joined = -(-max(len(bins), *map(len, bins)) // LARGEST)
    squares = _coarser(bins, joined)
    left, across, down = 12 + max(map(_length, rows)), max(map(len, squares)), len(squares)
    unit = UNIT if max(across, down) <= FEW else SMALL_UNIT
    return Heat(
        width=left + unit * (across + 1),
        height=unit * down + 20,
        left=left,
        joined=joined,
        layers=[Layer(s.fill, _path(squares, n), _marks(squares, n, s.mark)) for n, s in enumerate(shades)],
        shades=shades,
        rows=[Name(left - 6, unit * (y // joined) + unit - 6, rows[y]) for y in _named(len(rows), joined)],
        columns=[Name(unit * (x // joined) + 2, unit * down + 14, columns[x]) for x in _named(len(columns), joined)],
        unit=unit,
        grid="".join(f"M{x - 0.05:g} 0v{down}" for x in range(1, across)),
    )


def _length(text: str) -> int:
    return sum(13 if ord(letter) >= HANGUL else 8 for letter in text)


def _named(count: int, joined: int) -> range:
    """Return which rows or columns carry their name: few enough to be read, and each at the start of a square."""
    step = joined * -(-count // (joined * LABELS))
    return range(0, count, step)


def _coarser(bins: Bins, joined: int) -> list[list[int | None]]:
    if joined == 1:
        return [list(row) for row in bins]
    across = max(map(len, bins))
    return [
        [_highest(bins[y : y + joined], x, joined) for x in range(0, across, joined)]
        for y in range(0, len(bins), joined)
    ]


def _highest(rows: Bins, start: int, joined: int) -> int | None:
    return max((value for row in rows for value in row[start : start + joined] if value is not None), default=None)


def _path(squares: list[list[int | None]], shade: int) -> str:
    """Outline each run of equal squares of a row as one rectangle; the grid drawn over it parts them."""
    return "".join(
        f"M{start} {y}h{length - 0.1:g}v.9h-{length - 0.1:g}z"
        for y, row in enumerate(squares)
        for start, length in _runs(row, shade)
    )


def _runs(row: list[int | None], shade: int) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for x, value in enumerate(row):
        if value != shade:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs


def _marks(squares: list[list[int | None]], shade: int, mark: str) -> str:
    if not mark:
        return ""
    places = [(x, y) for y, row in enumerate(squares) for x, value in enumerate(row) if value == shade]
    return "".join(_mark(x, y, mark) for x, y in places)


def _mark(x: int, y: int, mark: str) -> str:
    if mark == "dot":
        return f"M{x + 0.4:g} {y + 0.45:g}h.1"
    if mark == "line":
        return f"M{x + 0.2:g} {y + 0.7:g}l.5-.5"
    return f"M{x + 0.2:g} {y + 0.7:g}l.5-.5m-.5 0l.5.5"
