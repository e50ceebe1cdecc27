"""A series as the points of an SVG line: drawn on the server, so that pages need no script and print well."""

from typing import NamedTuple

WIDTH, HEIGHT = 640, 200
MARGIN = 4


class Curve(NamedTuple):
    points: str
    width: int
    height: int
    first_step: float
    last_step: float
    lowest: str
    highest: str


def curve_of(series: list[list[float]]) -> Curve | None:
    """Take [step, value] pairs in order of step; fewer than two draw no line."""
    if len(series) < 2:
        return None
    steps, values = [pair[0] for pair in series], [pair[1] for pair in series]
    low, high = min(values), max(values)
    across, along = (high - low) or 1.0, (steps[-1] - steps[0]) or 1.0
    points = " ".join(
        f"{MARGIN + (WIDTH - 2 * MARGIN) * (step - steps[0]) / along:.1f},"
        f"{MARGIN + (HEIGHT - 2 * MARGIN) * (high - value) / across:.1f}"
        for step, value in series
    )
    return Curve(points, WIDTH, HEIGHT, steps[0], steps[-1], f"{low:.3f}", f"{high:.3f}")
