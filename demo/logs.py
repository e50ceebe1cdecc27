"""Training logs as a team would hand them in: TensorBoard events, a loss curve and the recipe as the program wrote it."""

import csv
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from demo.recipes import Recipe

EVENTS_NAME = "events.out.tfevents.{seed}"
TAGS = ("loss", "learning_rate", "grad_norm", "tokens")


class Point(NamedTuple):
    """One update: `loss` is measured before it, `tokens` are counted after it, `time` is seconds since 1970."""

    step: int
    tokens: int
    loss: float
    learning_rate: float
    grad_norm: float
    time: float


class EventLog:
    """An event file that grows while training runs, so that its digest can be deposited on the way.

    Its name has the seed where other writers put the name of the machine, which is nobody's business.
    """

    def __init__(self, folder: Path, *, recipe: Recipe) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / EVENTS_NAME.format(seed=recipe.seed)
        self._file = self.path.open("wb")
        self._records = RecordWriter(self._file)
        self._records.write(Event(wall_time=time.time(), file_version="brain.Event:2").SerializeToString())
        self._file.flush()
        text = json.dumps(recipe.declared(), indent=2, ensure_ascii=False)
        (folder / "run.json").write_text(text + "\n", encoding="utf-8")

    def add(self, point: Point) -> None:
        """Write train/loss, train/learning_rate, train/grad_norm and train/tokens of one update."""
        for tag in TAGS:
            value = Summary.Value(tag=f"train/{tag}", simple_value=getattr(point, tag))
            event = Event(wall_time=point.time, step=point.step, summary=Summary(value=[value]))
            self._records.write(event.SerializeToString())
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def write_loss_curve(path: Path, points: Iterable[Point]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", "tokens", "loss", "learning_rate", "grad_norm"])
        for p in points:
            writer.writerow([p.step, p.tokens, f"{p.loss:.6f}", f"{p.learning_rate:.8f}", f"{p.grad_norm:.6f}"])
    return path
