"""The Merkle tree of RFC 6962: one root over all stamps, short proofs of any of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
# What is hashed before an entry: it keeps leaves and nodes apart.
LEAF = b"\x00"

# The hash over the leaves from the first index up to, not including, the second.
Subtree = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring subtrees."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed to go on: the hashes of the full subtrees, the largest first.

    >>> Frontier().extend([leaf_hash(b"a"), leaf_hash(b"b")]).root().hex()[:16]
    'b137985ff484fb60'
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size.bit_count() != len(self.hashes):
            raise ValueError(f"{len(self.hashes)} hashes are no frontier of {self.size} leaves")

    def push(self, leaf: bytes) -> "Frontier":
        """The frontier after one more leaf."""
        return self.extend([leaf])

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """The frontier after these leaves: each subtree that fills up melts into the one before."""
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            last, filled = leaf, size
            while filled & 1:  # `node_hash`, written out: this loop is run for every stamp
                last = sha256(b"\x01" + hashes.pop() + last).digest()
                filled >>= 1
            hashes.append(last)
            size += 1
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        """The Merkle tree hash over all leaves so far."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def subtree_of(leaves: Sequence[bytes]) -> Subtree:
    """Hashes of ranges of leaf hashes that are all at hand."""
    return lambda start, end: Frontier().extend(leaves[start:end]).root()


def inclusion_proof(index: int, size: int, *, subtree: Subtree) -> list[bytes]:
    """The hashes that lead from leaf `index` (from 0) to the root over `size` leaves."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    return _path(index, 0, end=size, subtree=subtree)


def _path(index: int, start: int, *, end: int, subtree: Subtree) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, end=middle, subtree=subtree), subtree(middle, end)]
    return [*_path(index, middle, end=end, subtree=subtree), subtree(start, middle)]


def consistency_proof(older: int, newer: int, *, subtree: Subtree) -> list[bytes]:
    """The hashes that show that the tree of `older` leaves is a beginning of that of `newer`."""
    if not 0 <= older <= newer:
        raise ValueError(f"a tree of {newer} has no beginning of {older}")
    if older in (0, newer):
        return []
    return _beginning(older, 0, end=newer, subtree=subtree, known=True)


def _beginning(older: int, start: int, *, end: int, subtree: Subtree, known: bool) -> list[bytes]:
    if older == end:
        return [] if known else [subtree(start, end)]
    middle = start + _split(end - start)
    if older <= middle:
        left = _beginning(older, start, end=middle, subtree=subtree, known=known)
        return [*left, subtree(middle, end)]
    right = _beginning(older, middle, end=end, subtree=subtree, known=False)
    return [*right, subtree(start, middle)]


def _split(size: int) -> int:
    """The largest power of two smaller than the size."""
    return int(1 << (size - 1).bit_length() - 1)


def verify_inclusion(
    leaf: bytes, index: int, *, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether the proof leads from this leaf to this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            leaf = node_hash(sibling, leaf)
            at, last = _up_to_a_right_child(at, last)
        else:
            leaf = node_hash(leaf, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and leaf == root


def verify_consistency(
    older: int, newer: int, *, older_root: bytes, newer_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the older tree is a beginning of the newer one (RFC 9162, 2.1.4.2)."""
    if not 0 <= older <= newer:
        return False
    if older == newer:
        return not proof and older_root == newer_root
    if older == 0:
        return not proof and older_root == EMPTY_ROOT
    hashes = [older_root, *proof] if older.bit_count() == 1 else list(proof)
    if not hashes:
        return False
    roots = _both_roots(older, newer, hashes=hashes)
    return roots == (older_root, newer_root)


def _both_roots(older: int, newer: int, *, hashes: list[bytes]) -> tuple[bytes, bytes] | None:
    at, last = older - 1, newer - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            at, last = _up_to_a_right_child(at, last)
        else:
            second = node_hash(second, sibling)
        at, last = at >> 1, last >> 1
    return (first, second) if last == 0 else None


def _up_to_a_right_child(at: int, last: int) -> tuple[int, int]:
    """Of the last node of a level, which is not the root."""
    while not at & 1:
        at, last = at >> 1, last >> 1
    return at, last
