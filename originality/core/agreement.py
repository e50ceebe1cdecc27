"""Whether a sketch is that of a model: the sketch is made again and compared piece by piece.

Digests, shapes and sampled elements have to be equal. Projections are sums in single precision, whose order differs between
machines, kept in four bits: now and then one falls on the other side of a step, never by more than one.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from originality.core.errors import InputError
from originality.core.packing import NIBBLE
from originality.core.projection import Matrix
from originality.core.readers import open_folder
from originality.core.sketch import FEATURES, FULL_K, Progress, Sketch, build_sketch, silent
from originality.core.sketchfile import load_sketch, save_sketch
from originality.core.units import UnitBlock

RELATIVE, ABSOLUTE = 1e-3, 1e-4
STEPS = 1.5  # steps of four bits by which a projection may differ
FLIPPED = 0.01  # share of the projections that may


def check_sketch(path: Path, folder: Path, *, progress: Progress = silent) -> list[str]:
    """Make the sketch of the folder's model again, as a file would keep it, and name what differs from `path`."""
    said = load_sketch(path)
    if not isinstance(said.k, int) or not 1 <= said.k <= FULL_K:
        raise InputError(f"{path.name}: a width of {said.k!r:.20}; sketches have 1 to {FULL_K}")
    made = build_sketch(open_folder(folder), k=said.k, progress=progress)
    with tempfile.TemporaryDirectory() as room:
        kept = Path(room) / "again.safetensors"
        save_sketch(made, kept)
        return differences(said, load_sketch(kept))


def differences(said: Sketch, again: Sketch) -> list[str]:
    """Names of what differs; none when `said` is the sketch of the model from which `again` was made."""
    return sorted(set(_of_tensors(said, again)) | set(_of_samples(said, again)) | set(_of_structure(said, again)))


def _of_tensors(said: Sketch, again: Sketch) -> Iterator[str]:
    for name in said.summaries.keys() | again.summaries.keys():
        one, other = said.summaries.get(name), again.summaries.get(name)
        if one is None or other is None or _exact(one) != _exact(other):
            yield f"tensor {name}"


def _exact(summary: object) -> tuple[object, ...]:
    return tuple(getattr(summary, key) for key in ("dtype", "shape", "role", "excluded", "sha256", "codes_sha256"))


def _of_samples(said: Sketch, again: Sketch) -> Iterator[str]:
    for name in said.samples.keys() | again.samples.keys():
        one, other = said.samples.get(name), again.samples.get(name)
        if (
            one is None
            or other is None
            or not (np.array_equal(one.row_hashes, other.row_hashes) and _close(one.values, other.values))
        ):
            yield f"samples of {name}"
        elif not (_close(one.quantiles, other.quantiles) and _close(one.corner, other.corner)):
            yield f"quantiles of {name}"


def _of_structure(said: Sketch, again: Sketch) -> Iterator[str]:
    if said.digest != again.digest or said.k != again.k:
        yield "digest of the content"
    if not np.array_equal(said.tokens.tokens, again.tokens.tokens):
        yield "tokens"
    if said.gains.keys() != again.gains.keys() or not all(
        _close(said.gains[key], again.gains[key]) for key in said.gains
    ):
        yield "gains of norms"
    if said.bases.keys() != again.bases.keys() or not all(map(_close, said.bases.values(), again.bases.values())):
        yield "own basis"
    if len(said.blocks) != len(again.blocks) or not all(map(_same_block, said.blocks, again.blocks)):
        yield "projections of units"


def _same_block(one: UnitBlock, other: UnitBlock) -> bool:
    if any(
        getattr(one, key) != getattr(other, key) for key in ("kind", "layer", "tower", "expert", "tensors", "folded")
    ):
        return False
    return _close(one.traits, other.traits) and all(
        _same_steps(getattr(one, part), getattr(other, part)) for part in FEATURES
    )


def _same_steps(one: Matrix | None, other: Matrix | None) -> bool:
    if one is None or other is None:
        return one is other
    if one.shape != other.shape:
        return False
    step = np.abs(other).max(axis=0, initial=0) / NIBBLE
    apart = np.abs(one - other)
    return bool((apart <= STEPS * step).all() and np.mean(apart > step / 2) <= FLIPPED)


def _close(one: Matrix | None, other: Matrix | None) -> bool:
    """NaN equals NaN: it stands for rows that were not trained."""
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True))
