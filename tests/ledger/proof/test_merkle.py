"""The tree, against the vectors published with Certificate Transparency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    subtree_of,
    verify_consistency,
    verify_inclusion,
)

# merkle_tree_test.cc of google/certificate-transparency.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
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
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, ROOTS[3]]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], B, D]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [A, B, C]),
    (6, 8, [F, E, ROOTS[3]]),
    (2, 5, [B, D]),
]
subtree = subtree_of(LEAVES)


def test_the_empty_tree_has_the_hash_of_nothing():
    assert Frontier().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_roots_are_the_published_ones():
    frontier = Frontier()
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        frontier = frontier.push(leaf)
        assert frontier.root().hex() == root
    assert frontier == Frontier().extend(LEAVES)


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index, size, proof):
    assert [one.hex() for one in inclusion_proof(index, size, subtree=subtree)] == proof


@pytest.mark.parametrize(("older", "newer", "proof"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(older, newer, proof):
    assert [one.hex() for one in consistency_proof(older, newer, subtree=subtree)] == proof


sizes = st.integers(1, 70)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(bytes([number])) for number in range(size)]


@given(st.data(), sizes)
def test_every_leaf_is_proven_and_no_other(data, size):
    leaves = leaves_of(size)
    root = Frontier().extend(leaves).root()
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index) | st.just(size))
    proof = inclusion_proof(index, size, subtree=subtree_of(leaves))
    assert verify_inclusion(leaves[index], index, size=size, proof=proof, root=root)
    assert not verify_inclusion(leaves[index], other, size=size, proof=proof, root=root)
    wrong = leaf_hash(b"other")
    assert not verify_inclusion(wrong, index, size=size, proof=proof, root=root)
    assert not verify_inclusion(leaves[index], index, size=size, proof=[*proof, root], root=root)


@given(st.data(), sizes)
def test_every_beginning_is_proven_and_no_other(data, newer):
    leaves = leaves_of(newer)
    older = data.draw(st.integers(1, newer))
    proof = consistency_proof(older, newer, subtree=subtree_of(leaves))
    begun = Frontier().extend(leaves[:older]).root()
    root = Frontier().extend(leaves).root()

    def proven(beginning: bytes, proof: list[bytes]) -> bool:
        return verify_consistency(older, newer, older_root=beginning, newer_root=root, proof=proof)

    assert proven(begun, proof)
    assert not proven(leaf_hash(b"other"), proof)
    assert not proven(begun, [*proof, root])
    assert not proof or not proven(begun, proof[:-1])


def test_the_empty_tree_is_a_beginning_of_every_tree():
    assert verify_consistency(0, 8, older_root=EMPTY_ROOT, newer_root=subtree(0, 8), proof=[])
    assert consistency_proof(0, 8, subtree=subtree) == []


MANY = leaves_of(20)
ROOT_OF = {size: Frontier().extend(MANY[:size]).root() for size in range(21)}


@pytest.mark.parametrize("size", range(1, 21))
def test_every_leaf_of_every_small_tree_is_proven(size):
    for index in range(size):
        proof = inclusion_proof(index, size, subtree=subtree_of(MANY[:size]))
        told = {"size": size, "root": ROOT_OF[size]}
        assert verify_inclusion(MANY[index], index, proof=proof, **told)
        assert not proof or not verify_inclusion(MANY[index], index, proof=proof[:-1], **told)


@pytest.mark.parametrize("newer", range(1, 21))
def test_every_beginning_of_every_small_tree_is_proven(newer):
    for older in range(newer + 1):
        proof = consistency_proof(older, newer, subtree=subtree_of(MANY[:newer]))
        roots = {"older_root": ROOT_OF[older], "newer_root": ROOT_OF[newer]}
        assert verify_consistency(older, newer, proof=proof, **roots)
        assert not verify_consistency(older, newer, proof=[*proof, MANY[0]], **roots)
        for wrong in ({"older_root": MANY[19]}, {"newer_root": MANY[19]}):
            proven = verify_consistency(older, newer, proof=proof, **{**roots, **wrong})
            # Of the empty tree nothing is to be shown: it is a beginning of whatever is told.
            assert proven is (older == 0 and "newer_root" in wrong)
        assert older in (0, newer) or not verify_consistency(older, newer, proof=[], **roots)


def test_a_root_is_no_proof_of_a_larger_tree():
    leaf, root = MANY[0], ROOT_OF[1]
    assert verify_inclusion(leaf, 0, size=1, proof=[], root=root)
    assert not verify_inclusion(leaf, 0, size=2, proof=[], root=root)
    roots = {"older_root": root, "newer_root": root}
    assert verify_consistency(1, 1, proof=[], **roots)
    assert not verify_consistency(1, 2, proof=[], **roots)
    assert not verify_consistency(2, 1, proof=[], **roots)
    assert not verify_consistency(-1, 1, proof=[], older_root=EMPTY_ROOT, newer_root=root)


def test_there_is_no_proof_of_what_is_not_there():
    with pytest.raises(ValueError, match="no leaf 8 in a tree of 8"):
        inclusion_proof(8, 8, subtree=subtree)
    with pytest.raises(ValueError, match="a tree of 8 has no beginning of 9"):
        consistency_proof(9, 8, subtree=subtree)
    assert not verify_inclusion(LEAVES[0], 8, size=8, proof=[], root=subtree(0, 8))
    assert not verify_consistency(
        9, 8, older_root=subtree(0, 8), newer_root=subtree(0, 8), proof=[]
    )


def test_a_frontier_of_the_wrong_size_is_refused():
    with pytest.raises(ValueError, match="no frontier of 2"):
        Frontier(2, (LEAVES[0], LEAVES[1]))


def test_a_node_is_never_taken_for_a_leaf():
    assert node_hash(b"", b"") != leaf_hash(b"")
