"""A sketch: all that the tests need of a model, in one streaming pass, at about a hundredth of its size."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from originality.core.errors import InputError
from originality.core.ownbasis import STORED_OWN, own_bases
from originality.core.packing import BYTE, rounded
from originality.core.passes import read_vector
from originality.core.projection import Matrix
from originality.core.readers import Source
from originality.core.roles import Role, RoleMap, Tower, assign_roles
from originality.core.spectra import Spectra, head_spectra
from originality.core.spool import Spool
from originality.core.summary import Sampled, TensorSummary, summarise
from originality.core.tokens import Anchors, TokenTable, embedding_anchors, no_anchors, token_table
from originality.core.unitblock import UnitBlock
from originality.core.units import unit_blocks
from originality.core.workers import in_threads

ENGINE = "2"
STORED_K = 32  # width of a published sketch
FULL_K = 256  # width when both folders are at hand and neither is large
LARGE = 1_000_000_000  # parameters; the noise of a narrow sketch does not matter where there are so many units
KINDS = ("mlp", "plain_mlp", "attention", "rope", "latent")
FEATURES = ("reads", "writes", "gate", "own_reads", "own_writes", "own_gate")
Progress = Callable[[int, int, str], None]
Found = dict[str, tuple[TensorSummary, Sampled | None]]


def full_width(*sources: Source) -> int:
    """Return the width of unit features when the weights of all models are at hand."""
    sizes = [sum(meta.size for meta in source.tensors.values()) for source in sources]
    return STORED_K if max(sizes) > LARGE else FULL_K


def silent(done: int, total: int, note: str) -> None:
    """No progress is wanted."""


@dataclass(frozen=True)
class Sketch:
    """tensors_total counts the tensors of the model: a part of a sketch has fewer summaries than that."""

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
    bases: dict[str, Matrix] = field(default_factory=dict)  # tower → (d_model, k2), its own principal directions
    own_anchors: Anchors = field(default_factory=no_anchors)  # unit rows of `anchors` seen along bases[""]
    spectra: Spectra = field(default_factory=dict)  # (tower, layer) → logs of the singular values of every head
    tensors_total: int = 0

    @property
    def parameters(self) -> int:
        return sum(summary.size for summary in self.summaries.values())

    @property
    def compared(self) -> int:
        """Elements of all tensors that hold trained content."""
        return sum(self.summaries[name].size for name in self.samples)

    @property
    def whole(self) -> bool:
        return len(self.summaries) == self.tensors_total

    def only(self, role: Role) -> str | None:
        return next((name for name, summary in self.summaries.items() if summary.role == role.value), None)


def build_sketch(
    source: Source, *, k: int = STORED_K, only: Collection[str] | None = None, progress: Progress = silent
) -> Sketch:
    """Read every tensor of the model; two threads or more share the tensors, memory stays at a few blocks.

    With `only`, whole groups of tensors as `shards_of` cuts them, the sketch is a part, for `merge_sketches`.
    """
    roles = assign_roles(source.tensors, source.config)
    source = source.seen_through(roles.views)
    names = _wanted(source, only)
    spool = Spool()
    found = _read(source, names, roles=roles, spool=spool, progress=progress)
    samples = {name: sampled for name, (_, sampled) in found.items() if sampled is not None}
    usable = roles.among(samples)
    bases = _bases(source, roles=roles, k=k)
    table = token_table(source)
    anchors = _anchors(source, name=usable.find(Role.EMBEDDING), table=table, k=k)
    sketch = Sketch(
        label=source.label,
        digest=content_digest([summary for summary, _ in found.values()]),
        k=k,
        family=roles.family,
        by_shape=roles.by_shape,
        config=source.config,
        summaries={name: summary for name, (summary, _) in found.items()},
        samples=samples,
        blocks=_blocks(source, roles=_with_norms(source, roles, samples), k=k, bases=bases, spool=spool),
        gains=_gains(source, usable),
        tokens=table,
        anchors=anchors,
        towers=roles.towers,
        bases=bases,
        own_anchors=own_anchors(anchors, bases.get("")),
        spectra=head_spectra(source, roles=usable),
        tensors_total=len(source.tensors),
    )
    progress(len(names) + 1, len(names) + 1, "units")
    return sketch


def _bases(source: Source, *, roles: RoleMap, k: int) -> dict[str, Matrix]:
    if k > STORED_K:
        return own_bases(source, roles=roles, k=FULL_K)
    stored = own_bases(source, roles=roles, k=STORED_OWN)
    return {tower: basis.astype(np.float16).astype(np.float32) for tower, basis in stored.items()}


def _anchors(source: Source, *, name: str | None, table: TokenTable, k: int) -> Anchors:
    anchors = embedding_anchors(source, name=name, table=table)
    return anchors if k > STORED_K else Anchors(anchors.hashes, rounded(anchors.rows, steps=BYTE))


def _wanted(source: Source, only: Collection[str] | None) -> list[str]:
    if only is None:
        return sorted(source.tensors)
    if unknown := sorted(set(only) - set(source.tensors)):
        raise InputError(f"{source.label}: no tensor {unknown[0]}; parts are cut from the tensors of the same folder")
    return sorted(only)


def _read(source: Source, names: list[str], *, roles: RoleMap, spool: Spool, progress: Progress) -> Found:
    """Read the largest tensors first, so that no thread is left alone with one at the end."""
    order = sorted(names, key=lambda name: -source.tensors[name].size)
    reading = in_threads(lambda name: summarise(source, name, slot=roles.slots[name], spool=spool), order)
    found: Found = {}
    for done, (name, pair) in enumerate(zip(order, reading, strict=True), start=1):
        found[name] = pair
        progress(done, len(names) + 1, name)
    return {name: found[name] for name in names}


def _with_norms(source: Source, roles: RoleMap, samples: Collection[str]) -> RoleMap:
    """Drop excluded tensors, so that no later step can pick them up; norms of other parts still lend their gains."""
    layers = {(slot.tower, slot.layer) for slot in roles.among(samples).slots.values()}
    lent = [
        name
        for name, slot in roles.slots.items()
        if slot.role is Role.NORM and name not in samples and (slot.tower, slot.layer) in layers
    ]
    usable = [name for name in lent if summarise(source, name, slot=roles.slots[name])[1] is not None]
    return roles.among({*samples, *usable})


def _blocks(source: Source, *, roles: RoleMap, k: int, bases: dict[str, Matrix], spool: Spool) -> list[UnitBlock]:
    """Unit features as a file keeps them, in an order that does not depend on how the tensors were dealt out."""

    def finish(block: UnitBlock) -> UnitBlock:
        return spooled(as_kept(block) if k <= STORED_K else block, spool)

    made = unit_blocks(source, roles=roles, k=k, own=bases, finish=finish)
    seen = {block_place(block): block for block in made}
    looked = {name for block in made if block.own_reads is not None for name in block.tensors}
    others = RoleMap(roles.towers, {name: at for name, at in roles.slots.items() if name not in looked}, roles.views)
    for tower, basis in bases.items():
        inside = others.of_tower(tower)
        for own in unit_blocks(source, roles=inside, k=basis.shape[1], basis=basis, finish=finish):
            place = block_place(own)
            seen[place] = replace(seen[place], own_reads=own.reads, own_writes=own.writes, own_gate=own.gate)
    return [_with_traits(seen[place]) for place in sorted(seen)]


def spooled(block: UnitBlock, spool: Spool) -> UnitBlock:
    kept: dict[str, Any] = {
        part: spool.keep(values) for part in FEATURES if (values := getattr(block, part)) is not None
    }
    return replace(block, **kept)


def block_place(block: UnitBlock) -> tuple[int, str, int, tuple[int, str], tuple[str, ...]]:
    kind = KINDS.index(block.kind) if block.kind in KINDS else len(KINDS)
    number = int(block.expert) if block.expert.isdecimal() else -1
    return kind, block.tower, block.layer, (number, block.expert), block.tensors


def _with_traits(block: UnitBlock) -> UnitBlock:
    return block if block.traits is not None else replace(block, traits=np.zeros((block.count, 5), np.float32))


def as_kept(block: UnitBlock) -> UnitBlock:
    """Return the block with its features rounded as in a file."""
    kept: dict[str, Any] = {part: rounded(values) for part in FEATURES if (values := getattr(block, part)) is not None}
    return replace(block, **kept)


def own_anchors(anchors: Anchors, basis: Matrix | None) -> Anchors:
    """Return unit embedding rows in the model's own basis (m, k2); none where widths differ or there is no basis."""
    if basis is None or not anchors.hashes.size or anchors.rows.shape[1] != len(basis):
        return no_anchors()
    lengths = np.linalg.norm(anchors.rows, axis=1, keepdims=True)
    return Anchors(anchors.hashes, (anchors.rows @ basis) / np.maximum(lengths, np.float32(1e-30)))


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
