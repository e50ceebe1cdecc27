"""What logs are, as JSON without their points: files, names and what they are taken for, starts, seams, faults."""

from typing import Any

import numpy as np

from originality.core.trace.blocks import blocks_of, drawn, levels_of
from originality.core.trace.model import Fault, Logs, Seam, Segment, Series
from originality.core.trace.names import quantity_of
from originality.core.trace.series import Reading, reading_of

SCHEMA = "originality-logs/1"
LISTED = 1_000
NAMES_LISTED = 2_000
CURVE = 300  # points of a small curve
LONG = 100_000  # points of a series whose curve is drawn from blocks


def logs_document(read: Reading | Logs) -> dict[str, Any]:
    """Lists are cut at a thousand, with their length beside them; names that mean a quantity come first."""
    reading = reading_of(read) if isinstance(read, Logs) else read
    logs = reading.logs
    return {
        "schema": SCHEMA,
        "tags": logs.tags,
        "guesses": reading.guesses,
        "mapping": reading.mapping,
        "quantities": {quantity: _extent(series) for quantity, series in logs.series.items()},
        "curves": {quantity: small_curve(series) for quantity, series in logs.series.items()},
        "names": _names(reading),
        "names_total": len(reading.names()),
        "files": [file._asdict() for file in reading.files[:LISTED]],
        "files_total": len(reading.files),
        "ignored": logs.ignored[:LISTED],
        "ignored_total": len(logs.ignored),
        "segments": [segment._asdict() for segment in logs.segments],
        "seams": {quantity: [seam._asdict() for seam in seams] for quantity, seams in logs.seams.items()},
        "faults": [fault._asdict() for fault in logs.faults],
        "faults_total": logs.faults_total,
        "notes": [note._asdict() for note in logs.notes],
    }


def logs_of(document: dict[str, Any], series: dict[str, Series]) -> Logs:
    """Logs again from their document and their columns."""
    return Logs(
        series,
        document["tags"],
        [Segment(**item) for item in document["segments"]],
        {quantity: [Seam(**item) for item in seams] for quantity, seams in document["seams"].items()},
        [file["name"] for file in document["files"]],
        document["ignored"],
        [Fault(**item) for item in document["faults"]],
        document["faults_total"],
        tuple(Fault(**item) for item in document["notes"]),
    )


def _names(reading: Reading) -> list[dict[str, Any]]:
    rows = []
    for name, points in reading.names().items():
        first, last = reading.extent(name)
        meaning = quantity_of(name)
        quantity = meaning[0] if meaning else ""
        rows.append({"name": name, "points": points, "first": first, "last": last, "quantity": quantity})
    return sorted(rows, key=lambda row: (not row["quantity"], row["name"]))[:NAMES_LISTED]


def _extent(series: Series) -> dict[str, Any]:
    """Steps and values of a series; values that are no finite number are counted apart."""
    finite = series.value[np.isfinite(series.value)]
    return {
        "points": len(series),
        "first": int(series.step[0]) if len(series) else None,
        "last": int(series.step[-1]) if len(series) else None,
        "low": float(finite.min()) if len(finite) else None,
        "high": float(finite.max()) if len(finite) else None,
        "not_finite": len(series) - len(finite),
    }


def small_curve(series: Series) -> list[list[float]]:
    """At most 300 [step, value]: lowest and highest of every stretch, first and last; numbers that are not finite are left out."""
    if len(series) > LONG:
        return _long_curve(series)
    finite = np.isfinite(series.value)
    step, value = series.step[finite], series.value[finite]
    if len(step) > CURVE:
        picked, heights = drawn(np.column_stack([step, step, value, step, value]), buckets=CURVE // 2 - 1)
        inner = (picked != step[0]) & (picked != step[-1])
        step = np.concatenate([step[:1], picked[inner], step[-1:]])
        value = np.concatenate([value[:1], heights[inner], value[-1:]])
    return [[int(at), float(height)] for at, height in zip(step, value, strict=True)]


def _long_curve(series: Series) -> list[list[float]]:
    """The same from blocks, without a copy of the series."""
    step, value = drawn(blocks_of(series)[: levels_of(len(series))[0]], buckets=CURVE // 2 - 1)
    ends = [(series.step[row], series.value[row]) for row in (0, -1)]
    points = {int(at): float(height) for at, height in [*zip(step, value, strict=True), *ends] if np.isfinite(height)}
    return [[at, points[at]] for at in sorted(points)]
