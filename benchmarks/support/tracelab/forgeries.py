"""Forged dossiers, each by the hand of somebody who knows the format: what is not named stays as consistent as he can make it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.support.laboratory import initials
from benchmarks.support.laboratory.network import Tensors
from benchmarks.support.tracelab.course import Recipe
from benchmarks.support.tracelab.dossier import Dossier, honest
from benchmarks.support.tracelab.honest import DATA_CHANGE, RESTARTS
from benchmarks.support.tracelab.logbook import Row
from benchmarks.support.tracelab.training import Run

HALF = 400
END = 800
LIKE_DRAWS = 0.02  # of the way that a real run went


@dataclass(frozen=True)
class Material:
    """Runs by name and a seed for what forgers invent."""

    runs: dict[str, Run]
    seed: int

    def dossier(self, base: str, name: str) -> Dossier:
        return honest(self.runs[base]).but(name=name)

    def foreign(self, step: int = END) -> Tensors:
        return self.runs["foreign"].checkpoints[step]


Forger = Callable[[Material, str], Dossier]


def foreign_final(material: Material, name: str) -> Dossier:
    """A public model is handed in as the end of an own run."""
    own = material.dossier("adamw", name)
    return own.but(checkpoints=own.checkpoints | {END: material.foreign()})


def swapped(material: Material, name: str) -> Dossier:
    """From half way on the checkpoints are those of another run; the log is the own one."""
    own = material.dossier("adamw", name)
    return own.but(checkpoints=_from_half(own.checkpoints, material))


def _from_half(own: dict[int, Tensors], material: Material) -> dict[int, Tensors]:
    return {step: tensors if step <= HALF else material.foreign(step) for step, tensors in own.items()}


def spliced(material: Material, name: str) -> Dossier:
    """Two runs of one recipe joined half way, checkpoints and logs alike, the clock set to run on."""
    own, other = material.dossier("adamw", name), honest(material.runs["foreign"])
    first = [row for row in own.rows if row.step <= HALF]
    second = [row for row in other.rows if row.step > HALF]
    later = first[-1].time - second[0].time + 700.0
    rows = first + [row._replace(time=row.time + later) for row in second]
    return own.but(rows=rows, checkpoints=_from_half(own.checkpoints, material))


def smooth_curve(material: Material, name: str) -> Dossier:
    """The loss is a power law through the true one, with a little noise that somebody thought looks real."""
    own = material.dossier("own-compute", name)
    points = [row for row in own.rows if "loss" in row.values]
    steps = np.array([row.step for row in points], float)
    losses = np.array([row.values["loss"] for row in points])
    fit = np.polynomial.Polynomial.fit(np.log(steps + 20), losses, 5)
    dice = np.random.default_rng(material.seed)
    told = fit(np.log(steps + 20)) + dice.normal(0, 0.004, len(steps))
    invented = dict(zip(steps.astype(int), told, strict=True))
    return own.but(
        rows=[_with(row, loss=float(invented[row.step])) if "loss" in row.values else row for row in own.rows]
    )


def shifted_steps(material: Material, name: str) -> Dossier:
    """Every checkpoint is called a hundred steps older than it is; the log is true."""
    own = material.dossier("restarts", name)
    called = {step: own.checkpoints[step - 100] for step in own.checkpoints if step > 100}
    return own.but(checkpoints={0: own.checkpoints[0]} | called, events=RESTARTS)


def warm_called_initial(material: Material, name: str) -> Dossier:
    """Another's body under new embeddings is handed in as step 0."""
    return material.dossier("warm", name)


def warm_hidden(material: Material, name: str) -> Dossier:
    """The same run, with a true draw of the declared law handed in as its step 0."""
    own = material.dossier("warm", name)
    drawn = initials.decoder(own.recipe.shape, seed=own.recipe.seed)
    return own.but(checkpoints=own.checkpoints | {0: drawn})


def edited_rate(material: Material, name: str) -> Dossier:
    """For a quarter of the run the learning rate was another one than declared, and no event says so."""
    own = material.dossier("data-change", name)
    rows = [
        _with(row, learning_rate=row.values["learning_rate"] * 1.6)
        if "loss" in row.values and 300 <= row.step < 500
        else row
        for row in own.rows
    ]
    return own.but(rows=rows, events=DATA_CHANGE)


def hidden_rate(material: Material, name: str) -> Dossier:
    """The run took steps five times as large as its declaration and its log say."""
    return material.dossier("hidden-rate", name)


def impossible_compute(material: Material, name: str) -> Dossier:
    """A tenth of the hours that the declared work needs was granted, and no other cards are declared."""
    return material.dossier("own-compute", name).but(covered=0.1)


def missing_start(material: Material, name: str) -> Dossier:
    """A model that nobody knows and its log, without step 0, without a way to it, without deposits: nothing is shown, and that is said."""
    other = honest(material.runs["other-curve"], deposits_from=None).but(name=name)
    return other.but(checkpoints={END: other.checkpoints[END]})


def replaced_after(material: Material, name: str) -> Dossier:
    """What was deposited while training ran is not what is handed in."""
    own = material.dossier("late-deposits", name)
    changed = {step: tensors if step < 500 else material.foreign(step) for step, tensors in own.checkpoints.items()}
    return own.but(checkpoints=changed, deposited=own)


def rewritten_log(material: Material, name: str) -> Dossier:
    """The log is told better than it was when its digest was deposited."""
    own = material.dossier("own-compute", name).but(form="jsonl", own=True, covered=0.2)
    rows = [
        _with(row, grad_norm=min(row.values["grad_norm"], 0.9)) if "loss" in row.values else row for row in own.rows
    ]
    return own.but(rows=rows, deposited=own)


def deposited_before(material: Material, name: str) -> Dossier:
    """The end of the run was known to the ledger when the log says that half of it was done."""
    own = material.dossier("adamw", name)
    return own.but(early={600: 300, 700: 300, 800: 400})


def other_curve(material: Material, name: str) -> Dossier:
    """The log of another run, on other text at another rate, under the own declaration's rates."""
    own, other = material.dossier("adamw", name), honest(material.runs["other-curve"])
    rates = {row.step: row.values["learning_rate"] for row in own.rows if "loss" in row.values}
    rows = [_with(row, learning_rate=rates[row.step]) if "loss" in row.values else row for row in other.rows]
    return own.but(rows=rows)


def inflated_tokens(material: Material, name: str) -> Dossier:
    """Four times the tokens in the log and beside the checkpoints; throughput and times stay as they were."""
    own = material.dossier("adamw", name)
    rows = [_with(row, tokens=row.values["tokens"] * 4) if "tokens" in row.values else row for row in own.rows]
    return own.but(rows=rows, chain_tokens=4.0)


def edited_clock(material: Material, name: str) -> Dossier:
    """A part of the log was made afterwards: its times lie a day and a half behind those before it, in one segment."""
    own = material.dossier("late-deposits", name).but(deposits_from=None)
    rows = [row._replace(time=row.time - 130_000.0) if 420 <= row.step < 520 else row for row in own.rows]
    return own.but(rows=rows)


def transplanted_end(material: Material, name: str) -> Dossier:
    """Checkpoints that hardly left their draw, and then another's finished model; the log is that model's."""
    own, other = material.dossier("adamw", name), honest(material.runs["foreign"])
    start = own.checkpoints[0]
    barely = {step: _towards(start, tensors, LIKE_DRAWS) for step, tensors in own.checkpoints.items() if step < END}
    return own.but(rows=other.rows, checkpoints=barely | {END: material.foreign()})


def _towards(start: Tensors, end: Tensors, share: float) -> Tensors:
    return {name: value + share * (end[name] - value) for name, value in start.items()}


def pasted_part(material: Material, name: str) -> Dossier:
    """A hundred values of the loss are those of the hundred steps before, set lower by hand."""
    own = material.dossier("adamw", name)
    losses = {row.step: row.values["loss"] for row in own.rows if "loss" in row.values}
    rows = [
        _with(row, loss=losses[row.step - 100]) if "loss" in row.values and 600 <= row.step < 700 else row
        for row in own.rows
    ]
    return own.but(rows=rows)


def borrowed_run(material: Material, name: str) -> Dossier:
    """Everything, step 0 and log as well, is another's whole run: consistent in itself, and its end stands in the registry."""
    return material.dossier("foreign", name)


def continued(material: Material, name: str) -> Dossier:
    """Another's model trained on under its own vocabulary, without step 0; the log is true."""
    own = material.dossier("continued", name)
    return own.but(checkpoints={step: tensors for step, tensors in own.checkpoints.items() if step})


def _with(row: Row, **values: float) -> Row:
    return row._replace(values=row.values | values)


def warm_start(recipe: Recipe, *, body: Tensors) -> Tensors:
    """Another's trained body under embeddings drawn anew."""
    drawn = initials.decoder(recipe.shape, seed=recipe.seed)
    return body | {name: value for name, value in drawn.items() if "embed" in name}


FORGERS: dict[str, Forger] = {
    "foreign-final": foreign_final,
    "swapped": swapped,
    "spliced": spliced,
    "smooth-curve": smooth_curve,
    "shifted-steps": shifted_steps,
    "warm-called-initial": warm_called_initial,
    "warm-hidden": warm_hidden,
    "edited-rate": edited_rate,
    "hidden-rate": hidden_rate,
    "impossible-compute": impossible_compute,
    "missing-start": missing_start,
    "replaced-after": replaced_after,
    "rewritten-log": rewritten_log,
    "deposited-before": deposited_before,
    "other-curve": other_curve,
    "inflated-tokens": inflated_tokens,
    "edited-clock": edited_clock,
    "transplanted-end": transplanted_end,
    "pasted-part": pasted_part,
    "borrowed-run": borrowed_run,
    "continued": continued,
}
