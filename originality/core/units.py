"""Features of the units whose signs are coins: gated MLP units, and value/output channels of attention.

Each unit becomes two unit vectors in the residual basis (what it reads, what it writes) and, where there is a gate,
a third that never takes part in the signs and serves to find the unit's partner.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from originality.core.passes import project_columns, project_rows, read_vector
from originality.core.projection import Matrix, signs
from originality.core.readers import Source
from originality.core.roles import Role, RoleMap

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class UnitBlock:
    """(n, k) arrays; rows have length about one. `kind` is mlp, plain_mlp or attention."""

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

    @property
    def count(self) -> int:
        return len(self.reads)


def unit_blocks(source: Source, *, roles: RoleMap, k: int, basis: Matrix | None = None) -> list[UnitBlock]:
    """Return the MLP and attention blocks of a model; basis (d_model, d_other) carries them into another's channels."""
    mlps = [_mlp(source, roles=roles, layer=layer, k=k, basis=basis) for layer in roles.layers(Role.DOWN)]
    heads = [_attention(source, roles=roles, layer=layer, k=k, basis=basis) for layer in roles.layers(Role.VALUE)]
    return [block for block in [*mlps, *heads] if block is not None]


def _mlp(source: Source, *, roles: RoleMap, layer: int, k: int, basis: Matrix | None) -> UnitBlock | None:
    up, down, gate = (roles.find(role, layer) for role in (Role.UP, Role.DOWN, Role.GATE))
    if up is None or down is None or not _fit(source, up, down):
        return None
    width = source.tensors[up].shape[1]
    if basis is not None and len(basis) != width:
        return None
    if gate and source.tensors[gate].shape != source.tensors[up].shape:
        gate = None
    gain = _gain(source, roles=roles, layer=layer, width=width)
    towards = _direction(width, k=k, basis=basis)
    return UnitBlock(
        kind="mlp" if gate else "plain_mlp",
        layer=layer,
        tensors=tuple(name for name in (gate, up, down) if name),
        reads=project_rows(source, up, towards=towards, gain=gain),
        writes=project_columns(source, down, towards=towards),
        gate=project_rows(source, gate, towards=towards, gain=gain) if gate else None,
        folded=gain is not None,
    )


def _fit(source: Source, up: str, down: str) -> bool:
    """Whether both matrices are readable and share their units: (n, d) and (d, n)."""
    a, b = source.tensors[up], source.tensors[down]
    return a.readable and b.readable and len(a.shape) == 2 and a.shape == b.shape[::-1]


def _gain(source: Source, *, roles: RoleMap, layer: int, width: int) -> Vector | None:
    """Return the norm gain in front of the MLP, to be folded into what reads the residual stream."""
    name = roles.find(Role.NORM, layer, "mlp")
    if name is None or roles.towers[""].family == "bert" or source.tensors[name].shape != (width,):
        return None  # post-norm blocks read the normalised stream itself
    return read_vector(source, name) + np.float32(roles.towers[""].gain_offset)


def _attention(source: Source, *, roles: RoleMap, layer: int, k: int, basis: Matrix | None) -> UnitBlock | None:
    value, output = roles.find(Role.VALUE, layer), roles.find(Role.OUTPUT, layer)
    if value is None or output is None:
        return None
    v, o = source.tensors[value], source.tensors[output]
    if not (v.readable and o.readable and len(v.shape) == len(o.shape) == 2):
        return None
    if o.shape[0] != v.shape[1] or o.shape[1] % v.shape[0] or (basis is not None and len(basis) != v.shape[1]):
        return None
    head = head_size(source, channels=v.shape[0], wide=o.shape[1])
    if head is None:
        return None
    towards = _direction(v.shape[1], k=k, basis=basis)
    writes = project_columns(source, output, towards=towards, normalise=False)  # (heads · d_head, k)
    return UnitBlock(
        kind="attention",
        layer=layer,
        tensors=(value, output),
        reads=project_rows(source, value, towards=towards, gain=None),
        writes=_per_value_channel(writes, channels=v.shape[0], head=head),
        gate=None,
        folded=False,
    )


def head_size(source: Source, *, channels: int, wide: int) -> int | None:
    """Return d_head from the config; without grouped heads every value channel has one column and it does not matter."""
    if channels == wide:
        return 1
    heads = source.config.get("num_attention_heads")
    size = source.config.get("head_dim") or (wide // heads if heads else None)
    if not size or channels % size or wide % size:
        size = 64 if channels % 64 == 0 and wide % 64 == 0 else None
    return size


def _per_value_channel(writes: Matrix, *, channels: int, head: int) -> Matrix:
    """Join the columns of all query heads that share one value channel: (g·group, d_head, k) → (channels, k·group)."""
    groups = channels // head
    shared = writes.reshape(groups, -1, head, writes.shape[1])  # (kv heads, queries per kv head, d_head, k)
    joined = shared.transpose(0, 2, 1, 3).reshape(channels, -1)
    return _normalised(joined)


def _direction(width: int, *, k: int, basis: Matrix | None) -> Matrix:
    if basis is None:
        return signs(width, k)
    return (basis @ signs(basis.shape[1], k)).astype(np.float32)


def _normalised(rows: Matrix) -> Matrix:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-30))
