"""One pass over one tensor: digests, moments, quantiles, sampled elements, and whether it holds trained content."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.corner import corner_of, has_corner
from originality.core.device import active
from originality.core.exclusions import excluded_before_reading, excluded_by_content
from originality.core.kernels import Codes, Floats, bf16_values, to_bf16, untrained, widened
from originality.core.projection import sample_positions
from originality.core.readers import Source, TensorMeta
from originality.core.roles import Role, Slot
from originality.core.spool import Spool

SAMPLES = 2_048
ROW_STEP = 16
QUANTILES = 64
TABLES = {Role.EMBEDDING, Role.HEAD, Role.POSITION}


@dataclass(frozen=True)
class TensorSummary:
    """sha256 is over stored bytes, dtype and shape; codes_sha256 over the values rounded to bfloat16, and shape."""

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
    counts: "Counts | None" = None  # only where the weights are at hand: no sketch on disk keeps it


class Counts(NamedTuple):
    """The bfloat16 codes that occur in a tensor and how often: its exact histogram."""

    codes: Codes
    counts: NDArray[np.int64]

    def chance(self, other: "Counts") -> float:
        """Σ_v p(v)·q(v): the share of equal elements that two independent tensors of these histograms have."""
        _, left, right = np.intersect1d(self.codes, other.codes, assume_unique=True, return_indices=True)
        both = self.counts[left].astype(np.float64) @ other.counts[right].astype(np.float64)
        return float(both) / max(float(self.counts.sum()) * float(other.counts.sum()), 1.0)

    def sums(self) -> tuple[float, float]:
        """Σv and Σv² of the rounded values."""
        values = bf16_values()[self.codes].astype(np.float64)
        return float(values @ self.counts), float((values * values) @ self.counts)


class _Pass:
    """Running state of one tensor's single pass over the stored rows."""

    def __init__(self, *, meta: TensorMeta, slot: Slot) -> None:
        self.meta, self.table = meta, slot.role in TABLES
        self.bytes, self.codes = hashlib.sha256(), hashlib.sha256()
        self.tables = np.zeros((4, 65536), np.int64)
        self.positions = sample_positions(meta.size, SAMPLES)
        self.samples: list[Floats] = []
        self.rows: list[int] = []
        self.low, self.high, self.empty = np.inf, -np.inf, 0
        self.last: NDArray[Any] = np.zeros(0, np.uint16)

    def feed(self, start: int, raw: NDArray[Any], stored: NDArray[Any]) -> None:
        """Take rows from `start` on: raw are their bytes, stored their numbers (another array where scales are applied)."""
        self.bytes.update(np.ascontiguousarray(raw).data)
        if stored.dtype == np.uint16:
            codes, values, bits = stored, None, stored
        else:
            values = widened(stored)
            codes, bits = to_bf16(values.reshape(-1)).reshape(values.shape), values.view(np.uint32)
            self.codes.update(codes.data)
            self.low = float(np.minimum(self.low, values.min()))  # min() would lose a NaN
            self.high = float(np.maximum(self.high, values.max()))
        active().count_codes(self.tables, codes.reshape(-1))
        idle = self._idle(bits)
        self._sample(start, bits, idle)
        if len(self.meta.shape) == 2:
            wanted = [row for row in range(-start % ROW_STEP, len(codes), ROW_STEP) if not idle[row]]
            self.rows += [_row_hash(codes[row]) for row in wanted]

    def _idle(self, bits: NDArray[Any]) -> NDArray[np.bool_]:
        if not self.table or bits.shape[1] < 2:
            return np.zeros(len(bits), bool)
        idle = untrained(bits, self.last.astype(bits.dtype), (1 << (bits.itemsize * 8 - 1)) - 1)
        self.last = bits[-1].copy()
        self.empty += int(idle.sum())
        return idle

    def _sample(self, start: int, bits: NDArray[Any], idle: NDArray[np.bool_]) -> None:
        rows, width = bits.shape
        inside = self.positions[np.searchsorted(self.positions, start * width) :]
        inside = inside[: np.searchsorted(inside, (start + rows) * width)] - start * width
        picked = bits.reshape(-1)[inside].astype(np.uint32) << np.uint32(32 - 8 * bits.itemsize)
        values = picked.view(np.float32)
        values[idle[inside // width]] = np.nan
        self.samples.append(values)

    def counts(self) -> Counts:
        whole = self.tables.sum(axis=0)
        present = np.flatnonzero(whole)
        return Counts(present.astype(np.uint16), whole[present])

    def digests(self) -> dict[str, str]:
        """Of the stored bytes with dtype and shape, and of the values rounded to bfloat16 with the shape."""
        codes = self.bytes if self.meta.dtype == "BF16" else self.codes
        ends = ((self.bytes, f"{self.meta.dtype}{list(self.meta.shape)}"), (codes, f"{list(self.meta.shape)}"))
        return dict(zip(("sha256", "codes_sha256"), (_ended(hashed, text) for hashed, text in ends), strict=True))

    def bounds(self, counts: Counts) -> tuple[float, float]:
        """The smallest and the largest number; NaN where there is one among them."""
        if self.meta.dtype != "BF16":
            return self.low, self.high
        values = bf16_values()[counts.codes]
        return float(values.min()), float(values.max())


def _ended(hashed: "hashlib._Hash", text: str) -> str:
    whole = hashed.copy()
    whole.update(text.encode())
    return whole.hexdigest()


def _row_hash(codes: Codes) -> int:
    return int.from_bytes(hashlib.sha256(codes.data).digest()[:8], "little")


def summarise(
    source: Source, name: str, *, slot: Slot, spool: Spool | None = None
) -> tuple[TensorSummary, Sampled | None]:
    """Read a tensor once; without a Sampled it takes no part in any test, and `excluded` says why.

    With a spool the histogram is kept there for the comparison of all elements.
    """
    meta = source.tensors[name]
    common: dict[str, Any] = {"name": name, "dtype": meta.dtype, "shape": meta.shape}
    common |= {"role": slot.role.value, "layer": slot.layer, "part": slot.part}
    common |= {"tower": slot.tower, "expert": slot.expert}
    if reason := excluded_before_reading(name, meta=meta, slot=slot):
        return TensorSummary(**common, excluded=reason), None
    state = _Pass(meta=meta, slot=slot)
    for start, raw, stored in source.pieces(name):
        state.feed(start, raw, stored)
    counts = state.counts()
    common |= state.digests() | {"untrained_rows": state.empty}
    low, high = state.bounds(counts)
    if reason := excluded_by_content(shape=meta.shape, low=low, high=high, stored=source.stored(name)):
        return TensorSummary(**common, excluded=reason), None
    moments, quantiles = _moments(counts)
    corner = corner_of(source.stored(name)) if has_corner(meta.shape, role=slot.role, expert=slot.expert) else None
    kept = None if spool is None else Counts(spool.keep(counts.codes), spool.keep(counts.counts))
    sampled = Sampled(np.concatenate(state.samples), np.array(state.rows, np.uint64), quantiles, corner, kept)
    return TensorSummary(**common, **moments), sampled


def _moments(counts: Counts) -> tuple[dict[str, Any], Floats]:
    """Mean, sd, kurtosis and 64 quantiles of the values rounded to bfloat16, from their exact histogram."""
    x, weight = bf16_values()[counts.codes].astype(np.float64), counts.counts / counts.counts.sum()
    mean = float(weight @ x)
    variance = float(weight @ (x - mean) ** 2)
    fourth = float(weight @ (x - mean) ** 4)
    order = np.argsort(x)
    steps = np.searchsorted(np.cumsum(weight[order]), (np.arange(QUANTILES) + 0.5) / QUANTILES)
    quantiles = x[order][np.minimum(steps, len(x) - 1)].astype(np.float32)
    moments = {"mean": mean, "sd": variance**0.5, "kurtosis": fourth / variance**2 if variance > 0 else 0.0}
    return moments, quantiles
