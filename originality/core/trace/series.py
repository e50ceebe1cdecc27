"""All files of a run merged into one series for every quantity, by step."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np

from originality.core.errors import InputError
from originality.core.trace.events import Scalar, read_events
from originality.core.trace.model import Fault, Logs, Seam, Segment, Series
from originality.core.trace.tables import read_csv, read_json_lines

START = r"(?:^|/)(?:train(?:ing)?[/_])?"
WORDS = {
    "loss": re.compile(START + r"(?:lm[ _])?loss$", re.IGNORECASE),
    "validation_loss": re.compile(r"(?:^|/)(?:val(?:id|idation)?|eval)[/_ ](?:lm[ _])?loss$", re.IGNORECASE),
    "learning_rate": re.compile(START + r"(?:learning[_-]?rate|lr)$", re.IGNORECASE),
    "grad_norm": re.compile(START + r"grad(?:ient)?[_-]?norm$", re.IGNORECASE),
    "tokens": re.compile(START + r"(?:(?:num|total|consumed)[_-])?(?:input[_-])?tokens(?:[_-]seen)?$", re.IGNORECASE),
    "throughput": re.compile(r"(?:^|/)(?:throughput|tps|tokens[_-](?:per|/)[_-]s(?:ec(?:ond)?)?)$", re.IGNORECASE),
    "memory": re.compile(r"(?:^|/)(?:gpu[_ ])?mem(?:ory)?", re.IGNORECASE),
}
KEPT_FAULTS = 1000


def read_logs(folder: Path, mapping: dict[str, str] | None = None) -> Logs:
    """Read every log below a folder (or one file); InputError when there is none."""
    paths = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    if not paths:
        raise InputError(f"{folder}: no log file; send TensorBoard event files, JSON lines or CSV")
    scalars: list[tuple[int, Scalar]] = []
    faults: list[Fault] = []
    used: list[str] = []
    ignored: list[str] = []
    for path in paths:
        if (reader := _reader(path)) is None:
            ignored.append(path.name)
            continue
        for item in reader:
            scalars.append((len(used), item)) if isinstance(item, Scalar) else faults.append(item)
        used.append(path.name)
    if not used:
        raise InputError(f"{folder}: no training log among {len(paths)} files; screenshots and notes are not read")
    return _merged(scalars, faults, used=used, ignored=ignored, mapping=mapping or {})


def _reader(path: Path) -> Iterable[Scalar | Fault] | None:
    if "tfevents" in path.name:
        return read_events(path)
    if path.suffix in {".jsonl", ".ndjson"}:
        return read_json_lines(path)
    return read_csv(path) if path.suffix in {".csv", ".tsv"} else None


def _merged(
    scalars: list[tuple[int, Scalar]],
    faults: list[Fault],
    *,
    used: list[str],
    ignored: list[str],
    mapping: dict[str, str],
) -> Logs:
    """Keep for each quantity its commonest tag; of two values at one step the later."""
    tags = {**_guess(scalars), **mapping}
    series, seams = {}, {}
    for quantity, tag in tags.items():
        points: dict[int, tuple[float, float, int]] = {}
        seams[quantity] = _seams([(file, item) for file, item in scalars if item.tag == tag])
        for file, item in scalars:
            if item.tag == tag:
                points[item.step] = (item.value, item.wall_time, file)
        steps = sorted(points)
        rows = [points[step] for step in steps]
        series[quantity] = Series(
            np.array(steps, np.int64),
            np.array([row[0] for row in rows], np.float64),
            np.array([row[1] for row in rows], np.float64),
            np.array([row[2] for row in rows], np.int16),
        )
    segments = []
    for number, name in enumerate(used):
        mine = [item for file, item in scalars if file == number] or [Scalar("", 0, 0.0, 0.0)]
        steps = [item.step for item in mine]
        segments.append(Segment(name, min(steps), max(steps), min(item.wall_time for item in mine)))
    return Logs(series, tags, segments, seams, used, ignored, faults[:KEPT_FAULTS], len(faults))


def _seams(scalars: list[tuple[int, Scalar]]) -> list[Seam]:
    seams = []
    files = sorted({file for file, _ in scalars})
    for before, after in pairwise(files):
        old = {item.step: item.value for file, item in scalars if file == before}
        new = {item.step: item.value for file, item in scalars if file == after}
        both = old.keys() & new.keys()
        seams.append(Seam(min(new), max(old), len(both), sum(old[step] != new[step] for step in both)))
    return seams


def _guess(scalars: list[tuple[int, Scalar]]) -> dict[str, str]:
    counts: dict[str, int] = {}
    for _, item in scalars:
        counts[item.tag] = counts.get(item.tag, 0) + 1
    tags = {}
    for quantity, words in WORDS.items():
        if fitting := [tag for tag in counts if words.search(tag)]:
            tags[quantity] = max(fitting, key=lambda tag: (counts[tag], tag))
    return tags
