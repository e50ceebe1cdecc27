"""Logs as JSON lines or CSV: one row a step, columns as the team named them."""

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from originality.core.trace.events import Scalar
from originality.core.trace.model import Fault

STEP_NAMES = ("step", "global_step", "_step", "iteration", "iter")
TIME_NAMES = ("wall_time", "_timestamp", "timestamp", "time")


def read_json_lines(path: Path) -> Iterator[Scalar | Fault]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                yield Fault(path.name, number, "this line is not JSON")
                continue
            yield from _row(path.name, number, row if isinstance(row, dict) else {})


def read_csv(path: Path) -> Iterator[Scalar | Fault]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.DictReader(file)
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                yield Fault(path.name, reader.line_num, str(error))
                continue
            if row is None:
                return
            yield from _row(path.name, reader.line_num, row)


def _row(name: str, number: int, row: dict[Any, Any]) -> Iterator[Scalar | Fault]:
    step = next((_number(row[key]) for key in STEP_NAMES if key in row), None)
    if step is None:
        yield Fault(name, number, f"no step; expected a column named {', '.join(STEP_NAMES)}")
        return
    time = next((_number(row[key]) for key in TIME_NAMES if key in row), None)
    for key, value in row.items():
        number_value = _number(value)
        if isinstance(key, str) and key not in STEP_NAMES + TIME_NAMES and number_value is not None:
            yield Scalar(key, int(step), time or 0.0, number_value)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) or not isinstance(value, str) else None
