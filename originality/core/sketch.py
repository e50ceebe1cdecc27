"""A sketch: all that the tests need of a model, in one streaming pass, at about a hundredth of its size."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from originality.core.passes import read_vector
from originality.core.projection import Matrix
from originality.core.readers import Source
from originality.core.roles import Role, RoleMap, Tower, assign_roles
from originality.core.summary import Sampled, TensorSummary, summarise
from originality.core.tokens import Anchors, TokenTable, embedding_anchors, token_table
from originality.core.units import UnitBlock, unit_blocks

ENGINE = "1"
STORED_K = 48  # width of a published sketch
FULL_K = 256  # width when both folders are at hand
Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, note: str) -> None:
    """No progress is wanted."""


@dataclass(frozen=True)
class Sketch:
    label: str
    digest: str
    k: int
    family: str
    by_shape: bool
    config: dict[str, Any]
    summaries: dict[str, TensorSummary]
    samples: dict[str, Sampled]
    blocks: list[UnitBlock]
    gains: dict[tuple[str, int, str], Matrix]  # (tower, layer, part) → (d_model,)
    tokens: TokenTable
    anchors: Anchors
    towers: dict[str, Tower] = field(default_factory=dict)

    @property
    def parameters(self) -> int:
        return sum(summary.size for summary in self.summaries.values())

    @property
    def compared(self) -> int:
        """Elements of all tensors that hold trained content."""
        return sum(self.summaries[name].size for name in self.samples)

    def only(self, role: Role) -> str | None:
        return next((name for name, summary in self.summaries.items() if summary.role == role.value), None)


def build_sketch(source: Source, *, k: int = STORED_K, progress: Progress = silent) -> Sketch:
    """Read every tensor of the model; two threads or more share the tensors, memory stays at a few blocks."""
    roles = assign_roles(source.tensors)
    names = sorted(source.tensors)
    with ThreadPoolExecutor(max(2, min(8, os.cpu_count() or 2))) as pool:
        found: dict[str, tuple[TensorSummary, Sampled | None]] = {}
        reading = pool.map(lambda name: summarise(source, name, slot=roles.slots[name]), names)
        for done, (name, pair) in enumerate(zip(names, reading, strict=True), start=1):
            found[name] = pair
            progress(done, len(names) + 1, name)
    samples = {name: sampled for name, (_, sampled) in found.items() if sampled is not None}
    usable = _usable(roles, samples)
    table = token_table(source)
    sketch = Sketch(
        label=source.label,
        digest=content_digest([summary for summary, _ in found.values()]),
        k=k,
        family=roles.family,
        by_shape=roles.by_shape,
        config=source.config,
        summaries={name: summary for name, (summary, _) in found.items()},
        samples=samples,
        blocks=unit_blocks(source, roles=usable, k=k),
        gains=_gains(source, usable),
        tokens=table,
        anchors=embedding_anchors(source, name=usable.find(Role.EMBEDDING), table=table),
        towers=roles.towers,
    )
    progress(len(names) + 1, len(names) + 1, "units")
    return sketch


def _usable(roles: RoleMap, samples: dict[str, Sampled]) -> RoleMap:
    """Drop excluded tensors from the role map, so that no later step can pick them up."""
    return roles.among(samples)


def content_digest(summaries: list[TensorSummary]) -> str:
    """SHA-256 over the tensors' digests, sorted: names and shards do not matter, only content."""
    lines = sorted(summary.sha256 or f"{summary.dtype}{list(summary.shape)}" for summary in summaries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _gains(source: Source, roles: RoleMap) -> dict[tuple[str, int, str], Matrix]:
    norms = {(slot.tower, slot.layer, slot.part): name for name, slot in roles.slots.items() if slot.role is Role.NORM}
    offsets = {tower: np.float32(found.gain_offset) for tower, found in roles.towers.items()}
    return {key: read_vector(source, name) + offsets[key[0]] for key, name in sorted(norms.items())}


def vocabulary_size(sketch: Sketch) -> int | None:
    """Return the rows of the embedding, which count also what no tokenizer uses."""
    name = sketch.only(Role.EMBEDDING)
    return sketch.summaries[name].shape[0] if name else None
