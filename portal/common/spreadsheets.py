"""Tables as CSV files that spreadsheets open safely."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
CSV = "text/csv; charset=utf-8"
Row = Sequence[Any]


def csv_of(rows: Iterable[Row]) -> bytes:
    """With a byte order mark, because spreadsheets need it for Hangul; no cell can start a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def safe_cell(value: Any) -> str:
    """A plain number stays one; other text that a spreadsheet would run gets an apostrophe."""
    text = "" if value is None else str(value)
    runs = text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} and not NUMBER.fullmatch(text)
    return f"'{text}" if runs else text
