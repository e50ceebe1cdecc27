"""A window of one series as the chart, the API, the drawing and the table take it."""

from typing import Any, NamedTuple

import numpy as np
from django.utils.translation import gettext as _

from originality.core.trace.seriesfile import SeriesFile, Stretch, Window
from originality.curves.marks import Mark, Shade
from originality.curves.words import counted, figure, quantity_name, whole

POINTS = 2000  # of a curve on a page: more than a screen has columns
PARTS = 10  # rows of the table
DIGITS = 5  # significant digits of a drawn value; the CSV file has all


class Curve(NamedTuple):
    """`first` and `last` are the steps asked for; `x` is what stands on the axis: steps, or tokens seen at these steps."""

    quantity: str
    tag: str
    first: int
    last: int
    window: Window
    x: np.ndarray
    axis: str
    ranges: list[list[str]]

    @property
    def in_words(self) -> str:
        return counted(self.window.total, len(self.window.step))

    @property
    def summary(self) -> str:
        return _summary(self)

    def document(self, *, restarts: list[Mark], checkpoints: list[Mark], shades: list[Shade]) -> dict[str, Any]:
        """Return what the chart draws and the API answers; what is no number is null."""
        return {
            "quantity": self.quantity,
            "tag": self.tag,
            "first": self.first,
            "last": self.last,
            "total": self.window.total,
            "shown": len(self.window.step),
            "axis": self.axis,
            "step": self.window.step.tolist(),
            **({} if self.axis == "step" else {"x": self.x.tolist()}),
            "value": [_rounded(value) for value in self.window.value.tolist()],
            "restarts": [[mark.code, mark.step] for mark in restarts if self.first <= mark.step <= self.last],
            "checkpoints": [[mark.code, mark.step] for mark in checkpoints if self.first <= mark.step <= self.last],
            "shades": [
                [row.code, max(row.first, self.first), min(row.last, self.last), row.level]
                for row in shades
                if row.first <= self.last and self.first <= row.last
            ],
            "count": self.in_words,
            "summary": self.summary,
            "ranges": self.ranges,
        }


def curve_of(
    series: SeriesFile,
    quantity: str,
    *,
    first: int | None = None,
    last: int | None = None,
    points: int = POINTS,
    axis: str = "step",
) -> Curve:
    """Read a window of a series that is there; bounds left out are those of the series."""
    info = series.quantities[quantity]
    begin = info.first if first is None else max(first, info.first)
    end = info.last if last is None else min(last, info.last)
    window = series.window(quantity, begin, end, points=points)
    tokens = axis == "tokens" and "tokens" in series.quantities
    return Curve(
        quantity=quantity,
        tag=info.tag,
        first=begin,
        last=max(begin, end),
        window=window,
        x=_tokens_at(series, window.step) if tokens else window.step,
        axis="tokens" if tokens else "step",
        ranges=[cells_of(row) for row in series.stretches(quantity, begin, end, parts=PARTS)],
    )


def _tokens_at(series: SeriesFile, steps: np.ndarray) -> np.ndarray:
    """Tokens seen at each step, between two logged ones by a straight line."""
    if not len(steps):
        return steps
    logged = series.window("tokens", series.quantities["tokens"].first, int(steps[-1]), points=POINTS)
    usable = np.isfinite(logged.value)
    if not usable.any():
        return steps
    return np.interp(steps, logged.step[usable], logged.value[usable]).round().astype(np.int64)


def cells_of(row: Stretch) -> list[str]:
    """Return a row of the table: steps, points, and where the lowest and the highest value lie."""
    steps = f"{whole(row.first)}–{whole(row.last)}"
    if not np.isfinite(row.low):
        return [steps, whole(row.points), "-", "-", "-", "-"]
    return [steps, whole(row.points), figure(row.low), whole(row.low_step), figure(row.high), whole(row.high_step)]


def _rounded(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None


def _summary(curve: Curve) -> str:
    """Say in two sentences what the drawing shows."""
    steps, values = curve.window.step, curve.window.value
    usable = np.isfinite(values)
    begun = _("%(name)s from step %(first)s to %(last)s: %(count)s.") % {
        "name": quantity_name(curve.quantity),
        "first": whole(curve.first),
        "last": whole(curve.last),
        "count": counted(curve.window.total, curve.window.total),
    }
    if not usable.any():
        return begun
    steps, values = steps[usable], values[usable]
    low, high = int(values.argmin()), int(values.argmax())
    return f"{begun} " + _(
        "It begins at %(start)s and ends at %(end)s; the lowest is %(low)s at step %(low_step)s, the highest %(high)s at step %(high_step)s."
    ) % {
        "start": figure(float(values[0])),
        "end": figure(float(values[-1])),
        "low": figure(float(values[low])),
        "low_step": whole(int(steps[low])),
        "high": figure(float(values[high])),
        "high_step": whole(int(steps[high])),
    }
