"""Every point of a window as CSV, written piece by piece: ten million rows take no more memory than sixty thousand."""

from collections.abc import Iterator

from originality.core.trace.model import Series
from originality.core.trace.seriesfile import SeriesFile

HEADER = "step,value,time,segment\r\n"


def csv_chunks(series: SeriesFile, quantity: str, *, first: int | None, last: int | None) -> Iterator[bytes]:
    """Numbers alone, so that no cell can start a formula; `time` is in seconds since 1970, empty where the log has none."""
    yield HEADER.encode()
    for part in series.rows(quantity, first, last):
        yield "".join(_lines(part)).encode()


def _lines(part: Series) -> Iterator[str]:
    columns = (column.tolist() for column in part)
    for step, value, time, segment in zip(*columns, strict=True):
        yield f"{step},{value!r},{time or ''},{segment + 1}\r\n"
