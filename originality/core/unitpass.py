"""Gated units in one pass: along the public directions, along the model's own, and their traits."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.device import active
from originality.core.kernels import Floats, widened
from originality.core.projection import Matrix, coins, fold_rows
from originality.core.readers import Source
from originality.core.unitkernels import turned

FOLDED = 1_024  # wider streams are folded to so many buckets: inner products of unit rows are kept within 1/32
CHUNK = 1 << 19  # numbers of one matrix that are looked at together
TINY = 1e-30


class GatedFeatures(NamedTuple):
    """Unit vectors (n, k), the same in the own basis (n, k2) or None, and traits (n, 5)."""

    gate: Matrix
    reads: Matrix
    writes: Matrix
    own_gate: Matrix | None
    own_reads: Matrix | None
    own_writes: Matrix | None
    traits: Matrix


def gated_features(
    source: Source, *, names: tuple[str, str, str], gain: Floats | None, k: int, own: Matrix | None
) -> GatedFeatures:
    """Read gate (n, d), up (n, d) and down (d, n) once; own (d, k2) holds the model's own directions.

    Traits are ln‖g‖, ln‖u‖ + ln‖d‖, |cos(g,u)|, |cos(g,d)|, cos(u,d): none knows the basis of the residual stream or a unit's
    sign, since u and d flip together.
    """
    gate, up, down = (source.stored(name) for name in names)
    count, width = gate.shape
    buckets = FOLDED if width > FOLDED and FOLDED % k == 0 else width
    flips = coins(width) if k < width else np.ones(width, np.float32)
    inside = None if own is None else np.ascontiguousarray(own[:buckets] * flips[:buckets, None])
    gain = np.ones(width, np.float32) if gain is None else np.ascontiguousarray(gain, np.float32)
    seen, mine, sums = np.empty((3, count, min(k, width)), np.float32), [], np.empty((count, 6))
    step = max(64, CHUNK // width)
    for start in range(0, count, step):
        stop = min(start + step, count)
        parts = (gate[start:stop], up[start:stop], down[:, start:stop])
        halves = all(part.dtype == np.uint16 for part in parts)
        g, u, d = parts if halves else (widened(part).view(np.uint32) for part in parts)
        folded, sums[start:stop] = active().gated_units((g, u, _columns(d)), gain, flips, 16 if halves else 0, buckets)
        lengths = np.sqrt(np.maximum(sums[start:stop, :3].T, TINY)).astype(np.float32)[:, :, None]
        folded /= lengths
        seen[:, start:stop] = fold_rows(folded, min(k, width))
        if inside is not None:
            mine.append(folded @ inside)
    own_gate, own_reads, own_writes = np.concatenate(mine, axis=1) if mine else (None, None, None)
    return GatedFeatures(seen[0], seen[1], seen[2], own_gate, own_reads, own_writes, traits_of(sums))


def traits_of(sums: NDArray[np.float64]) -> Matrix:
    """Return (n, 5) traits of sums (n, 6): gg, uu, dd, gu, gd, ud; rounded to 16 bits as a file keeps them."""
    g, u, d = np.sqrt(np.maximum(sums[:, :3].T, TINY))
    gu, gd, ud = sums[:, 3:].T
    traits = np.stack(
        [np.log(g), np.log(u) + np.log(d), np.abs(gu) / (g * u), np.abs(gd) / (g * d), ud / (u * d)], axis=1
    )
    return traits.astype(np.float16).astype(np.float32)


def _columns(bits: NDArray[Any]) -> NDArray[Any]:
    """(d, m) columns as (m, d) rows."""
    out = np.empty(bits.shape[::-1], bits.dtype)
    turned(bits, out)
    return out
