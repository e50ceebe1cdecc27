"""Models on disk, read tensor by tensor in row blocks: memory stays bounded whatever the checkpoint's size."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from originality.core.errors import InputError
from originality.core.folders import check_index, read_config, read_json, weight_files, what_it_is
from originality.core.kernels import Floats, widened
from originality.core.quantised import CODES, Scale, ScaledRows, find_scales
from originality.core.views import View, seen
from portal.common.formats.safetensors_header import Header, HeaderError, read_header

BLOCK_ELEMENTS = 1 << 20  # 4 MiB as float32, so that a block stays in the cache; two models are cut alike
WIDEST_ROW = 16 << 20
FLOATS: dict[str, type[np.generic]] = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}


class TensorMeta(NamedTuple):
    dtype: str
    shape: tuple[int, ...]
    scaled: bool = False  # eight-bit numbers that are read with their scales

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def readable(self) -> bool:
        """Whether the elements are plain floats or have plain scales; other quantised tensors are listed, not compared."""
        return (self.dtype in FLOATS or self.scaled) and self.size > 0 and not self.too_wide

    @property
    def too_wide(self) -> bool:
        """Whether one row alone exceeds 16 million numbers; no network has such a matrix."""
        return grid(self.shape)[1] > WIDEST_ROW


def grid(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (rows, width) as which a tensor is read; stacked matrices one after another, anything else by its first axis."""
    if len(shape) == 3:
        return shape[0] * shape[1], shape[2]
    return (shape[0], math.prod(shape[1:])) if shape else (1, 1)


class Block(NamedTuple):
    """Rows [start, start + len(values)) of a tensor seen as its `grid`; raw are the stored elements."""

    start: int
    values: Floats
    raw: NDArray[Any]


class _Place(NamedTuple):
    file: Path
    offset: int


@dataclass(frozen=True)
class Source:
    """A model folder: tensors in any number of shards, `config.json` and `tokenizer.json` where there are any."""

    label: str
    folder: Path
    config: dict[str, Any]
    tensors: dict[str, TensorMeta]
    places: dict[str, _Place] = field(repr=False)
    scales: Mapping[str, Scale] = field(default_factory=dict, repr=False)
    views: Mapping[str, View] = field(default_factory=dict, repr=False)

    def seen_through(self, views: Mapping[str, View]) -> "Source":
        """The same model, in which views can be read by their names like tensors."""
        return replace(self, views=views)

    def meta(self, name: str) -> TensorMeta:
        view = self.views.get(name)
        return self.tensors[view.stored]._replace(shape=view.shape) if view else self.tensors[name]

    def stored(self, name: str) -> NDArray[Any]:
        """The elements as they lie in the file, (rows, width), mapped and not copied; bfloat16 numbers as uint16.

        Eight-bit numbers with scales come as rows that are multiplied when they are cut out.
        """
        if view := self.views.get(name):
            return seen(self.stored(view.stored), view, shape=self.tensors[view.stored].shape)
        codes = self.codes(name)
        scale = self.scales.get(name)
        if scale is None:
            return codes
        numbers = widened(self.codes(scale.name)).reshape(-(-codes.shape[0] // scale.rows), -1)
        return cast(NDArray[Any], ScaledRows(codes, numbers, scale=scale, dtype=self.tensors[name].dtype))

    def codes(self, name: str) -> NDArray[Any]:
        """The stored numbers of a tensor, without their scales."""
        meta, place = self.tensors[name], self.places[name]
        kind = (FLOATS | CODES)[meta.dtype]
        try:
            return np.asarray(np.memmap(place.file, kind, "r", place.offset, grid(meta.shape)))
        except ValueError as error:
            raise InputError(f"{place.file}: tensor {name} ends early; the shard is torn, send it again") from error

    def blocks(self, name: str) -> Iterator[Block]:
        for start, raw, stored in self.pieces(name):
            yield Block(start, widened(stored), raw)

    def pieces(self, name: str) -> Iterator[tuple[int, NDArray[Any], NDArray[Any]]]:
        """Yield the first row, the stored bytes and the stored numbers of every block; the two differ where scales apply."""
        stored = self.stored(name)
        raw = self.codes(name) if name in self.scales else stored
        step = max(1, BLOCK_ELEMENTS // stored.shape[1])
        for start in range(0, len(stored), step):
            yield start, raw[start : start + step], stored[start : start + step]

    def vocabulary(self) -> dict[str, int]:
        """Return token → id; whatever else stands in a tokenizer.json is passed over."""
        tokens = self._tokenizer().get("vocab")
        if isinstance(tokens, list):  # unigram models keep [piece, score] in id order
            pieces = [piece[0] if isinstance(piece, list) and piece else None for piece in tokens]
            return {piece: index for index, piece in enumerate(pieces) if isinstance(piece, str)}
        found = tokens.items() if isinstance(tokens, dict) else ()
        return {text: number for text, number in found if isinstance(number, int)}

    def merges(self) -> list[str]:
        merges = self._tokenizer().get("merges")
        found = [merge for merge in merges if isinstance(merge, str | list)] if isinstance(merges, list) else []
        return [merge if isinstance(merge, str) else " ".join(map(str, merge)) for merge in found]

    def _tokenizer(self) -> dict[str, Any]:
        model = read_json(self.folder / "tokenizer.json").get("model")
        return model if isinstance(model, dict) else {}


def open_folder(folder: Path) -> Source:
    """Check the headers of every shard and return the model; InputError names the file and the cause."""
    tensors: dict[str, TensorMeta] = {}
    places: dict[str, _Place] = {}
    for file in weight_files(folder):
        header = _header(file)
        for name, info in header.tensors.items():
            if name in tensors:
                raise InputError(f"{file}: tensor {name} is also in {places[name].file.name}; keep one of them")
            tensors[name] = TensorMeta(info.dtype, tuple(info.shape))
            places[name] = _Place(file, header.data_start + info.begin)
    if not tensors:
        raise InputError(f"{folder}: the safetensors files hold no tensor; send the weights")
    check_index(folder, set(tensors))
    scales = find_scales(tensors)
    tensors |= {name: tensors[name]._replace(scaled=True) for name in scales}
    return Source(folder.name, folder, read_config(folder), tensors, places, scales)


def _header(file: Path) -> Header:
    try:
        return read_header(file)
    except HeaderError as error:
        what = what_it_is(file)
        raise InputError(f"{file}: it is {what}" if what else f"{file}: {error}") from error
