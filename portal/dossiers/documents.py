"""Documents of plain values: what a page shows, what is frozen for a session and what is digested are one and the same."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

PLACES = 6  # significant digits of a figure that was measured


def plain(value: Any) -> Any:
    """Text, whole numbers, lists and objects alone: figures become text, as canonical JSON has no floats.

    >>> plain({"z": 31.8123456789, "at": None, "n": 1024})
    {'z': '31.8123', 'at': None, 'n': 1024}
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> int | str:
    if isinstance(value, Enum):
        return _scalar(value.value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return figure(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def figure(value: float) -> str:
    """At most six significant digits; what is no number stays readable.

    >>> figure(0.1 + 0.2), figure(float("nan")), figure(2.5e9)
    ('0.3', 'not a number', '2500000000')
    """
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if value == 0 or 1e-4 <= abs(value) < 1e15:
        return f"{float(f'{value:.{PLACES}g}'):f}".rstrip("0").rstrip(".") or "0"
    return f"{value:.{PLACES}g}"


def both(named: Any) -> dict[str, str]:
    """The names of a row in both languages."""
    return {"ko": named.name_ko, "en": named.name_en}
