"""Sign groups of attention: a value channel with its output columns, a rotary pair of query and key rows, a latent channel.

Negating both sides of each changes nothing that attention computes. In grouped-query attention all query heads that
share a key or value head belong to the unit.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from originality.core.passes import project_columns, project_rows
from originality.core.projection import Matrix, signs
from originality.core.roles import Role, Rope, Slot
from originality.core.unitblock import Reading, UnitBlock, named, normalised, parted

PARTIAL = {"phi", "neox"}  # only a part of each head is rotated, and the config has to say which


def attention_block(reading: Reading, at: Slot) -> UnitBlock | None:
    """One unit per value channel: its row of the value matrix and its columns of the output."""
    value, output = reading.matrix(Role.VALUE, at), reading.matrix(Role.OUTPUT, at)
    if value is None or output is None:
        return None
    channels, width, wide = reading.rows(value), reading.columns(value), reading.columns(output)
    if reading.rows(output) != width or wide % channels or not reading.carries(width):
        return None
    head = 1 if channels == wide else head_size(reading, at, wide=wide) or _usual_head(wide)
    if head is None or channels % head:
        return None
    looks = reading.looks(at, width)
    towards, gain = np.hstack(looks), reading.gain(at, "attention", width)
    reads = project_rows(reading.source, value, towards=towards, gain=gain)
    writes = project_columns(reading.source, output, towards=towards, normalise=False)  # (heads · d_head, Σk)
    grouped = [normalised(_by_group(seen, channels=channels, head=head)) for seen in parted(writes, looks)]
    return UnitBlock(
        kind="attention",
        layer=at.layer,
        tensors=(value, output),
        gate=None,
        folded=gain is not None,
        tower=at.tower,
        elements=reading.elements(value, output),
        **named(parted(reads, looks), grouped),
    )


def query_key_block(reading: Reading, at: Slot) -> UnitBlock | None:
    """One unit per key head and rotary frequency: its rows of the key matrix and of all queries that meet it."""
    query, key = reading.matrix(Role.QUERY, at), reading.matrix(Role.KEY, at)
    if query is None or key is None or reading.columns(query) != reading.columns(key):
        return None
    channels, width, wide = reading.rows(key), reading.columns(key), reading.rows(query)
    output = reading.matrix(Role.OUTPUT, at)
    if output is not None and reading.columns(output) != wide:
        return None  # queries that carry a gate, and other joined rows
    head = head_size(reading, at, wide=wide)
    if head is None or channels % head or wide % channels or not reading.carries(width):
        return None
    planes = rotary_planes(head, tower=reading.roles.towers[at.tower], sizes=sizes_of(reading.source.config, at.tower))
    if planes is None:
        return None
    looks = reading.looks(at, width)
    towards, gain = np.hstack(looks), reading.gain(at, "attention", width)
    keys, queries = (
        [
            normalised(_by_plane(_by_group(seen, channels=channels, head=head), planes=planes, head=head))
            for seen in parted(project_rows(reading.source, name, towards=towards, gain=gain), looks)
        ]
        for name in (key, query)
    )
    return UnitBlock(
        kind="rope",
        layer=at.layer,
        tensors=(query, key),
        gate=None,
        folded=gain is not None,
        tower=at.tower,
        elements=reading.elements(query, key),
        **named(keys, queries),
    )


def latent_block(reading: Reading, at: Slot) -> UnitBlock | None:
    """MLA (DeepSeek-V2, 2024): row j into the latent channels and column j out of them; rotary rows have no column."""
    into = reading.matrix(Role.LATENT_IN, at, at.part)
    out = reading.matrix(Role.LATENT_OUT, at, at.part)
    if into is None or out is None or reading.rows(into) < reading.columns(out):
        return None
    width, rank = reading.columns(into), reading.columns(out)
    if not reading.carries(width):
        return None
    gain = reading.gain(at, "attention", width)
    return UnitBlock(
        kind="latent",
        layer=at.layer,
        tensors=(into, out),
        reads=project_rows(reading.source, into, towards=reading.towards(width), gain=gain)[:rank],
        writes=project_columns(reading.source, out, towards=signs(reading.rows(out), reading.k)),
        gate=None,
        folded=gain is not None,
        tower=at.tower,
        part=at.part,
        elements=reading.elements(into, out),
    )


def latent_value_block(reading: Reading, at: Slot) -> UnitBlock | None:
    """MLA: value channel j is a row out of the latent channels and a column of the output; `reads` is the column.

    Its row flips with the latent channels too, which leaves the channel's own coin free. Rows come head by head, first
    those of the key, and the output tells how many belong to the value.
    """
    out, output = reading.matrix(Role.LATENT_OUT, at, "key_value"), reading.matrix(Role.OUTPUT, at)
    heads = sizes_of(reading.source.config, at.tower).get("num_attention_heads")
    if out is None or output is None or not heads or not reading.carries(reading.rows(output)):
        return None
    rows, wide, width = reading.rows(out), reading.columns(output), reading.rows(output)
    if rows % heads or wide % heads or not wide <= rows:
        return None
    values = project_rows(reading.source, out, towards=signs(reading.columns(out), reading.k), gain=None)
    by_head = values.reshape(heads, rows // heads, -1)[:, -(wide // heads) :]
    return UnitBlock(
        kind="latent",
        layer=at.layer,
        tensors=(output, out),
        reads=project_columns(reading.source, output, towards=reading.towards(width)),
        writes=by_head.reshape(wide, -1),
        gate=None,
        folded=False,
        tower=at.tower,
        part="value",
        elements=reading.elements(output, out),
    )


def sizes_of(config: Mapping[str, Any], tower: str) -> Mapping[str, Any]:
    """The sizes of one tower; a config without towers speaks of the language model."""
    found: Mapping[str, Any] = config.get("towers", {}).get(tower, {})
    return found or (config if tower == "" else {})


def head_size(reading: Reading, at: Slot, *, wide: int) -> int | None:
    """Return d_head from the norms of the heads or the config; `wide` = query heads · d_head."""
    norm = reading.roles.find(Role.HEAD_NORM, at.layer, "query", at.tower)
    shape = reading.source.meta(norm).shape if norm else ()
    sizes = sizes_of(reading.source.config, at.tower)
    heads = sizes.get("num_attention_heads")
    size = sizes.get("head_dim") or (wide // heads if heads else None)
    if len(shape) == 1 and shape[0] != wide:
        size = shape[0]
    return size if size and wide % size == 0 else None


def _usual_head(wide: int) -> int | None:
    """64 where nothing tells: a wrong size joins value channels to columns of others, and then they only agree by chance."""
    return 64 if wide % 64 == 0 else None


def rotary_planes(head: int, *, tower: Any, sizes: Mapping[str, Any]) -> NDArray[np.int64] | None:
    """Return (units, rows) indices within one head: rows of a unit flip together.

    Where the layout is not declared, the four rows that either layout could join are taken together, which is valid
    under both. Rows that are not rotated are free, so joining them in pairs is valid too.
    """
    share = sizes.get("partial_rotary_factor")
    if tower.by_shape:
        return None
    if share is None and tower.family.split()[0] in PARTIAL:
        return None
    turned = int(head * share) if share else head
    if turned % 4 or (head - turned) % 2 or not 0 < turned <= head:
        return None
    if tower.rope == Rope.NONE:
        return np.arange(head)[:, None]
    if tower.rope == Rope.UNKNOWN:
        quarter = np.arange(0, turned // 2, 2)
        return np.stack([quarter, quarter + 1, quarter + turned // 2, quarter + 1 + turned // 2], axis=1)
    order = np.arange(turned).reshape(2, -1).T if tower.rope == Rope.HALVES else np.arange(turned).reshape(-1, 2)
    return np.concatenate([order, np.arange(turned, head).reshape(-1, 2)])


def _by_group(rows: Matrix, *, channels: int, head: int) -> Matrix:
    """Join the rows of all query heads that share a key or value head: (heads · d_head, k) → (channels, k · group)."""
    shared = rows.reshape(channels // head, -1, head, rows.shape[1])  # (key heads, queries per key head, d_head, k)
    return shared.transpose(0, 2, 1, 3).reshape(channels, -1)


def _by_plane(rows: Matrix, *, planes: NDArray[np.int64], head: int) -> Matrix:
    """Join the rows of each plane: (heads · d_head, k) → (heads · planes, k · rows of a plane)."""
    by_head = rows.reshape(-1, head, rows.shape[1])
    return by_head[:, planes].reshape(len(by_head) * len(planes), -1)
