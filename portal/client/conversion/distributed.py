"""Checkpoints of torch.distributed.checkpoint (Megatron-LM's torch_dist among them): one piece at a time into its place."""

import io
import math
import pickle
import secrets
from collections.abc import Iterable, Iterator
from itertools import accumulate, product
from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint import metadata as meta

from portal.client.conversion.layout import Tensor
from portal.client.conversion.reading import DTYPES, NOT_WEIGHTS, Found, Item, Run, reason_of, runs_of_bytes, unwrapped
from portal.client.errors import ClientError
from portal.client.words import _

METADATA = ".metadata"
PRIME = 2**61 - 1
_KNOWN = {
    ("torch.distributed.checkpoint.metadata", name)
    for name in (
        "Metadata", "TensorStorageMetadata", "BytesStorageMetadata", "ChunkStorageMetadata", "TensorProperties",
        "MetadataIndex", "StorageMeta", "_MEM_FORMAT_ENCODING",
    )
} | {
    ("torch.distributed.checkpoint.filesystem", "_StorageInfo"),
    ("torch.distributed.checkpoint.filesystem", "_StoragePrefix"),
    ("torch.serialization", "_get_layout"),
    ("torch", "Size"),
    ("pathlib", "PosixPath"),
    ("pathlib", "PurePosixPath"),
    ("pathlib._local", "PosixPath"),
    ("collections", "OrderedDict"),
}  # fmt: skip


class _Reader(pickle.Unpickler):
    """The list of pieces is a pickle: only the classes of which such a list consists come out of it."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _KNOWN or (module == "torch" and isinstance(getattr(torch, name, None), torch.dtype)):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} does not belong into a list of tensors")


class _Slice(io.RawIOBase):
    """The bytes of one piece inside its file, as a file of its own."""

    def __init__(self, path: Path, *, offset: int, length: int) -> None:
        self.file, self.offset, self.length, self.position = path.open("rb"), offset, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.length}[whence]
        self.position = max(0, base + offset)
        return self.position

    def tell(self) -> int:
        return self.position

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")[: max(0, self.length - self.position)]
        self.file.seek(self.offset + self.position)
        count = self.file.readinto(view)
        self.position += count
        return count

    def close(self) -> None:
        self.file.close()
        super().close()


def is_distributed(source: Path) -> bool:
    return (source / METADATA).is_file()


def read_distributed(source: Path) -> Found:
    document = _metadata(source / METADATA)
    tensors = {
        name: entry
        for name, entry in document.state_dict_metadata.items()
        if isinstance(entry, meta.TensorStorageMetadata) and name.split(".")[0] not in NOT_WEIGHTS
    }
    left_out = sorted({name.split(".")[0] for name in document.state_dict_metadata.keys() - tensors.keys()})
    names = dict(zip(unwrapped(tensors), tensors, strict=True))  # the name to write → the name in the list
    items = [_item(source, document, name=name, listed=listed) for name, listed in names.items()]
    return Found(items, left_out)


def _metadata(path: Path) -> meta.Metadata:
    try:
        with path.open("rb") as file:
            document = _Reader(file).load()
    except Exception as error:  # whatever the parser stumbles over
        raise ClientError(
            _("The list of pieces cannot be read: {reason}").format(reason=reason_of(error)),
            where=str(path),
            hint=_("Use the PyTorch version that wrote the checkpoint, or a newer one."),
        ) from error
    if not isinstance(document, meta.Metadata) or not isinstance(document.storage_data, dict):
        raise ClientError(_("The list of pieces holds something else."), where=str(path))
    return document


def _item(source: Path, document: meta.Metadata, *, name: str, listed: str) -> Item:
    entry = document.state_dict_metadata[listed]
    dtype, shape = entry.properties.dtype, tuple(entry.size)
    if dtype not in DTYPES:
        raise ClientError(
            _("The tensor {name} has a form that safetensors does not know: {form}.").format(name=name, form=dtype),
            hint=_("Convert it to a dense tensor of a plain type first."),
        )
    _check_cover(entry, name=name, shape=shape)
    size = math.prod(shape) * torch.empty((), dtype=dtype).element_size()
    places = {index.offset: info for index, info in document.storage_data.items() if index.fqn == listed}
    return Item(Tensor(name, DTYPES[dtype], shape, size), lambda: _runs(source, entry, places))


def _check_cover(entry: Any, *, name: str, shape: tuple[int, ...]) -> None:
    """Every element of the whole in exactly one piece: what overlaps leaves a hole elsewhere, and a hole reads as zeros."""
    inside = all(
        offset >= 0 and offset + size <= whole
        for chunk in entry.chunks
        for offset, size, whole in zip(chunk.offsets, chunk.sizes, shape, strict=True)
    )
    if not inside or not _tiles(entry.chunks, shape):
        raise ClientError(
            _("The pieces of {name} do not make up the whole tensor.").format(name=name),
            hint=_("Save the checkpoint once more from all ranks."),
        )


def _tiles(chunks: list[Any], shape: tuple[int, ...]) -> bool:
    """Weigh each piece by random weights along the axes: unless they tile, pieces and whole weigh the same by a chance of 2^-58.

    Linear in the pieces, where comparing them in pairs is not (Schwartz-Zippel: both sides are one polynomial, or differ almost surely).
    """
    axes = [_weights(whole, ((c.offsets[axis], c.sizes[axis]) for c in chunks)) for axis, whole in enumerate(shape)]
    weight = sum(
        math.prod(axis[at + size] - axis[at] for axis, at, size in zip(axes, chunk.offsets, chunk.sizes, strict=True))
        for chunk in chunks
    )
    return bool((weight - math.prod(axis[whole] for axis, whole in zip(axes, shape, strict=True))) % PRIME == 0)


def _weights(whole: int, spans: Iterable[tuple[int, int]]) -> dict[int, int]:
    """What lies before each place at which a piece begins or ends, in random weights."""
    cuts = sorted({0, whole, *(edge for offset, size in spans for edge in (offset, offset + size))})
    steps = (secrets.randbelow(PRIME) for _step in cuts[1:])
    return dict(zip(cuts, accumulate(steps, initial=0), strict=True))


def _runs(source: Path, entry: Any, places: dict[Any, Any]) -> Iterator[Run]:
    shape = tuple(entry.size)
    for chunk in entry.chunks:
        piece = _load(source, places[chunk.offsets], size=tuple(chunk.sizes), dtype=entry.properties.dtype)
        yield from _placed(piece, offsets=tuple(chunk.offsets), shape=shape)


def _load(source: Path, info: Any, *, size: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    path = (source / info.relative_path).resolve()
    if path.parent != source.resolve() or getattr(info, "transform_descriptors", None):
        raise ClientError(
            _("A piece lies outside of the checkpoint, or is compressed."),
            where=str(info.relative_path),
            hint=_("Save the checkpoint without extensions, in one folder."),
        )
    try:
        with _Slice(path, offset=info.offset, length=info.length) as file:
            piece = torch.load(io.BufferedReader(file), map_location="cpu", weights_only=True)
    except Exception as error:  # whatever the parser stumbles over
        text = _("A piece cannot be read: {reason}").format(reason=reason_of(error))
        raise ClientError(text, where=str(path), hint=_("Save the checkpoint once more from all ranks.")) from error
    if not isinstance(piece, torch.Tensor) or tuple(piece.shape) != size or piece.dtype != dtype:
        raise ClientError(_("A piece is not what the list says."), where=str(path))
    return piece.detach().contiguous()


def _placed(piece: torch.Tensor, *, offsets: tuple[int, ...], shape: tuple[int, ...]) -> Iterator[Run]:
    """The piece's bytes in as few runs as its place in the whole allows."""
    sizes, width = tuple(piece.shape), piece.element_size()
    split = max((axis for axis, length in enumerate(sizes) if length != shape[axis]), default=0)
    steps = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    start = sum(offset * step for offset, step in zip(offsets, steps, strict=True))
    for place in product(*(range(length) for length in sizes[:split])):
        position = start + sum(at * step for at, step in zip(place, steps, strict=False))
        for offset, data in runs_of_bytes(piece[place] if place else piece):
            yield position * width + offset, data
