"""What a team hands in, as a value that can be changed: rows of its log, checkpoints by step, declaration, deposits, grants."""

from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.support.laboratory.network import Tensors
from benchmarks.support.tracelab.course import Recipe
from benchmarks.support.tracelab.logbook import Row, rows_of
from benchmarks.support.tracelab.training import Run, right
from originality.core.trace.facts import Event, OwnCompute

CARDS = 4
USE = 0.3  # of the cards' peak, in every honest dossier


@dataclass(frozen=True)
class Dossier:
    """`recipe` is what is declared; the deposits are those of `deposited`, or of this dossier itself.

    `covered` is the share of the needed card hours that the grant holds, `early` maps a step to the step at which its
    checkpoint's digest was deposited, `dtype` is that of the files.
    """

    name: str
    recipe: Recipe
    rows: list[Row]
    checkpoints: dict[int, Tensors]
    form: str = "events"
    declared: bool = True
    events: tuple[Event, ...] = ()
    own: bool = False
    covered: float = 1.0
    deposits_from: int | None = 0
    deposited: "Dossier | None" = None
    cut: bool = False  # `deposited` is the log before its last resume cut it back: later deposits are of this dossier
    early: dict[int, int] = field(default_factory=dict)
    dtype: str = "float32"
    chain_tokens: float = 1.0
    notes: str = ""

    def but(self, **changes: Any) -> "Dossier":
        return replace(self, **changes)

    def tokens(self, step: int) -> int:
        return int(self.recipe.tokens(step) * self.chain_tokens)


def honest(run: Run, *, window: int = 1, first: int = 0, **more: Any) -> Dossier:
    rows = rows_of(run, window=window, first=first)
    return Dossier(run.recipe.name, run.recipe, rows, dict(run.checkpoints), **more)


def scores(dossier: Dossier) -> dict[int, tuple[float, float]]:
    """Guess the next token of withheld text at every checkpoint: the small benchmark of small models."""
    return {step: right(tensors, dossier.recipe) for step, tensors in dossier.checkpoints.items()}


def own_compute(hours: float, *, starts: str, ends: str) -> OwnCompute:
    return OwnCompute("lab-card", CARDS, starts, ends, hours)
