"""A window as SVG: pages work without script, and print well. No style is inline; the sheet knows the classes."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from originality.curves.document import Curve
from originality.curves.marks import Mark, Shade
from originality.curves.words import figure, quantity_name, whole

WIDTH, HEIGHT = 760, 320  # px
LEFT, RIGHT, TOP, BOTTOM = 72, 12, 26, 30
TICKS = 6
SMALLEST, LARGEST = 1e-300, 1e300  # ranges whose tenth part and tenfold are numbers of 64 bits


class Line(NamedTuple):
    """`path` is an SVG path with a gap wherever a value is no number; `number` chooses colour and dashes."""

    number: int
    label: str
    path: str


class Tick(NamedTuple):
    at: str
    text: str


class Spot(NamedTuple):
    """A mark on the drawing: where it stands, and its code above."""

    code: str
    x: str
    y: str


class Area(NamedTuple):
    code: str
    x: str
    width: str
    level: int


class Drawing(NamedTuple):
    width: int
    height: int
    frame: tuple[int, int, int, int]  # left, top, right, bottom of the field that the lines lie in
    lines: list[Line]
    across: list[Tick]
    along: list[Tick]
    restarts: list[Spot]
    checkpoints: list[Spot]
    areas: list[Area]


class Scale(NamedTuple):
    """Maps [low, high] onto pixels from `begin` to `end`, in logarithms where `log`."""

    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        low, high, value = (math.log10(x) if self.log else x / 2 for x in (self.low, self.high, value))
        return self.begin + (self.end - self.begin) * ((value - low) / ((high - low) or 1.0))

    def ticks(self) -> list[float]:
        return _decades(self.low, self.high) if self.log else _round_numbers(self.low, self.high)


def draw(
    curves: Sequence[Curve],
    *,
    log: bool = False,
    labels: Sequence[str] = (),
    restarts: Sequence[Mark] = (),
    checkpoints: Sequence[Mark] = (),
    shades: Sequence[Shade] = (),
) -> Drawing | None:
    """Draw curves on one pair of axes; without two points there is nothing to draw. Marks are those of the first curve."""
    seen = np.concatenate([_drawable(curve, log=log) for curve in curves]) if curves else np.empty(0)
    if len(seen) < 2:
        return None
    ends = np.concatenate([curve.x[[0, -1]] for curve in curves if len(curve.x)])
    first, last = float(ends.min()), float(ends.max())
    across = Scale(first, last, LEFT, WIDTH - RIGHT)
    along = Scale(float(seen.min()), float(seen.max()), HEIGHT - BOTTOM, TOP, log)
    inside = [mark for mark in restarts if first <= mark.step <= last]
    return Drawing(
        width=WIDTH,
        height=HEIGHT,
        frame=(LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM),
        lines=[
            Line(n, label, _path(curve, across, along))
            for n, (curve, label) in enumerate(
                zip(curves, labels or [quantity_name(curve.quantity) for curve in curves], strict=True), 1
            )
        ],
        across=[Tick(f"{across.at(step):.1f}", whole(int(step))) for step in across.ticks()],
        along=[Tick(f"{along.at(value):.1f}", figure(value)) for value in along.ticks()],
        restarts=[Spot(mark.code, f"{across.at(mark.step):.1f}", str(TOP - 8)) for mark in inside],
        checkpoints=list(_spots(curves[0], checkpoints, across, along)),
        areas=list(_areas(shades, across)),
    )


def _drawable(curve: Curve, *, log: bool) -> np.ndarray:
    values = curve.window.value
    return values[np.isfinite(values) & ((values > 0) | (not log))]


def _path(curve: Curve, across: Scale, along: Scale) -> str:
    pieces, pen_down = [], False
    for x, value in zip(curve.x.tolist(), curve.window.value.tolist(), strict=True):
        if not math.isfinite(value) or (along.log and value <= 0):
            pen_down = False
            continue
        pieces.append(f"{'L' if pen_down else 'M'}{across.at(x):.1f} {along.at(value):.1f}")
        pen_down = True
    return "".join(pieces)


def _spots(curve: Curve, marks: Sequence[Mark], across: Scale, along: Scale) -> Iterator[Spot]:
    """Stand each checkpoint on the curve, at the value of the nearest point that is drawn."""
    usable = np.isfinite(curve.window.value) & ((curve.window.value > 0) | (not along.log))
    steps, values = curve.window.step[usable], curve.window.value[usable]
    for mark in marks:
        if len(steps) and curve.first <= mark.step <= curve.last:
            nearest = int(np.abs(steps - mark.step).argmin())
            yield Spot(mark.code, f"{across.at(mark.step):.1f}", f"{along.at(float(values[nearest])):.1f}")


def _areas(shades: Sequence[Shade], across: Scale) -> Iterator[Area]:
    for row in shades:
        if row.first <= across.high and across.low <= row.last:
            begin, end = across.at(max(row.first, across.low)), across.at(min(row.last, across.high))
            yield Area(row.code, f"{begin:.1f}", f"{max(end - begin, 2):.1f}", row.level)


def _round_numbers(low: float, high: float) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten, about six of them; the ends where the range is out of all measure."""
    rough = high / TICKS - low / TICKS
    if not SMALLEST < rough < LARGEST:
        return [low, high] if high > low else [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * power for unit in (1, 2, 5, 10) if unit * power >= rough)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _decades(low: float, high: float) -> list[float]:
    """Return powers of ten; where fewer than two lie in the range, their halves and fifths as well."""
    powers = range(math.floor(math.log10(low)), min(math.ceil(math.log10(high)), 307) + 1)
    tens = [10.0**power for power in powers if low <= 10.0**power <= high]
    if len(tens) >= 2:
        return tens[:: max(1, len(tens) // TICKS)]
    return [unit * 10.0**power for power in powers for unit in (1, 2, 5) if low <= unit * 10.0**power <= high] or [low]
