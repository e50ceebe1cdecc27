"""One pass over one tensor: digests, moments, quantiles, sampled elements, and whether it holds trained content."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from originality.core.corner import corner_of, has_corner
from originality.core.exclusions import excluded_before_reading, excluded_by_content, untrained_rows
from originality.core.kernels import Floats, bf16_values, histogram, to_bf16
from originality.core.projection import sample_positions
from originality.core.readers import Block, Source
from originality.core.roles import Role, Slot

SAMPLES = 2_048
ROW_STEP = 16
QUANTILES = 64
TABLES = {Role.EMBEDDING, Role.HEAD, Role.POSITION}


@dataclass(frozen=True)
class TensorSummary:
    """sha256 is over dtype, shape and stored bytes; codes_sha256 over the values rounded to bfloat16."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    role: str
    layer: int
    part: str
    excluded: str = ""
    sha256: str = ""
    codes_sha256: str = ""
    mean: float = 0.0
    sd: float = 0.0
    kurtosis: float = 0.0
    untrained_rows: int = 0
    tower: str = ""
    expert: str = ""

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Sampled:
    """values at the public positions (NaN where the row is untrained), hashes of every 16th row, quantiles.

    corner are the numbers at places that models of any width share, of the matrices of `corner.TYPES`.
    """

    values: Floats
    row_hashes: NDArray[np.uint64]
    quantiles: Floats
    corner: Floats | None = None


class _Pass:
    """Running state of one tensor's single pass."""

    def __init__(self, *, dtype: str, shape: tuple[int, ...], slot: Slot, size: int) -> None:
        self.shape, self.table = shape, slot.role in TABLES
        self.bytes = hashlib.sha256(f"{dtype}{list(shape)}".encode())
        self.codes = hashlib.sha256(str(list(shape)).encode())
        self.counts = np.zeros(65536, np.int64)
        self.positions = sample_positions(size, SAMPLES)
        self.samples: list[Floats] = []
        self.rows: list[int] = []
        self.low, self.high, self.bad, self.empty = np.inf, -np.inf, 0, 0
        self.first: Floats = np.zeros((0, 0), np.float32)

    def feed(self, block: Block) -> None:
        values = block.values
        flat = np.ascontiguousarray(values).reshape(-1)
        codes = to_bf16(flat)
        self.bytes.update(block.raw)
        self.codes.update(codes.tobytes())
        self.counts += histogram(codes)
        bad = int(np.count_nonzero(~np.isfinite(flat)))
        self.bad += bad
        if not bad:
            self.low, self.high = min(self.low, float(flat.min())), max(self.high, float(flat.max()))
        if block.start == 0:
            self.first = values[:64].copy()
        self._sample(block, codes.reshape(values.shape))

    def _sample(self, block: Block, codes: NDArray[np.uint16]) -> None:
        rows, width = block.values.shape
        idle = untrained_rows(block.values) if self.table and width > 1 else np.zeros(rows, bool)
        self.empty += int(idle.sum())
        inside = self.positions[np.searchsorted(self.positions, block.start * width) :]
        inside = inside[: np.searchsorted(inside, (block.start + rows) * width)] - block.start * width
        picked = block.values.reshape(-1)[inside].copy()
        picked[idle[inside // width]] = np.nan
        self.samples.append(picked)
        if len(self.shape) == 2:
            wanted = [row for row in range(-block.start % ROW_STEP, rows, ROW_STEP) if not idle[row]]
            self.rows += [_row_hash(codes[row]) for row in wanted]


def _row_hash(codes: NDArray[np.uint16]) -> int:
    return int.from_bytes(hashlib.sha256(codes.tobytes()).digest()[:8], "little")


def summarise(source: Source, name: str, *, slot: Slot) -> tuple[TensorSummary, Sampled | None]:
    """Read a tensor once; without a Sampled it takes no part in any test, and `excluded` says why."""
    meta = source.tensors[name]
    common: dict[str, Any] = {"name": name, "dtype": meta.dtype, "shape": meta.shape}
    common |= {"role": slot.role.value, "layer": slot.layer, "part": slot.part}
    common |= {"tower": slot.tower, "expert": slot.expert}
    if reason := excluded_before_reading(name, meta=meta, slot=slot):
        return TensorSummary(**common, excluded=reason), None
    state = _Pass(dtype=meta.dtype, shape=meta.shape, slot=slot, size=meta.size)
    for block in source.blocks(name):
        state.feed(block)
    reason = excluded_by_content(shape=meta.shape, low=state.low, high=state.high, bad=state.bad, first=state.first)
    digests: dict[str, Any] = {"sha256": state.bytes.hexdigest(), "codes_sha256": state.codes.hexdigest()}
    if reason:
        return TensorSummary(**common, **digests, excluded=reason, untrained_rows=state.empty), None
    moments, quantiles = _moments(state.counts)
    corner = corner_of(source.stored(name)) if has_corner(meta.shape, role=slot.role, expert=slot.expert) else None
    sampled = Sampled(np.concatenate(state.samples), np.array(state.rows, np.uint64), quantiles, corner)
    return TensorSummary(**common, **digests, **moments, untrained_rows=state.empty), sampled


def _moments(counts: NDArray[np.int64]) -> tuple[dict[str, Any], Floats]:
    """Mean, sd, kurtosis and 64 quantiles of the values rounded to bfloat16, from their exact histogram."""
    values = bf16_values()
    present = np.flatnonzero(counts)
    x, weight = values[present].astype(np.float64), counts[present] / counts.sum()
    mean = float(weight @ x)
    variance = float(weight @ (x - mean) ** 2)
    fourth = float(weight @ (x - mean) ** 4)
    order = np.argsort(x)
    steps = np.searchsorted(np.cumsum(weight[order]), (np.arange(QUANTILES) + 0.5) / QUANTILES)
    quantiles = x[order][np.minimum(steps, len(x) - 1)].astype(np.float32)
    moments = {"mean": mean, "sd": variance**0.5, "kurtosis": fourth / variance**2 if variance > 0 else 0.0}
    return moments, quantiles
