"""The Merkle tree of RFC 6962, section 2.1: leaves and nodes are hashed under different prefixes."""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The tree head over leaf hashes, in one pass: a level at a time, an odd last node moves up unchanged."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        paired = [node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index`, from its sibling up to the root's child."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} is not in a tree of {len(leaves)} leaves")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root_of(leaves[:split])]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Nodes that show the first `old_size` leaves are a prefix of this tree."""
    if not 0 < old_size <= len(leaves):
        raise IndexError(f"a tree of {len(leaves)} leaves has no earlier tree of {old_size}")
    return _subproof(leaves, old_size, whole=True)


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2: climb from the leaf; `position` and `last` are its and the last leaf's place on each level."""
    if not 0 <= index < size:
        return False
    position, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position % 2 or position == last:
            node = node_hash(sibling, node)
            position, last = _skip_even(position, last)
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """RFC 9162, 2.1.4.2: rebuild both roots from the same nodes."""
    if old_size == new_size:
        return not proof and old_root == new_root
    if not 0 < old_size < new_size:
        return False
    nodes = list(proof)
    if old_size & (old_size - 1) == 0:  # a complete tree is itself the first node and is left out of the proof
        nodes.insert(0, old_root)
    if not nodes:
        return False
    old, new, complete = _climb_both(nodes, position=old_size - 1, last=new_size - 1)
    return complete and old == old_root and new == new_root


def _climb_both(nodes: list[bytes], *, position: int, last: int) -> tuple[bytes, bytes, bool]:
    while position % 2:
        position, last = position >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return old, new, False
        if position % 2 or position == last:
            old, new = node_hash(node, old), node_hash(node, new)
            position, last = _skip_even(position, last)
        else:
            new = node_hash(new, node)
        position, last = position >> 1, last >> 1
    return old, new, last == 0


def _skip_even(position: int, last: int) -> tuple[int, int]:
    """The right edge of an unbalanced tree moves up without a sibling until it becomes a right child."""
    while position % 2 == 0 and position:
        position, last = position >> 1, last >> 1
    return position, last


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _subproof(leaves: Sequence[bytes], old_size: int, *, whole: bool) -> list[bytes]:
    if old_size == len(leaves):
        return [] if whole else [root_of(leaves)]
    split = _split(len(leaves))
    if old_size <= split:
        return [*_subproof(leaves[:split], old_size, whole=whole), root_of(leaves[split:])]
    return [*_subproof(leaves[split:], old_size - split, whole=False), root_of(leaves[:split])]
