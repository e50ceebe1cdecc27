"""All files of a run merged into four series: loss, learning rate, gradient norm and tokens, by step."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from originality.core.errors import InputError
from originality.core.trace.events import Fault, Scalar, read_events
from originality.core.trace.tables import read_csv, read_json_lines

QUANTITIES = ("loss", "learning_rate", "grad_norm", "tokens")
WORDS = {
    "loss": re.compile(r"(?:^|/)(?:train(?:ing)?[/_])?(?:lm[ _])?loss$", re.IGNORECASE),
    "learning_rate": re.compile(r"(?:^|/)(?:train(?:ing)?[/_])?(?:learning[_-]?rate|lr)$", re.IGNORECASE),
    "grad_norm": re.compile(r"(?:^|/)(?:train(?:ing)?[/_])?grad(?:ient)?[_-]?norm$", re.IGNORECASE),
    "tokens": re.compile(
        r"(?:^|/)(?:train(?:ing)?[/_])?(?:(?:num|total|consumed)[_-])?(?:input[_-])?tokens(?:[_-]seen)?$", re.IGNORECASE
    ),
}


class Point(NamedTuple):
    step: int
    value: float
    wall_time: float


class Logs(NamedTuple):
    """series maps a quantity to points in order of step; disagreements counts steps that two files tell differently."""

    series: dict[str, list[Point]]
    tags: dict[str, str]
    files: list[str]
    ignored: list[str]
    faults: list[Fault]
    disagreements: int


def read_logs(folder: Path) -> Logs:
    """Read every log below a folder (or one file); InputError when there is none."""
    paths = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    if not paths:
        raise InputError(f"{folder}: no log file; send TensorBoard event files, JSON lines or CSV")
    scalars: list[Scalar] = []
    faults: list[Fault] = []
    used, ignored = [], []
    for path in paths:
        if (reader := _reader(path)) is None:
            ignored.append(path.name)
            continue
        used.append(path.name)
        for item in reader:
            scalars.append(item) if isinstance(item, Scalar) else faults.append(item)
    if not used:
        raise InputError(f"{folder}: no training log among {len(paths)} files; screenshots and notes are not read")
    series, tags, disagreements = _merge(scalars)
    return Logs(series, tags, used, ignored, faults, disagreements)


def _reader(path: Path) -> Iterable[Scalar | Fault] | None:
    if "tfevents" in path.name:
        return read_events(path)
    if path.suffix in {".jsonl", ".ndjson"}:
        return read_json_lines(path)
    return read_csv(path) if path.suffix in {".csv", ".tsv"} else None


def _merge(scalars: list[Scalar]) -> tuple[dict[str, list[Point]], dict[str, str], int]:
    """Keep for each quantity its commonest tag; of two values at one step the later, and count the disagreement."""
    series: dict[str, list[Point]] = {}
    tags: dict[str, str] = {}
    disagreements = 0
    for quantity in QUANTITIES:
        counts: dict[str, int] = {}
        for scalar in scalars:
            if WORDS[quantity].search(scalar.tag):
                counts[scalar.tag] = counts.get(scalar.tag, 0) + 1
        if not counts:
            continue
        tags[quantity] = max(counts, key=lambda tag: (counts[tag], tag))
        points: dict[int, Point] = {}
        for scalar in scalars:
            if scalar.tag == tags[quantity]:
                before = points.get(scalar.step)
                disagreements += before is not None and before.value != scalar.value
                points[scalar.step] = Point(scalar.step, scalar.value, scalar.wall_time)
        series[quantity] = [points[step] for step in sorted(points)]
    return series, tags, disagreements
