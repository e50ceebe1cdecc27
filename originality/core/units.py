"""Features of the units whose signs or order are coins: MLP units, value channels, query–key pairs, latent channels.

Each unit becomes two unit vectors (what it reads, what it writes) and, where there is a gate, a third that never takes
part in the signs and serves to find the unit's partner. Kinds: `mlp` (gated, dense or one expert), `plain_mlp` (no free
signs, units may be permuted), `attention` (value and output), `rope` (query and key rows of one frequency, which flip
together), `latent` (MLA: its writes live in the head channels, so a basis of the residual stream carries only its reads).
"""

from collections.abc import Callable, Mapping
from typing import Any

from originality.core.heads import attention_block, latent_block, latent_value_block, query_key_block
from originality.core.passes import project_columns, project_rows
from originality.core.projection import Matrix
from originality.core.readers import Source
from originality.core.roles import Role, RoleMap, Slot
from originality.core.unitblock import Reading, UnitBlock
from originality.core.unitpass import gated_features
from originality.core.workers import in_threads

__all__ = ["UnitBlock", "mlp_block", "unit_blocks"]
Builder = Callable[[Reading, Slot], UnitBlock | None]


def unit_blocks(
    source: Source,
    *,
    roles: RoleMap,
    k: int,
    basis: Matrix | None = None,
    own: Mapping[str, Matrix] | None = None,
    finish: Callable[[UnitBlock], UnitBlock] = lambda block: block,
) -> list[UnitBlock]:
    """Return all blocks of a model; basis (d_model, d_other) carries them into another's channels.

    With the model's own directions of each tower, gated blocks have their own features and traits as well. Every block is
    handed through `finish` as soon as it is made, before the next ones take memory.
    """
    reading = Reading(source.seen_through(roles.views), roles, k, basis, own or {})
    work: list[tuple[Builder, Slot]] = [(mlp_block, at) for at in roles.places(Role.DOWN)]
    work += [(attention_block, at) for at in roles.places(Role.VALUE)]
    work += [(query_key_block, at) for at in roles.places(Role.KEY)]
    latent = sorted({slot for slot in roles.slots.values() if slot.role is Role.LATENT_OUT})
    work += [(latent_block, at) for at in latent]
    work += [(latent_value_block, at) for at in latent if at.part == "key_value"]

    def made(task: tuple[Builder, Slot]) -> UnitBlock | None:
        block = task[0](reading, task[1])
        return block and finish(block)

    return [block for block in in_threads(made, work) if block is not None]


def mlp_block(reading: Reading, at: Slot) -> UnitBlock | None:
    """The units of one MLP or expert, (n, d) rows and (d, n) columns; None where its matrices do not fit together."""
    up, down, gate = (reading.matrix(role, at) for role in (Role.UP, Role.DOWN, Role.GATE))
    if up is None or down is None or reading.source.meta(up).shape != reading.source.meta(down).shape[::-1]:
        return None
    width = reading.columns(up)
    if not reading.carries(width):
        return None
    if gate and reading.source.meta(gate).shape != reading.source.meta(up).shape:
        gate = None
    gain = reading.gain(at, "mlp", width)
    names = tuple(name for name in (gate, up, down) if name)
    features = _gated(reading, (gate, up, down), at=at, gain=gain) if gate else _plain(reading, up, down, gain=gain)
    return UnitBlock(
        kind="mlp" if gate else "plain_mlp",
        layer=at.layer,
        tensors=names,
        folded=gain is not None,
        tower=at.tower,
        expert=at.expert,
        elements=reading.elements(*names),
        **features,
    )


def _gated(reading: Reading, names: tuple[str, str, str], *, at: Slot, gain: Matrix | None) -> dict[str, Any]:
    gate, up, down = names
    if reading.basis is None:
        own = reading.own.get(at.tower)
        own = own if own is not None and len(own) == reading.columns(up) else None
        return gated_features(reading.source, names=names, gain=gain, k=reading.k, own=own)._asdict()
    towards = reading.towards(reading.columns(up))
    carried = {"gate": project_rows(reading.source, gate, towards=towards, gain=gain)}
    return _plain(reading, up, down, gain=gain) | carried


def _plain(reading: Reading, up: str, down: str, *, gain: Matrix | None) -> dict[str, Any]:
    towards = reading.towards(reading.columns(up))
    return {
        "gate": None,
        "reads": project_rows(reading.source, up, towards=towards, gain=gain),
        "writes": project_columns(reading.source, down, towards=towards),
    }
