"""Where gate, up, query, key and value lie inside fused, transposed and stacked tensors.

Widths come from the tensors around (the output projection says how many query rows there are); only layouts that deal
rows out head by head need the config. What cannot be told gives no view: the stored tensor is still compared exactly.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from originality.core.readers import TensorMeta
from originality.core.roles.kinds import Role, Slot
from originality.core.views import Span, View

QKV = (Role.QUERY, Role.KEY, Role.VALUE)
MOST = 4_096  # experts of a layer, or heads: a hostile file could claim any number
PARTS = {Role.QUERY: "q", Role.KEY: "k", Role.VALUE: "v", Role.GATE: "gate", Role.UP: "up", Role.DOWN: "down"}


class Piece(NamedTuple):
    role: Role
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Surroundings:
    """What the tower tells about a fused tensor: the residual width, its other tensors' slots, heads of the config."""

    width: int
    tensors: Mapping[str, TensorMeta]
    by_slot: Mapping[Slot, str]
    heads: int
    even_odd: bool  # gate and up rows alternate
    conv: bool  # matrices are stored (in, out)

    def shape(self, slot: Slot) -> tuple[int, ...]:
        name = self.by_slot.get(slot)
        return self.tensors[name].shape if name else ()


def views_of(name: str, slot: Slot, *, cut: str, around: Surroundings) -> dict[str, tuple[Slot, View]]:
    """Return the views of one stored tensor by their names; empty when its layout cannot be told."""
    shape = around.tensors[name].shape
    if cut.startswith("stacked_"):
        found = _stacked(name, slot, cut=cut, shape=shape, around=around)
    elif len(shape) != 2:
        return {}
    elif cut.startswith("conv"):
        found = _conv(name, slot, cut=cut, shape=(shape[0], shape[1]), around=around)
    else:
        pieces = PIECES[cut](shape[0], slot, around)
        found = (_viewed(name, slot, piece, width=shape[1]) for piece in pieces)
    return {f"{name}[{part}]": (place, view) for part, place, view in found}


Named = tuple[str, Slot, View]


def _viewed(
    name: str, slot: Slot, piece: Piece, *, width: int, transposed: bool = False, index: int | None = None
) -> Named:
    rows = sum(len(range(*span)) for span in piece.spans)
    view = View(name, (rows, width), piece.spans, transposed, index)
    expert = slot.expert if index is None else str(index)
    part = PARTS.get(piece.role, piece.role.value)
    place = Slot(piece.role, slot.layer, "", slot.tower, expert)
    return (part if index is None else f"{index}.{part}"), place, view


def _conv(name: str, slot: Slot, *, cut: str, shape: tuple[int, int], around: Surroundings) -> Iterator[Named]:
    """Conv1D keeps (in, out): the view is the transpose; a Linear under the same names needs one for qkv only."""
    rows, columns = shape[::-1] if around.conv else shape
    if cut == "conv_qkv" and not around.conv:
        pieces = _qkv(rows, slot, around)
    elif cut == "conv_qkv":
        pieces = [Piece(role, (Span(rows // 3 * i, rows // 3 * (i + 1)),)) for i, role in enumerate(QKV)]
        pieces = pieces if rows == 3 * columns else []
    else:
        pieces = [Piece(slot.role, (Span(0, rows),))] if around.conv else []
    return (_viewed(name, slot, piece, width=columns, transposed=around.conv) for piece in pieces)


def _qkv(rows: int, slot: Slot, around: Surroundings) -> list[Piece]:
    """Queries, keys and values one after another; there are as many query rows as the output has columns."""
    output = around.shape(Slot(Role.OUTPUT, slot.layer, "", slot.tower))
    queries = output[1] if len(output) == 2 else rows // 3
    shared = (rows - queries) // 2
    if shared <= 0 or queries + 2 * shared != rows or queries % shared:
        return []
    edges = (0, queries, queries + shared, rows)
    return [Piece(role, (Span(edges[i], edges[i + 1]),)) for i, role in enumerate(QKV)]


def _qkv_groups(rows: int, slot: Slot, around: Surroundings) -> list[Piece]:
    """For each key head its queries, then its key, then its value; one query each where heads are not shared."""
    output = around.shape(Slot(Role.OUTPUT, slot.layer, "", slot.tower))
    if not 0 < around.heads <= MOST or len(output) != 2 or output[1] % around.heads:
        return []
    size = output[1] // around.heads
    kv_heads = (rows // size - around.heads) // 2
    if kv_heads <= 0 or around.heads % kv_heads or rows != (around.heads + 2 * kv_heads) * size:
        return []
    each = around.heads // kv_heads
    starts = [group * (each + 2) * size for group in range(kv_heads)]
    queries = tuple(Span(start, start + each * size) for start in starts)
    keys = tuple(Span(start + each * size, start + (each + 1) * size) for start in starts)
    values = tuple(Span(start + (each + 1) * size, start + (each + 2) * size) for start in starts)
    return [Piece(role, spans) for role, spans in zip(QKV, (queries, keys, values), strict=True)]


def _gate_up(rows: int, slot: Slot, around: Surroundings) -> list[Piece]:
    if rows % 2:
        return []
    return _halves(rows, even_odd=around.even_odd)


def _halves(rows: int, *, even_odd: bool) -> list[Piece]:
    if even_odd:
        return [Piece(Role.GATE, (Span(0, rows, 2),)), Piece(Role.UP, (Span(1, rows, 2),))]
    return [Piece(Role.GATE, (Span(0, rows // 2),)), Piece(Role.UP, (Span(rows // 2, rows),))]


PIECES: dict[str, Callable[[int, Slot, Surroundings], list[Piece]]] = {
    "qkv": _qkv,
    "qkv_heads": _qkv_groups,
    "qkv_groups": _qkv_groups,
    "gate_up": _gate_up,
}
STACKED = {"stacked_gate": Role.GATE, "stacked_up": Role.UP, "stacked_down": Role.DOWN}


def _stacked(name: str, slot: Slot, *, cut: str, shape: tuple[int, ...], around: Surroundings) -> Iterator[Named]:
    """One matrix per expert along the first axis, as (out, in) or transposed; the residual width tells which."""
    if len(shape) != 3 or shape[0] > MOST:
        return
    transposed = _is_transposed(slot, cut=cut, shape=shape, around=around)
    if transposed is None:
        return
    rows, columns = (shape[2], shape[1]) if transposed else (shape[1], shape[2])
    pieces = _gate_up(rows, slot, around) if cut == "stacked_gate_up" else [Piece(STACKED[cut], (Span(0, rows),))]
    for index in range(shape[0]):
        for piece in pieces:
            yield _viewed(name, slot, piece, width=columns, transposed=transposed, index=index)


def _is_transposed(slot: Slot, *, cut: str, shape: tuple[int, ...], around: Surroundings) -> bool | None:
    """None when both ways fit, or neither. Where gate_up is square, the down projection of the layer decides."""
    _, first, second = shape
    if first == second == around.width and cut == "stacked_gate_up":
        down = around.shape(slot._replace(part="down stacked"))
        if len(down) != 3:
            return None
        cut, (_, first, second) = "stacked_down", down
    if (first == around.width) == (second == around.width):
        return None
    outputs_first = first == around.width  # (d, …): rows write the residual stream
    return outputs_first if cut != "stacked_down" else not outputs_first
