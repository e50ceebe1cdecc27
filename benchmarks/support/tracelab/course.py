"""Recipes of small training runs: everything that fixes one, and what a log keeps of each of its steps."""

from dataclasses import dataclass, field, replace
from math import cos, pi
from typing import Any, NamedTuple

from benchmarks.support.laboratory.network import Shape

SMALL = Shape(layers=3, units=192)


class Optimiser(NamedTuple):
    """`name` as in a training declaration; Muon steps the matrices of the blocks and AdamW the rest."""

    name: str = "adamw"
    betas: tuple[float, float] = (0.9, 0.95)
    epsilon: float = 1e-8
    decay: float = 0.1


class Resume(NamedTuple):
    """The program ended after step `at` and began again from what it had at `back`, `pause` seconds later."""

    at: int
    back: int
    pause: float = 30.0
    clock: float = 0.0  # seconds by which the new machine's clock is off
    forgets: bool = False  # the optimiser's state was not kept


@dataclass(frozen=True)
class Recipe:
    """One run; `mixes` and `batches` are (first step, value) pairs, `true_rate` is what the rate really was, as a factor."""

    name: str
    seed: int
    order: int = 0
    steps: int = 800
    every: int = 100  # steps between checkpoints
    schedule: str = "cosine"
    peak: float = 2e-3
    warmup: int = 40
    decay_start: int = 0
    final: float = 0.1  # share of the peak
    clip: float = 1.0
    optimiser: Optimiser = field(default_factory=Optimiser)
    law: str = "normal"
    shape: Shape = SMALL
    mixes: tuple[tuple[int, str], ...] = ((0, "both"),)
    batches: tuple[tuple[int, int], ...] = ((0, 8),)
    length: int = 48
    words: str = "both"
    resumes: tuple[Resume, ...] = ()
    spike: int | None = None  # a step whose batch is noise, as a broken shard would give
    true_rate: float = 1.0

    def but(self, **changes: Any) -> "Recipe":
        return replace(self, **changes)

    def rate(self, step: int) -> float:
        """Declared learning rate of the update after `step` updates."""
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        if self.schedule == "constant":
            return self.peak
        begun = self.decay_start if self.schedule == "wsd" else self.warmup
        share = max(0, step - begun) / max(1, self.steps - begun)
        if self.schedule == "cosine":
            return self.peak * (self.final + (1 - self.final) * (1 + cos(pi * share)) / 2)
        return self.peak * (1 - (1 - self.final) * share)

    def checkpoints(self) -> list[int]:
        return [*range(0, self.steps, self.every), self.steps]

    def batch(self, step: int) -> int:
        return [size for first, size in self.batches if first <= step][-1]

    def mix(self, step: int) -> str:
        return [kind for first, kind in self.mixes if first <= step][-1]

    def tokens(self, step: int) -> int:
        """Tokens that `step` updates have seen."""
        changes = [*(first for first, _ in self.batches), step]
        spans = zip(changes, changes[1:], self.batches, strict=False)
        return sum(max(0, min(b, step) - min(a, step)) * size * self.length for a, b, (_, size) in spans)


class Point(NamedTuple):
    """One update of one segment: the loss is measured before it, tokens are counted after it; `time` in seconds of this machine."""

    segment: int
    step: int
    loss: float
    rate: float
    norm: float
    tokens: int
    time: float


class Validation(NamedTuple):
    segment: int
    step: int
    loss: float
    time: float
