"""One update of every optimiser that a dossier declares, in place, on a dictionary of tensors."""

import torch

from benchmarks.support.laboratory.network import Tensors
from benchmarks.support.tracelab.course import Optimiser

State = dict[str, tuple[torch.Tensor, ...]]
MUON_BETA = 0.95
MUON_SCALE = 0.2  # root mean square of an update, as AdamW's (Liu et al. 2025, Muon is scalable)


def fresh(tensors: Tensors) -> State:
    return {name: (torch.zeros_like(value), torch.zeros_like(value)) for name, value in tensors.items()}


def update(tensors: Tensors, gradients: Tensors, state: State, *, by: Optimiser, step: int, rate: float) -> None:
    """Step every tensor; matrices decay by `rate · by.decay`, gains do not."""
    for name, tensor in tensors.items():
        if tensor.dim() > 1:
            tensor.mul_(1 - by.decay * rate)
        if by.name == "muon" and muon_steps(name, tensor):
            _muon(tensor, gradients[name], state[name], rate=rate)
        elif by.name == "sgd":
            _sgd(tensor, gradients[name], state[name], by=by, rate=rate)
        elif by.name == "lion":
            _lion(tensor, gradients[name], state[name], by=by, rate=rate)
        else:
            _adam(tensor, gradients[name], state[name], by=by, step=step, rate=rate)


def muon_steps(name: str, tensor: torch.Tensor) -> bool:
    return tensor.dim() == 2 and "embed" not in name


def _adam(
    tensor: torch.Tensor,
    gradient: torch.Tensor,
    state: tuple[torch.Tensor, ...],
    *,
    by: Optimiser,
    step: int,
    rate: float,
) -> None:
    (mean, square), (first, second) = state, by.betas
    mean.lerp_(gradient, 1 - first)
    square.lerp_(gradient.square(), 1 - second)
    scale = (square / (1 - second ** (step + 1))).sqrt_().add_(by.epsilon)
    tensor.sub_(mean / (1 - first ** (step + 1)) / scale * rate)


def _sgd(
    tensor: torch.Tensor, gradient: torch.Tensor, state: tuple[torch.Tensor, ...], *, by: Optimiser, rate: float
) -> None:
    state[0].mul_(by.betas[0]).add_(gradient)
    tensor.sub_(state[0] * rate)


def _lion(
    tensor: torch.Tensor, gradient: torch.Tensor, state: tuple[torch.Tensor, ...], *, by: Optimiser, rate: float
) -> None:
    mean, (first, second) = state[0], by.betas
    tensor.sub_(mean.lerp(gradient, 1 - first).sign() * rate)
    mean.lerp_(gradient, 1 - second)


def _muon(tensor: torch.Tensor, gradient: torch.Tensor, state: tuple[torch.Tensor, ...], *, rate: float) -> None:
    mean = state[0].mul_(MUON_BETA).add_(gradient)
    turn = orthogonal(gradient + MUON_BETA * mean)
    tensor.sub_(turn * rate * MUON_SCALE * max(tensor.shape) ** 0.5)


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """Return the polar factor by five steps of the quintic Newton–Schulz iteration (Jordan et al. 2024, Muon)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix / (matrix.norm() + 1e-7)
    wide = x if x.shape[0] <= x.shape[1] else x.T
    for _ in range(5):
        square = wide @ wide.T
        wide = a * wide + (b * square + c * square @ square) @ wide
    return wide if x.shape[0] <= x.shape[1] else wide.T
