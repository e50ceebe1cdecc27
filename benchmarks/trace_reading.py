"""Read training logs of ten million points and a gigabyte of CSV, beside reading their bytes and a plain parser.

    python benchmarks/trace_reading.py [--points 10000000] [--only WORD] [--folder FOLDER]

Prints CPU seconds, rate and peak memory for each form of log, the size of the stored series, and what a window of it costs.
"""

import argparse
import csv
import json
import os
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

import numba
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.meters import run_measured  # noqa: E402
from originality.core.trace import eventkernel  # noqa: E402
from originality.core.trace.series import read_run  # noqa: E402
from originality.core.trace.seriesfile import open_series  # noqa: E402
from originality.core.trace.serieswriter import write_series  # noqa: E402

BATCH = 100_000
WINDOWS = ((0.0, 1.0), (0.1, 0.9), (0.5, 0.51), (0.7, 0.70001))
START = 1_790_000_000.0


def main() -> int:
    options = arguments()
    if options.read:
        return read_one(options.read)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        print(
            f"{'log':34}{'points':>12}{'MB':>8}{'CPU s':>9}{'MB/s':>7}{'points/s':>12}{'peak MB':>9}{'bytes alone':>13}"
        )
        for title, write, count in forms(options.points):
            if options.only not in title:
                continue
            path = write(folder, count)
            measured(title, path)
            path.unlink()
        plain(folder, options.points // 20)
    return 0


def forms(points: int) -> Iterator[tuple[str, Callable[[Path, int], Path], int]]:
    yield "warm-up (compiles)", write_table, 1000
    yield "event file, one name", write_events, points
    yield "CSV, 7 columns", write_table, points
    yield "JSON lines, 3 names", write_lines, points // 5
    yield "trainer_state.json, 3 names", write_state, points // 5


def measured(title: str, path: Path) -> None:
    """Read in a process of its own, for its memory."""
    begun = time.perf_counter()
    with path.open("rb") as file:
        while file.read(8 << 20):
            pass
    alone = time.perf_counter() - begun
    command = [sys.executable, str(ROOT / "benchmarks/trace_reading.py"), "--read", str(path)]
    cost = run_measured(command, env=dict(os.environ), cwd=ROOT)
    told = json.loads(cost.output)
    size = path.stat().st_size / 1e6
    print(
        f"{title:34}{told['points']:12,}{size:8,.0f}{told['seconds']:9.1f}{size / told['seconds']:7.0f}"
        f"{told['points'] / told['seconds']:12,.0f}{cost.peak / 1e6:9,.0f}{alone:11.2f} s"
    )
    for line in told["windows"]:
        print(f"    {line}")


def read_one(path: Path) -> int:
    begun = time.process_time()
    with read_run(path) as reading, tempfile.TemporaryDirectory(dir=path.parent) as folder:
        seconds = time.process_time() - begun
        points = sum(reading.names().values())
        stored = Path(folder) / "series.safetensors"
        write_series(reading, stored)
        written = time.process_time() - begun - seconds
        lines = [f"stored in {written:.1f} s: {stored.stat().st_size / 1e6:,.0f} MB"] if points > 1_000_000 else []
        lines += windows(stored) if points > 1_000_000 else []
        assert not reading.logs.faults_total
    print(json.dumps({"seconds": seconds, "points": points, "windows": lines}))
    return 0


class Counting:
    """A stream that counts what is read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.bytes, self.reads = stream, 0, 0

    def seek(self, place: int) -> int:
        return self.stream.seek(place)

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.bytes, self.reads = self.bytes + len(data), self.reads + 1
        return data


def windows(path: Path) -> Iterator[str]:
    with path.open("rb") as stream:
        counting = Counting(stream)
        series = open_series(cast("BinaryIO", counting))
        entry = series.quantities["loss"]
        for left, right in WINDOWS:
            counting.bytes = counting.reads = 0
            begun = time.perf_counter()
            found = series.window("loss", int(entry.last * left), int(entry.last * right))
            yield (
                f"{len(found.step):,} of {found.total:,} points: {(time.perf_counter() - begun) * 1e3:.1f} ms, "
                f"{counting.bytes / 1e3:,.0f} kB in {counting.reads} reads"
            )


def plain(folder: Path, rows: int) -> None:
    """What the standard library needs for the same table."""
    path = write_table(folder, rows)
    begun = time.process_time()
    with path.open(encoding="utf-8", newline="") as file:
        columns: dict[str, list[float]] = {}
        for row in csv.DictReader(file):
            for key, value in row.items():
                columns.setdefault(key, []).append(float(value))
    seconds = time.process_time() - begun
    print(f"{'csv.DictReader, for comparison':34}{rows * 6:12,}{path.stat().st_size / 1e6:8,.0f}{seconds:9.1f}"
          f"{path.stat().st_size / 1e6 / seconds:7.0f}{rows * 6 / seconds:12,.0f}")  # fmt: skip


def write_events(folder: Path, points: int) -> Path:
    """Records of one size, as TensorBoard's writer makes them but for the padded step."""
    path = folder / "events.out.tfevents.1"
    tag = b"train/loss"
    value = b"\x0a" + bytes([len(tag)]) + tag + b"\x15" + bytes(4)
    summary = b"\x0a" + bytes([len(value)]) + value
    body = b"\x09" + bytes(8) + b"\x10" + bytes(5) + b"\x2a" + bytes([len(summary)]) + summary
    record = struct.pack("<Q", len(body)) + bytes(4) + body + bytes(4)
    with path.open("wb") as file:
        for first in range(0, points, BATCH):
            step = np.arange(first, min(points, first + BATCH))
            rows = np.tile(np.frombuffer(record, np.uint8), (len(step), 1))
            rows[:, 13:21] = (START + step).astype("<f8").view(np.uint8).reshape(-1, 8)
            for place in range(5):
                rows[:, 22 + place] = (step >> 7 * place & 127) | (128 if place < 4 else 0)
            rows[:, -8:-4] = losses(step).astype("<f4").view(np.uint8).reshape(-1, 4)
            sign_records(rows)
            file.write(rows.data)
    return path


@numba.njit
def sign_records(rows: np.ndarray) -> None:
    size = rows.shape[1]
    for row in rows:
        for start, end, place in ((0, 8, 8), (12, size - 4, size - 4)):
            crc = eventkernel.masked(row, start, end)
            for i in range(4):
                row[place + i] = crc >> np.uint32(8 * i) & np.uint32(255)


def losses(step: np.ndarray) -> np.ndarray:
    """A power law with noise that depends on the step alone."""
    return 2.0 + 9.0 * (step + 10.0) ** -0.1 + 0.05 * np.sin(step * 12.9898) * np.cos(step * 78.233)


def write_table(folder: Path, points: int) -> Path:
    path = folder / "log.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("step,timestamp,loss,learning_rate,grad_norm,tokens,tokens_per_second\n")
        for first in range(0, points, BATCH):
            step = np.arange(first, min(points, first + BATCH))
            rows = zip(step.tolist(), losses(step).tolist(), strict=True)
            file.write(
                "".join(
                    f"{at},{START + at},{loss},{3e-4 + at * 1e-13},{loss / 3},{at * 4096},{81234.5 + loss}\n"
                    for at, loss in rows
                )
            )
    return path


def write_lines(folder: Path, points: int) -> Path:
    path = folder / "history.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for first in range(0, points, BATCH):
            step = np.arange(first, min(points, first + BATCH))
            rows = zip(step.tolist(), losses(step).tolist(), strict=True)
            file.write(
                "".join(
                    f'{{"_step": {at}, "_timestamp": {START + at}, "train/loss": {loss}, "lr": 0.0003, "tokens": {at * 4096}}}\n'
                    for at, loss in rows
                )
            )
    return path


def write_state(folder: Path, points: int) -> Path:
    path = folder / "trainer_state.json"
    with path.open("w", encoding="utf-8") as file:
        file.write('{\n  "best_metric": null,\n  "log_history": [\n')
        for first in range(0, points, BATCH):
            step = np.arange(first, min(points, first + BATCH))
            rows = zip(step.tolist(), losses(step).tolist(), strict=True)
            text = ",\n".join(
                f'    {{\n      "grad_norm": {loss / 3},\n      "learning_rate": 0.0003,\n      "loss": {loss},\n      "step": {at}\n    }}'
                for at, loss in rows
            )
            file.write(("" if not first else ",\n") + text)
        file.write('\n  ],\n  "max_steps": 10\n}\n')
    return path


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--only", default="", help="forms whose title has this word")
    parser.add_argument("--folder", type=Path, help="where the logs are written (a few GB)")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
