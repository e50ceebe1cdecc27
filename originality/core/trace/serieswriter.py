"""Writes the series of a run as the one safetensors file that seriesfile.py reads; columns go to their places one by one."""

import json
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from originality.core.trace.blocks import blocks_of, levels_of
from originality.core.trace.logsdocument import logs_document
from originality.core.trace.model import Logs, Series
from originality.core.trace.series import Reading, reading_of
from originality.core.trace.seriesfile import COLUMNS, LOGGED, SCHEMA, TYPES, Placed

MOST_RUNS = 10_000


def write_series(read: Reading | Logs, path: Path) -> None:
    """Write everything of a reading; the same logs give the same bytes."""
    reading = reading_of(read) if isinstance(read, Logs) else read
    names = sorted(reading.names())
    parts, total = _parts(reading, names)
    texts = {"document": _text(logs_document(reading)), "names/list": _text(names)}
    layout: dict[str, tuple[str, list[int]]] = {}
    for quantity, series in reading.logs.series.items():
        layout |= {f"{quantity}/{name}": (kind, [len(series)]) for name, kind in COLUMNS.items()}
        layout[f"{quantity}/blocks"] = ("F64", [sum(levels_of(len(series))), 5])
        layout[f"{quantity}/runs"] = ("I64", list(_runs(series).shape))
    layout |= {f"names/{name}": (COLUMNS[name], [total]) for name in LOGGED}
    layout["names/parts"] = ("I64", list(parts.shape))
    layout |= {name: ("U8", [len(text)]) for name, text in texts.items()}
    with path.open("wb") as file:
        placed = _write_header(file, layout, _entries(reading.logs))
        for quantity, series in reading.logs.series.items():
            for name in COLUMNS:
                _put(file, placed[f"{quantity}/{name}"], getattr(series, name))
            _put(file, placed[f"{quantity}/blocks"], blocks_of(series))
            _put(file, placed[f"{quantity}/runs"], _runs(series))
        _put(file, placed["names/parts"], parts)
        for name, text in texts.items():
            _put(file, placed[name], np.frombuffer(text, np.uint8))
        _write_names(file, reading, names, placed)


def _runs(series: Series) -> np.ndarray:
    """Step at which a segment begins to be followed, and its number; the first 10,000 of them."""
    changes: np.ndarray = series.segment[1:] != series.segment[:-1]
    starts = np.append(0, np.flatnonzero(changes) + 1)[: min(MOST_RUNS, len(series))]
    return np.column_stack([series.step[starts], series.segment[starts].astype(np.int64)])


def _text(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()


def _entries(logs: Logs) -> dict[str, Any]:
    return {
        quantity: {
            "tag": logs.tags[quantity],
            "points": len(series),
            "first": int(series.step[0]) if len(series) else 0,
            "last": int(series.step[-1]) if len(series) else 0,
        }
        for quantity, series in logs.series.items()
    }


def _parts(reading: Reading, names: list[str]) -> tuple[np.ndarray, int]:
    """Where the points of each name and segment lie in the columns of names."""
    rows, place = [], 0
    for number, name in enumerate(names):
        for segment, points in reading.lengths(name):
            rows.append((number, segment, place, place + points))
            place += points
    return np.array(rows, np.int64).reshape(-1, 4), place


def _write_names(file: BinaryIO, reading: Reading, names: list[str], placed: dict[str, Placed]) -> None:
    place = 0
    for name in names:
        for _, points in reading.pieces(name):
            for column in LOGGED:
                file.seek(placed[f"names/{column}"].start + 8 * place)
                file.write(np.ascontiguousarray(points[column]).data)
            place += len(points)


def _write_header(
    file: BinaryIO, layout: dict[str, tuple[str, list[int]]], entries: dict[str, Any]
) -> dict[str, Placed]:
    """Write the header, padded so that numbers are aligned; returns where the tensors go."""
    metadata = {"schema": SCHEMA, "quantities": _text(entries).decode()}
    header: dict[str, Any] = {"__metadata__": metadata}
    ordered = sorted(layout, key=lambda name: -TYPES[layout[name][0]].itemsize)
    placed, place = {}, 0
    for name in ordered:
        kind, shape = layout[name]
        size = int(np.prod(shape)) * TYPES[kind].itemsize
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [place, place + size]}
        placed[name] = Placed(kind, shape, place)
        place += size
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    start = file.tell()
    file.truncate(start + place)
    return {name: item._replace(start=start + item.start) for name, item in placed.items()}


def _put(file: BinaryIO, where: Placed, column: np.ndarray) -> None:
    file.seek(where.start)
    file.write(np.ascontiguousarray(column, TYPES[where.kind]).data)
