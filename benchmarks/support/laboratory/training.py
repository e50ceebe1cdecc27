"""Training of many small models at once: those of equal shapes are stacked and stepped by one AdamW.

AdamW works element by element, so a model in a stack takes the steps it would take alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import cos, pi

import torch

from benchmarks.support.laboratory.network import Tensors

Loss = partial[torch.Tensor]  # of (tensors, data), with the shape bound
WARMUP = 10
DECAY = 0.1


@dataclass(frozen=True)
class Course:
    """One model on its way: `data` is (steps, batch, …), `start` is left as it is; names with a prefix in `slow` take a tenth of the rate."""

    start: Tensors
    data: torch.Tensor
    rate: float = 6e-3
    slow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trained:
    tensors: Tensors
    first_loss: float
    last_loss: float


def train(courses: Sequence[Course], *, loss: Loss) -> list[Trained]:
    """Train models whose tensors have the same names and shapes on data of the same shape."""
    stacked = {name: torch.stack([c.start[name] for c in courses]) for name in courses[0].start}
    rates = {name: torch.tensor([_rate(course, name) for course in courses]) for name in stacked}
    data = torch.stack([course.data for course in courses], dim=1)  # (steps, models, batch, …)
    losses = torch.func.vmap(torch.func.grad_and_value(loss))
    state = {name: (torch.zeros_like(t), torch.zeros_like(t)) for name, t in stacked.items()}
    seen = []
    for step, batch in enumerate(data):
        gradients, values = losses(stacked, batch)
        seen.append(values)
        pace = schedule(step, steps=len(data))
        for name, tensor in stacked.items():
            rate = (rates[name] * pace).reshape(-1, *[1] * (tensor.dim() - 1))
            _adamw(tensor, gradients[name], state[name], step=step, rate=rate)
    tail = max(1, len(seen) // 20)
    last = torch.stack(seen[-tail:]).mean(0)
    return [
        Trained({name: tensor[i].clone() for name, tensor in stacked.items()}, seen[0][i].item(), last[i].item())
        for i in range(len(courses))
    ]


def schedule(step: int, *, steps: int) -> float:
    """Linear warm-up, then cosine to a tenth."""
    if step < WARMUP:
        return (step + 1) / WARMUP
    return 0.1 + 0.45 * (1 + cos(pi * (step - WARMUP) / max(1, steps - WARMUP)))


def _rate(course: Course, name: str) -> float:
    return course.rate * (0.1 if name.startswith(course.slow) else 1.0)


def _adamw(
    tensor: torch.Tensor,
    gradient: torch.Tensor,
    state: tuple[torch.Tensor, torch.Tensor],
    *,
    step: int,
    rate: torch.Tensor,
) -> None:
    """One step in place with betas .9 and .95; `rate` holds one learning rate per model, gains do not decay."""
    mean, square = state
    mean.lerp_(gradient, 0.1)
    square.lerp_(gradient.square(), 0.05)
    scale = (square / (1 - 0.95 ** (step + 1))).sqrt_().add_(1e-8)
    if tensor.dim() > 2:  # a stack of matrices
        tensor.mul_(1 - DECAY * rate)
    tensor.sub_(mean / (1 - 0.9 ** (step + 1)) / scale * rate)
