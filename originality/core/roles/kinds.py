"""The words in which the tests speak of a network: roles, slots, towers, and views of fused or transposed tensors."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from originality.core.views import View

FAMILY_LENGTH = 40  # as the portal keeps it


class Role(StrEnum):
    EMBEDDING = "embedding"
    HEAD = "head"
    POSITION = "position"
    PATCH = "patch"
    GATE = "gate"
    UP = "up"
    DOWN = "down"
    ROUTER = "router"
    QUERY = "query"
    KEY = "key"
    VALUE = "value"
    OUTPUT = "output"
    LATENT_IN = "latent_in"  # MLA: from the residual stream into the latent channels
    LATENT_OUT = "latent_out"  # MLA: from the latent channels into the heads
    FUSED = "fused"
    PROJECTOR = "projector"
    NORM = "norm"
    HEAD_NORM = "head_norm"
    BIAS = "bias"
    SCALE = "scale"
    BUFFER = "buffer"
    OTHER = "other"


class Slot(NamedTuple):
    """One tensor's place; layer is -1 outside the blocks, part tells the norms of one layer apart.

    tower is "" for the language model or the only tower, else "vision", "audio", "projector"; expert is "" in dense
    layers, else "shared" or the expert's number.
    """

    role: Role
    layer: int = -1
    part: str = ""
    tower: str = ""
    expert: str = ""


class Rope(StrEnum):
    """Which rows of a query head one rotary frequency turns: i and i + half, 2i and 2i + 1, none, or not declared."""

    HALVES = "halves"
    PAIRS = "pairs"
    NONE = "none"
    UNKNOWN = ""


class Tower(NamedTuple):
    """How the roles of one tower were found, and what its family means by them.

    gain_offset is 1 where gain − 1 is stored (Gemma); post_norm where a block reads the stream as it is (BERT).
    """

    family: str
    by_shape: bool = False
    gain_offset: float = 0.0
    post_norm: bool = False
    rope: str = Rope.UNKNOWN.value
    gate_named: bool = True  # False where shapes alone could not tell gate from up: either may carry the signs


@dataclass(frozen=True)
class RoleMap:
    """The slot of every stored tensor and of every view, named `stored[part]`, and how each tower's were found."""

    towers: dict[str, Tower]
    slots: dict[str, Slot]
    views: dict[str, View] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """The families of the towers, the language model's first; a projector has none."""
        found = [self.towers[name].family for name in sorted(self.towers) if name != "projector"]
        return " + ".join(dict.fromkeys(found or ["projector"]))[:FAMILY_LENGTH]

    @property
    def by_shape(self) -> bool:
        return any(tower.by_shape for tower in self.towers.values())

    def find(self, role: Role, layer: int = -1, part: str = "", tower: str = "", expert: str = "") -> str | None:
        return self._index.get(Slot(role, layer, part, tower, expert))

    @cached_property
    def _index(self) -> dict[Slot, str]:
        return {slot: name for name, slot in reversed(list(self.slots.items()))}

    def only(self, roles: set[Role]) -> "RoleMap":
        return self._cut({name for name, slot in self.slots.items() if slot.role in roles})

    def among(self, stored: Collection[str]) -> "RoleMap":
        """The same map without the tensors that are not named, and without their views."""
        return self._cut({name for name in self.slots if self.stored(name) in stored})

    def of_tower(self, tower: str) -> "RoleMap":
        return self._cut({name for name, slot in self.slots.items() if slot.tower == tower})

    def stored(self, name: str) -> str:
        """The stored tensor that holds `name`: itself, or what it is a view of."""
        view = self.views.get(name)
        return view.stored if view else name

    def _cut(self, names: set[str]) -> "RoleMap":
        slots = {name: slot for name, slot in self.slots.items() if name in names}
        return RoleMap(self.towers, slots, {name: view for name, view in self.views.items() if name in names})

    def layers(self, role: Role, *, tower: str = "") -> list[int]:
        return sorted({s.layer for s in self.slots.values() if s.role is role and s.layer >= 0 and s.tower == tower})

    def places(self, role: Role) -> list[Slot]:
        """Every slot of a role that is one whole matrix, by tower, layer and expert (numbers in their order)."""
        found = {slot for slot in self.slots.values() if slot.role is role and not slot.part and slot.layer >= 0}
        return sorted(found, key=lambda slot: (slot.tower, slot.layer, slot.expert.isdigit(), _number(slot.expert)))


def _number(expert: str) -> tuple[int, str]:
    return (int(expert), "") if expert.isdigit() else (0, expert)
