"""The same kernels on a graphics card, through torch, where there is one; without torch nothing of this is imported.

Digests stay on the processor, so they are equal bit by bit; sums differ by the order of additions alone.
"""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core import kernels, pairkernels, unitkernels
from originality.core.errors import InputError
from originality.core.kernels import Codes, Floats

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda")
Bits = NDArray[np.unsignedinteger]
Sums = NDArray[np.float64]


class Kernels(NamedTuple):
    """The loops in which the time goes; `kernels`, `pairkernels` and `unitkernels` say what each returns."""

    name: str
    count_codes: Callable[[NDArray[np.int64], Codes], None]
    pair_codes: Callable[[Codes, Codes], tuple[int, float]]
    gated_units: Callable[[tuple[Bits, Bits, Bits], Floats, Floats, int, int], tuple[Floats, Sums]]


PROCESSOR = Kernels("cpu", kernels.count_codes, pairkernels.pair_codes, unitkernels.gated_units)
_chosen = [PROCESSOR]


def active() -> Kernels:
    return _chosen[0]


def use_device(name: str) -> Kernels:
    """Choose for the whole process; `auto` takes a card where there is one. InputError where the one asked for is missing."""
    if name not in DEVICES:
        raise InputError(f"device {name!r}: choose one of {', '.join(DEVICES)}")
    found = name != "cpu" and has_card()
    if name == "cuda" and not found:
        raise InputError("device cuda: torch finds no such device here; use --device cpu")
    _chosen[0] = on_torch("cuda") if found else PROCESSOR
    return active()


def has_card() -> bool:
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())


def on_torch(device: str) -> Kernels:
    """The kernels on a device of torch; "cpu" serves to check them where there is no card."""
    return Kernels(
        f"torch {device}",
        lambda tables, codes: _count_codes(tables, codes, device=device),
        lambda a, b: _pair_codes(a, b, device=device),
        lambda units, gain, coins, shift, buckets: _gated_units(
            units, gain, coins, halves=shift == 16, buckets=buckets, device=device
        ),
    )


def _moved(array: NDArray[Any], device: str) -> "torch.Tensor":
    """Bring an array to the device; codes as 16-bit, bits of float32 as float32 numbers."""
    import torch

    kind = {np.dtype(np.uint16): np.int16, np.dtype(np.uint32): np.float32}.get(array.dtype, array.dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # mapped files cannot be written, and nobody writes
        return torch.from_numpy(np.ascontiguousarray(array).view(kind)).to(device)


def _numbers(codes: "torch.Tensor") -> "torch.Tensor":
    import torch

    return codes.view(torch.bfloat16).float() if codes.dtype == torch.int16 else codes


def _count_codes(tables: NDArray[np.int64], codes: NDArray[Any], *, device: str) -> None:
    import torch

    found = torch.bincount(_moved(codes, device).to(torch.int32) & 0xFFFF, minlength=tables.shape[1])
    tables[0] += found.cpu().numpy()


def _pair_codes(a: Codes, b: Codes, *, device: str) -> tuple[int, float]:
    import torch

    x, y = _moved(a, device), _moved(b, device)
    product = (_numbers(x) * _numbers(y)).sum(dtype=torch.float64)
    return int((x == y).sum()), float(product)


def _gated_units(
    units: tuple[Bits, Bits, Bits], gain: Floats, coins: Floats, *, halves: bool, buckets: int, device: str
) -> tuple[Floats, Sums]:
    import torch

    gate, up, down = (_numbers(_moved(part if halves else part.view(np.uint32), device)) for part in units)
    scale, flips = _moved(gain, device), _moved(coins, device)
    rows = torch.stack([gate * scale, up * scale, down])  # (3, m, d)
    pairs = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    sums = torch.stack([(rows[i] * rows[j]).sum(-1, dtype=torch.float64) for i, j in pairs], dim=1)
    padded = torch.nn.functional.pad(rows * flips, (0, -rows.shape[-1] % buckets))
    folded = padded.reshape(*rows.shape[:2], -1, buckets).sum(2)
    return folded.cpu().numpy(), sums.cpu().numpy()
