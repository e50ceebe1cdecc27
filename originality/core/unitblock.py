"""What a unit is to the tests, and how a model is looked at to make one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from originality.core.passes import read_vector
from originality.core.projection import Matrix, signs
from originality.core.readers import Source
from originality.core.roles import Role, RoleMap, Slot

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class UnitBlock:
    """(n, k) arrays; rows have length about one. `tensors` may be views, `elements` counts the numbers of each."""

    kind: str
    layer: int
    tensors: tuple[str, ...]
    reads: Matrix
    writes: Matrix
    gate: Matrix | None
    folded: bool
    tower: str = ""
    expert: str = ""
    traits: Matrix | None = None
    own_reads: Matrix | None = None
    own_writes: Matrix | None = None
    own_gate: Matrix | None = None
    part: str = ""
    elements: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        return len(self.reads)


@dataclass(frozen=True)
class Reading:
    """How a model is looked at: through which roles, at which width, in whose residual basis (d_model, d_other), and its own."""

    source: Source
    roles: RoleMap
    k: int
    basis: Matrix | None = None
    own: Mapping[str, Matrix] = field(default_factory=dict)  # tower → (d_model, k2), the model's own directions

    def matrix(self, role: Role, at: Slot, part: str = "") -> str | None:
        """The matrix of that role at a place, if it is there and readable."""
        name = self.roles.find(role, at.layer, part, at.tower, at.expert)
        meta = self.source.meta(name) if name else None
        return name if meta and meta.readable and len(meta.shape) == 2 else None

    def rows(self, name: str) -> int:
        return self.source.meta(name).shape[0]

    def columns(self, name: str) -> int:
        return self.source.meta(name).shape[1]

    def carries(self, width: int) -> bool:
        """Whether the basis, if there is one, is that of a stream of this width."""
        return self.basis is None or len(self.basis) == width

    def towards(self, width: int) -> Matrix:
        """The (width, k) directions along which the residual stream is seen."""
        if self.basis is None:
            return signs(width, self.k)
        return (self.basis @ signs(self.basis.shape[1], self.k)).astype(np.float32)

    def looks(self, at: Slot, width: int) -> list[Matrix]:
        """The directions of the sketch and, where the model looks at itself, those of its own: one pass serves both."""
        own = self.own.get(at.tower) if self.basis is None else None
        return [self.towards(width), *([own] if own is not None and len(own) == width else [])]

    def gain(self, at: Slot, part: str, width: int) -> Vector | None:
        """The norm gain in front of a block, to be folded into what reads the stream; none where it reads it as it is."""
        tower = self.roles.towers[at.tower]
        name = self.roles.find(Role.NORM, at.layer, part, at.tower)
        if name is None or tower.post_norm or self.source.meta(name).shape != (width,):
            return None
        return read_vector(self.source, name) + np.float32(tower.gain_offset)

    def elements(self, *names: str) -> tuple[int, ...]:
        return tuple(self.source.meta(name).size for name in names)


def parted(seen: Matrix, looks: list[Matrix]) -> list[Matrix]:
    """Columns (…, Σk) that belong to each set of directions."""
    return np.split(seen, np.cumsum([look.shape[1] for look in looks])[:-1], axis=1)


def named(reads: list[Matrix], writes: list[Matrix]) -> dict[str, Any]:
    """Features by their names in a block; the second of each, where there is one, is in the own basis."""
    found = {"reads": reads[0], "writes": writes[0]}
    return found | ({"own_reads": reads[1], "own_writes": writes[1]} if len(reads) > 1 else {})


def normalised(rows: Matrix) -> Matrix:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-30))
