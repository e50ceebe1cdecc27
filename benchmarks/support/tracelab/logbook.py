"""What a run logs, row by row, and the formats that teams hand in; every writer says how long its file was at every step."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from benchmarks.support.tracelab.training import Run

BEGUN = 1_777_852_800.0  # 4 May 2026, 00:00 UTC
SEOUL = timezone(timedelta(hours=9))
LENGTH = 48  # tokens in a sequence, where a program counts sequences
STRETCH = 43_200.0  # a second of training here counts as half a day: a run then lasts a week, and deposits are weekly


class Row(NamedTuple):
    """`values` by quantity; `time` in seconds since 1970."""

    segment: int
    step: int
    time: float
    values: dict[str, float]


class Mark(NamedTuple):
    """`size` bytes of `file` were written when the log had reached `step`."""

    step: int
    file: str
    size: int


def rows_of(run: Run, *, window: int = 1, first: int = 0) -> list[Row]:
    """Return all rows in the order of writing; `window` > 1 logs means over so many steps, at the last of them.

    `first` is the number that the program gives its first update.
    """
    origin = run.validations[0].time

    def clock(time: float) -> float:
        return BEGUN + (time - origin) * STRETCH

    rows = [Row(v.segment, v.step, clock(v.time), {"validation_loss": v.loss}) for v in run.validations]
    last, before = origin, 0
    for (segment, _), group in groupby(run.points, key=lambda p: (p.segment, p.step // window)):
        points = list(group)
        end, took = points[-1], points[-1].time - last
        resumed = end.tokens <= before or took <= 0 or took > 10
        values = {
            "loss": sum(p.loss for p in points) / len(points),
            "learning_rate": end.rate,
            "grad_norm": end.norm,
            "tokens": float(end.tokens),
        }
        if not resumed:
            values["throughput"] = (end.tokens - before) / (took * STRETCH)
        rows.append(Row(segment, end.step + first, clock(end.time), values))
        last, before = end.time, end.tokens
    return sorted(rows, key=lambda row: (row.segment, row.time))


TAGS = {
    "loss": "train/loss",
    "validation_loss": "val/loss",
    "learning_rate": "train/lr",
    "grad_norm": "train/grad_norm",
    "tokens": "train/tokens",
    "throughput": "perf/tokens_per_second",
}
KOREAN = {
    "loss": "손실",
    "validation_loss": "검증 손실",
    "learning_rate": "학습률",
    "grad_norm": "기울기 노름",
    "tokens": "토큰",
    "throughput": "초당 토큰",
}

ROUNDED = {"loss": ".2f", "validation_loss": ".2f", "learning_rate": ".1e", "grad_norm": ".2f"}


def events(folder: Path, rows: Iterable[Row]) -> list[Mark]:
    """One TensorBoard event file for each start of the program."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    marks = []
    for segment, group in groupby(rows, key=lambda row: row.segment):
        held = list(group)
        name = f"events.out.tfevents.{int(held[0].time)}.{segment}"
        with (folder / name).open("wb") as file:
            writer = RecordWriter(file)
            writer.write(Event(wall_time=held[0].time, file_version="brain.Event:2").SerializeToString())
            for row in held:
                for quantity, value in row.values.items():
                    summary = Summary(value=[Summary.Value(tag=TAGS[quantity], simple_value=value)])
                    event = Event(wall_time=row.time, step=row.step, summary=summary)
                    writer.write(event.SerializeToString())
                marks.append(Mark(row.step, name, file.tell()))
    return marks


def json_lines(folder: Path, rows: Iterable[Row]) -> list[Mark]:
    def line(row: Row) -> str:
        named = {TAGS[quantity]: value for quantity, value in row.values.items()}
        return json.dumps({"_step": row.step, "_timestamp": row.time, **named}) + "\n"

    return _appended(folder / "history.jsonl", rows, line=line, encoding="utf-8")


def korean_csv(folder: Path, rows: Iterable[Row]) -> list[Mark]:
    """A table with Korean headers in CP949, as spreadsheets of this country write them."""

    def line(row: Row) -> str:
        text = io.StringIO()
        cells = [repr(row.values[quantity]) if quantity in row.values else "" for quantity in KOREAN]
        csv.writer(text, lineterminator="\r\n").writerow([row.step, f"{row.time:.3f}", *cells])
        return text.getvalue()

    head = ",".join(["스텝", "시각", *KOREAN.values()]) + "\r\n"
    return _appended(folder / "학습로그.csv", rows, line=line, encoding="cp949", head=head)


def seoul_csv(folder: Path, rows: Iterable[Row]) -> list[Mark]:
    """A table whose times are those of a clock in Seoul and do not say so, throughput in sequences."""
    names = [name for name in TAGS if name != "throughput"]

    def line(row: Row) -> str:
        at = datetime.fromtimestamp(row.time, SEOUL).strftime("%Y-%m-%d %H:%M:%S")
        cells = [repr(row.values[name]) if name in row.values else "" for name in names]
        speed = row.values.get("throughput")
        return ",".join([str(row.step), at, *cells, "" if speed is None else f"{speed / LENGTH:.4f}"]) + "\n"

    head = ",".join(["step", "time", *names, "throughput"]) + "\n"
    return _appended(folder / "log.csv", rows, line=line, encoding="utf-8", head=head)


def rounded_csv(folder: Path, rows: Iterable[Row]) -> list[Mark]:
    """A table of steps without times, its numbers rounded for reading."""

    def line(row: Row) -> str:
        cells = [f"{row.values[name]:{form}}" if name in row.values else "" for name, form in ROUNDED.items()]
        return ",".join([str(row.step), *cells]) + "\n"

    return _appended(folder / "log.csv", rows, line=line, encoding="utf-8", head=",".join(["step", *ROUNDED]) + "\n")


def trainer_state(folder: Path, rows: Iterable[Row]) -> list[Mark]:
    """The state file of a Hugging Face trainer: written anew at every checkpoint, so no length of it can be deposited."""
    names = {"validation_loss": "eval_loss"}
    history = [
        {"step": row.step, "epoch": row.step / 1000}
        | {names.get(quantity, quantity): v for quantity, v in row.values.items()}
        for row in rows
    ]
    document = {"global_step": history[-1]["step"], "log_history": history}
    (folder / "trainer_state.json").write_text(json.dumps(document), encoding="utf-8")
    return []


def _appended(
    path: Path, rows: Iterable[Row], *, line: Callable[[Row], str], encoding: str, head: str = ""
) -> list[Mark]:
    marks = []
    with path.open("wb") as file:
        file.write(head.encode(encoding))
        for row in rows:
            file.write(line(row).encode(encoding))
            marks.append(Mark(row.step, path.name, file.tell()))
    return marks


WRITERS: dict[str, Callable[[Path, Iterable[Row]], list[Mark]]] = {
    "events": events,
    "jsonl": json_lines,
    "csv": korean_csv,
    "rounded": rounded_csv,
    "seoul": seoul_csv,
    "trainer": trainer_state,
}
