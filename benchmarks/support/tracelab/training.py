"""One run from its step 0 to its end, with what it logs and the checkpoints it keeps; a resume replays from what was kept."""

import time
from dataclasses import dataclass, field

import torch

from benchmarks.support.laboratory import initials
from benchmarks.support.laboratory.network import Tensors, decoder_loss
from benchmarks.support.tracelab import text
from benchmarks.support.tracelab.course import Point, Recipe, Validation
from benchmarks.support.tracelab.steps import State, fresh, update

VALIDATED = 50  # steps between validations


@dataclass
class Run:
    """What one training left; `checkpoints` maps steps to tensors."""

    recipe: Recipe
    checkpoints: dict[int, Tensors] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)

    @property
    def final(self) -> Tensors:
        return self.checkpoints[self.recipe.steps]


@dataclass
class _Machine:
    tensors: Tensors
    state: State
    segment: int = 0
    step: int = 0
    since: int = 0  # step at which the optimiser's state began
    ahead: float = 0.0  # seconds that clock and pauses have put between the log and this machine

    def now(self) -> float:
        return time.time() + self.ahead


def train(recipe: Recipe, *, start: Tensors | None = None) -> Run:
    """Train from a draw of the recipe's seed, or from `start`."""
    torch.set_num_threads(1)
    tensors = start or initials.decoder(recipe.shape, seed=recipe.seed, law=recipe.law)
    tensors = {name: value.clone() for name, value in tensors.items()}
    machine, run = _Machine(tensors, fresh(tensors)), Run(recipe)
    kept: dict[int, tuple[Tensors, State]] = {}
    left = list(recipe.resumes)
    while True:
        _keep(run, machine, kept)
        if left and machine.step == left[0].at:
            resume = left.pop(0)
            machine.tensors, machine.state = _copy(*kept[resume.back])
            if resume.forgets:
                machine.state, machine.since = fresh(machine.tensors), resume.back
            machine.segment, machine.step = machine.segment + 1, resume.back
            machine.ahead += resume.pause + resume.clock
        if machine.step == recipe.steps:
            return run
        _advance(run, machine)


def _keep(run: Run, machine: _Machine, kept: dict[int, tuple[Tensors, State]]) -> None:
    """Validate at every fiftieth step, keep checkpoints, and what a resume will want; a replay replaces what it repeats."""
    recipe, step = run.recipe, machine.step
    if step % VALIDATED == 0 or step in recipe.checkpoints():
        loss = measured(machine.tensors, recipe, which="validation")
        run.validations.append(Validation(machine.segment, step, loss, machine.now()))
    if step in recipe.checkpoints():
        run.checkpoints[step] = _copy(machine.tensors, {})[0]
    if step in {resume.back for resume in recipe.resumes}:
        kept[step] = _copy(machine.tensors, machine.state)


def _advance(run: Run, machine: _Machine) -> None:
    recipe, step = run.recipe, machine.step
    for tensor in machine.tensors.values():
        tensor.requires_grad_()
    ids = text.batch(recipe, step, broken=machine.segment == 0)
    loss = decoder_loss(machine.tensors, ids, shape=recipe.shape)
    found = torch.autograd.grad(loss, list(machine.tensors.values()))
    norm = torch.stack([g.square().sum() for g in found]).sum().sqrt().item()
    scale = min(1.0, recipe.clip / (norm + 1e-6)) if recipe.clip else 1.0
    gradients = {name: g * scale for name, g in zip(machine.tensors, found, strict=True)}
    with torch.no_grad():
        rate = recipe.rate(step)
        machine.tensors = {name: value.detach() for name, value in machine.tensors.items()}
        update(
            machine.tensors,
            gradients,
            machine.state,
            by=recipe.optimiser,
            step=step - machine.since,
            rate=rate * recipe.true_rate,
        )
    machine.step += 1
    tokens = recipe.tokens(machine.step)
    run.points.append(Point(machine.segment, step, loss.item(), rate, norm, tokens, machine.now()))


def _copy(tensors: Tensors, state: State) -> tuple[Tensors, State]:
    held = {name: value.detach().clone() for name, value in tensors.items()}
    return held, {name: tuple(part.clone() for part in parts) for name, parts in state.items()}


@torch.no_grad()
def measured(tensors: Tensors, recipe: Recipe, *, which: str) -> float:
    """Return nats per token on text that no run has read."""
    ids = text.windows(which, words=recipe.words, length=recipe.length)
    return decoder_loss(tensors, ids, shape=recipe.shape).item()


@torch.no_grad()
def right(tensors: Tensors, recipe: Recipe) -> tuple[float, float]:
    """Return the share of withheld tokens that are guessed right, and its standard error over windows."""
    from benchmarks.support.laboratory.network import decoder_hidden

    ids = text.windows("withheld", words=recipe.words, length=recipe.length)
    hidden = decoder_hidden(tensors, ids[:, :-1], shape=recipe.shape)
    guessed = (hidden @ tensors["model.embed_tokens.weight"].T).argmax(-1)
    hits = (guessed == ids[:, 1:]).float().mean(1)  # (windows,)
    return hits.mean().item(), (hits.std() / len(hits) ** 0.5).item()
