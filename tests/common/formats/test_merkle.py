import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.formats import merkle

# Certificate Transparency's published test vectors: eight inputs, roots after each, RFC 6962.
INPUTS = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
LEAVES = [merkle.leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

sizes = st.integers(min_value=1, max_value=70)


def leaves_of(size: int) -> list[bytes]:
    return [merkle.leaf_hash(bytes([n])) for n in range(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_equal_the_published_vectors(size):
    assert merkle.root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_empty_tree_is_the_hash_of_nothing():
    assert merkle.root_of([]) == hashlib.sha256(b"").digest()


@given(sizes, st.data())
def test_every_leaf_proves_its_place_and_no_other(size, data):
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size))
    proof = merkle.inclusion_proof(leaves, index)
    root = merkle.root_of(leaves)

    assert merkle.verify_inclusion(leaf=leaves[index], index=index, size=size, proof=proof, root=root)
    moved = merkle.verify_inclusion(leaf=leaves[index], index=other, size=size, proof=proof, root=root)
    assert moved == (other == index)


@given(sizes, st.data())
def test_a_changed_proof_is_refused(size, data):
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(leaves, index)
    longer = [*proof, bytes(32)]

    arguments = {"leaf": leaves[index], "index": index, "size": size, "root": merkle.root_of(leaves)}
    assert not merkle.verify_inclusion(proof=longer, **arguments)
    for place in range(len(proof)):
        changed = [*proof[:place], bytes(32), *proof[place + 1 :]]
        assert not merkle.verify_inclusion(proof=changed, **arguments)
        assert not merkle.verify_inclusion(proof=proof[:place] + proof[place + 1 :], **arguments)


@given(sizes, st.data())
def test_an_earlier_tree_is_a_prefix_of_a_later_one(size, data):
    leaves = leaves_of(size)
    old_size = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(leaves, old_size)
    roots = {"old_root": merkle.root_of(leaves[:old_size]), "new_root": merkle.root_of(leaves)}

    assert merkle.verify_consistency(old_size=old_size, new_size=size, proof=proof, **roots)


@given(st.integers(2, 70), st.data())
def test_a_rewritten_past_is_not_consistent(size, data):
    leaves = leaves_of(size)
    old_size = data.draw(st.integers(1, size))
    rewritten = [merkle.leaf_hash(b"other"), *leaves[1:]]
    proof = merkle.consistency_proof(rewritten, old_size)

    assert not merkle.verify_consistency(
        old_size=old_size,
        new_size=size,
        old_root=merkle.root_of(leaves[:old_size]),
        new_root=merkle.root_of(rewritten),
        proof=proof,
    )


def test_a_place_outside_the_tree_is_refused():
    with pytest.raises(IndexError, match="leaf 3 is not in a tree of 3 leaves"):
        merkle.inclusion_proof(leaves_of(3), 3)
    with pytest.raises(IndexError, match="no earlier tree of 4"):
        merkle.consistency_proof(leaves_of(3), 4)
