"""Numbers of a report as text. What is missing stays empty, and a page shows a dash."""

import json
from typing import Any, NamedTuple

from originality.enums import Level

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
TONES = {Level.NO_TRACE: "neutral", Level.ANOMALY: "info", Level.COMMON_ORIGIN: "warning", Level.IDENTICAL: "danger"}
Row = dict[str, Any]


class Cell(NamedTuple):
    """A level as a badge: `text` is what stands in it."""

    level: int
    tone: str
    text: str


def level_cell(level: int, text: str = "") -> Cell:
    return Cell(level, TONES[Level(level)], text or str(Level(level).label))


def number(value: float | None, *, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def percent(share: float | None, *, digits: int = 1) -> str:
    return "" if share is None else f"{100 * share:.{digits}f}\u00a0%"


def plus_minus(mean: float | None, sd: float | None) -> str:
    return "" if mean is None or sd is None else f"{mean:.4f} ± {sd:.4f}"


def power_of_ten(log10: float | None) -> str:
    """Write a p-value that may be far below what a float holds."""
    if log10 is None:
        return ""
    return f"{10**log10:.3f}" if log10 > -3 else "10" + f"{log10:.0f}".translate(SUPERSCRIPTS)


def strongest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row["level"], row["log10_p_adj"]))


def stored_text(document: Row) -> str:
    """Return a report as it was stored: the same document always gives the same bytes."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
