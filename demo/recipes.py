"""How the demonstration's models are trained: small enough for minutes on a processor, complete in what they leave."""

from dataclasses import asdict, dataclass
from math import cos, pi
from pathlib import Path
from typing import Any

SAVED = ".saved.json"  # name of a note beside a checkpoint that is whole


@dataclass(frozen=True)
class Recipe:
    """One training run. The default width, heads and units are those of SmolLM2-135M.

    Peak learning rate after `warmup` updates, cosine to a tenth of it; AdamW.
    """

    name: str
    seed: int
    steps: int = 48
    checkpoints: tuple[int, ...] = (16, 32)
    vocabulary: int = 2048
    korean_repeats: int = 6
    layers: int = 2
    width: int = 576
    units: int = 1536
    heads: int = 9
    kv_heads: int = 3
    batch: int = 8
    length: int = 128
    peak_rate: float = 1e-3
    warmup: int = 6
    betas: tuple[float, float] = (0.9, 0.95)
    epsilon: float = 1e-8
    weight_decay: float = 0.1
    clip: float = 1.0
    init_std: float = 0.02
    rate_at_end: float = 0.1  # share of the peak
    code: str = "code.zip"
    borrows: str = ""  # public code in the team's own: "openly" or "silently"

    def rate(self, step: int) -> float:
        """Learning rate of the update after `step` updates."""
        if step < self.warmup:
            return self.peak_rate * (step + 1) / self.warmup
        share = (step - self.warmup) / max(1, self.steps - self.warmup)
        return self.peak_rate * (self.rate_at_end + (1 - self.rate_at_end) * (1 + cos(pi * share)) / 2)

    @property
    def tokens_per_step(self) -> int:
        return self.batch * self.length

    def declared(self) -> dict[str, Any]:
        """What the team declares beside its logs."""
        told = {name: value for name, value in asdict(self).items() if name not in {"code", "borrows"}}
        return told | {
            "optimizer": "AdamW",
            "schedule": "linear warm-up, cosine to 0.1 of the peak",
            "initializer": f"normal, standard deviation {self.init_std}; gains one",
        }


@dataclass(frozen=True)
class Checkpoint:
    step: int
    tokens: int
    folder: Path


@dataclass(frozen=True)
class HandIn:
    """The folders and files one team hands in. `initial` is None where a team has no step-0 checkpoint."""

    name: str
    folder: Path
    initial: Checkpoint | None
    intermediate: tuple[Checkpoint, ...]
    final: Checkpoint
    logs: Path
    loss_curve: Path
    declaration: Path
    training: Path
    code: Path
    report: Path
    first_loss: float
    last_loss: float
    seconds: float


GARAM = Recipe(name="garam-9m", seed=20260311, checkpoints=(12, 24, 36))
DASOM = Recipe(
    name="dasom-9m",
    seed=20260702,
    vocabulary=2304,
    korean_repeats=3,
    code="code.tar.gz",
    borrows="openly",
    checkpoints=(24,),
)
NURI = Recipe(
    name="nuri-135m",
    seed=20260520,
    steps=6,
    checkpoints=(),
    vocabulary=49152,
    layers=30,
    batch=4,
    length=64,
    peak_rate=5e-5,
    warmup=1,
    weight_decay=0.0,
    borrows="silently",
)
