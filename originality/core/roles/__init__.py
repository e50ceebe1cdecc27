"""Which part of a network a tensor is: declared tables for known families, shapes and word hints for the rest.

The tests need gate, up and down of each gated MLP, query, key, value and output of each attention, embedding and norms.
A wrong guess cannot accuse anybody: the signs of the *reference* are coins whatever the candidate's tensors are called.
"""

from originality.core.roles.kinds import Role, RoleMap, Rope, Slot, Tower
from originality.core.roles.match import assign_roles

__all__ = ["Role", "RoleMap", "Rope", "Slot", "Tower", "assign_roles"]
