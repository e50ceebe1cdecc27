"""Training logs as a team would hand them in: TensorBoard events, a loss curve and the declared recipe."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from torch.utils.tensorboard import SummaryWriter

from demo.recipes import Recipe

EVENTS_NAME = "events.out.tfevents.{seed}"


class Point(NamedTuple):
    """One update: `loss` is measured before it, `tokens` are counted after it, `time` is seconds since 1970."""

    step: int
    tokens: int
    loss: float
    learning_rate: float
    grad_norm: float
    time: float


def write_logs(folder: Path, points: Iterable[Point], *, recipe: Recipe) -> Path:
    """Event file with train/loss, train/learning_rate, train/grad_norm and train/tokens, and `run.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = SummaryWriter(log_dir=str(folder))
    for point in points:
        for tag in ("loss", "learning_rate", "grad_norm", "tokens"):
            writer.add_scalar(f"train/{tag}", getattr(point, tag), point.step, walltime=point.time)
    writer.close()
    for path in sorted(folder.glob("events.out.tfevents.*")):
        # The writer puts the machine's name into the file name; it is nobody's business.
        path.rename(folder / EVENTS_NAME.format(seed=recipe.seed))
    text = json.dumps(recipe.declared(), indent=2, ensure_ascii=False)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")
    return folder


def write_loss_curve(path: Path, points: Iterable[Point]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", "tokens", "loss", "learning_rate", "grad_norm"])
        for p in points:
            writer.writerow([p.step, p.tokens, f"{p.loss:.6f}", f"{p.learning_rate:.8f}", f"{p.grad_norm:.6f}"])
    return path
