"""Checkpoints of PyTorch as tensors that are read run by run. Nothing is unpickled but tensors and plain containers.

A file of torch.save is mapped, not loaded; what was read of a tensor is given back to the system before the next one.
"""

import argparse
import ctypes
import mmap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch

from portal.client.conversion.layout import Tensor
from portal.client.errors import ClientError
from portal.client.words import _

RUN = 16 << 20  # bytes handed on at once
ENDINGS = (".bin", ".pt", ".pth", ".ckpt")
WRAPPERS = ("state_dict", "model_state_dict", "model", "module")  # names around all weights, which are taken off
NOT_WEIGHTS = frozenset({
    "optimizer", "optim", "optimizer_state", "optimizer_state_dict", "optimizer_states", "opt_param_scheduler", "lr_scheduler",
    "lr_schedulers", "scheduler", "rng_state", "rng", "args", "hyper_parameters", "rerun_state_machine", "loops", "callbacks", "ema_optimizer",
})  # fmt: skip
DTYPES = {
    name: spelled
    for attribute, spelled in {
        "bool": "BOOL", "uint8": "U8", "int8": "I8", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2",
        "uint16": "U16", "int16": "I16", "float16": "F16", "bfloat16": "BF16", "uint32": "U32", "int32": "I32",
        "float32": "F32", "uint64": "U64", "int64": "I64", "float64": "F64", "complex64": "C64",
    }.items()
    if (name := getattr(torch, attribute, None)) is not None
}  # fmt: skip

Run = tuple[int, memoryview]  # place in the tensor's bytes, and bytes


class Item(NamedTuple):
    """A tensor and a way to read it, from the start, as often as one likes."""

    tensor: Tensor
    runs: Callable[[], Iterator[Run]]


class Loaded(NamedTuple):
    tensor: torch.Tensor
    mapped: bool  # its bytes are pages of the file, which can be given back and come again


class Found(NamedTuple):
    items: list[Item]
    left_out: list[str]  # what is there beside weights


def files_of_torch(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    return sorted(path for path in source.iterdir() if path.suffix in ENDINGS and path.name != "training_args.bin")


def read_files(paths: list[Path]) -> Found:
    """All shards' tensors by name; the shards stay mapped."""
    weights: dict[str, Loaded] = {}
    left_out: list[str] = []
    for path in paths:
        document, mapped = load(path)
        found, rest = _weights_of(document)
        if twice := found.keys() & weights.keys():
            raise ClientError(
                _("Two files hold the tensor {name}.").format(name=min(twice)),
                where=str(path),
                hint=_("Convert one checkpoint at a time."),
            )
        weights.update({name: Loaded(tensor, mapped=mapped) for name, tensor in found.items()})
        left_out += rest
    return Found([item_of(name, loaded) for name, loaded in weights.items()], sorted(set(left_out)))


def load(path: Path) -> tuple[Any, bool]:
    """Weights only: what would need code to be read is refused. Files of before PyTorch 1.6 cannot be mapped."""
    allowed = torch.serialization.safe_globals([argparse.Namespace])  # Megatron-LM keeps its options beside the weights
    try:
        with allowed, path.open("rb") as file:
            mapped = torch.serialization._is_zipfile(file)  # noqa: SLF001 - torch decides by it as well
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped or None), mapped
    except Exception as error:  # whatever the parser stumbles over: the file is not what it should be
        raise ClientError(
            _("The file cannot be read as weights alone: {reason}").format(reason=reason_of(error)),
            where=str(path),
            hint=_("Load it where it was made and save the state_dict alone: torch.save(model.state_dict(), file)."),
        ) from error


def reason_of(error: Exception) -> str:
    """The first line: what follows is advice to switch the protection off."""
    return next(iter(str(error).splitlines()), "")[:200] or type(error).__name__


def item_of(name: str, loaded: Loaded) -> Item:
    tensor = loaded.tensor
    if tensor.layout != torch.strided or tensor.is_quantized or tensor.dtype not in DTYPES:
        raise ClientError(
            _("The tensor {name} has a form that safetensors does not know: {form}.").format(
                name=name, form=f"{tensor.dtype}, {tensor.layout}"
            ),
            hint=_("Convert it to a dense tensor of a plain type first."),
        )
    plain = tensor.detach()
    described = Tensor(name, DTYPES[plain.dtype], tuple(plain.shape), plain.numel() * plain.element_size())
    return Item(described, lambda: _runs(plain, mapped=loaded.mapped))


def _weights_of(document: Any) -> tuple[dict[str, torch.Tensor], list[str]]:
    if isinstance(document, torch.Tensor):
        return {"weight": document}, []
    found: dict[str, torch.Tensor] = {}
    left_out: list[str] = []

    def walk(node: Any, names: tuple[str, ...]) -> None:
        for key, value in node.items():
            path = (*names, str(key))
            if not names and str(key) in NOT_WEIGHTS:
                left_out.append(str(key))
            elif isinstance(value, torch.Tensor):
                found[".".join(path)] = value
            elif isinstance(value, dict):
                walk(value, path)
            else:
                left_out.append(".".join(path))

    if isinstance(document, dict):
        walk(document, ())
    return unwrapped(found), left_out


def unwrapped(tensors: dict[str, Any]) -> dict[str, Any]:
    """Without a wrapper's name around all of them: what a model calls its weights begins behind it."""
    for wrapper in WRAPPERS:
        if tensors and all(name.startswith(f"{wrapper}.") for name in tensors):
            return unwrapped({name.removeprefix(f"{wrapper}."): tensor for name, tensor in tensors.items()})
    return tensors


def _runs(tensor: torch.Tensor, *, mapped: bool) -> Iterator[Run]:
    """A tensor that does not lie in one piece is brought into order some slices at a time, or slice by slice."""
    size = tensor.numel() * tensor.element_size()
    if tensor.is_contiguous():
        yield from runs_of_bytes(tensor, mapped=mapped)
    elif size <= RUN or tensor.dim() == 1:
        yield from runs_of_bytes(tensor.contiguous())
    else:
        row = size // tensor.shape[0]
        for first in range(0, tensor.shape[0], count := max(1, RUN // row)):
            part = tensor[first : first + count] if row <= RUN else tensor[first]
            yield from ((first * row + offset, data) for offset, data in _runs(part, mapped=mapped))


def runs_of_bytes(tensor: torch.Tensor, *, mapped: bool = False) -> Iterator[Run]:
    flat = tensor.reshape(-1).view(torch.uint8)
    for offset in range(0, flat.numel(), RUN):
        part = flat[offset : offset + RUN]
        yield offset, memoryview(part.numpy())
        if mapped:
            _give_back(part)


def _give_back(part: torch.Tensor) -> None:
    """Tell the system that these pages of a privately mapped file are not needed: they are read again when touched."""
    first = -(-part.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE
    last = (part.data_ptr() + part.numel()) // mmap.PAGESIZE * mmap.PAGESIZE
    if last > first:
        _libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), mmap.MADV_DONTNEED)


_libc = ctypes.CDLL(None, use_errno=True)
