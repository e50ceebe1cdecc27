"""The stored series of a run, opened where they lie: only the ranges that a window needs are read."""

from collections.abc import Iterator
from contextlib import contextmanager

from originality.core.trace.seriesfile import SeriesFile, open_series
from originality.models import TraceRun
from portal.artifacts.actions import open_made


@contextmanager
def opened(run: TraceRun) -> Iterator[SeriesFile | None]:
    """Give the series for as long as the block lasts; None while no log has been read."""
    if run.series is None:
        yield None
        return
    with open_made(run.series) as stream:
        yield open_series(stream)
