"""What checking some streams of some rows told: findings at their places, and seats that moved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ledger.audit.findings import Found

# The quota's id as a number, its capacity or None, held more, sold more, its name or "".
SeatsMoved = tuple[int, int | None, int, int, str]
# Position, stream, and what moved.
Taken = tuple[int, bytes, tuple[SeatsMoved, ...]]


@dataclass(frozen=True, slots=True)
class Report:
    """Of one window of positions. `leaves` tells which rows were read, whatever their order.

    `gaps` are positions where a series goes on after a gap that a stamp explains.
    """

    found: list[Found]
    taken: list[Taken]
    leaves: bytes = b""
    gaps: frozenset[int] = frozenset()


def digest_of(leaves: Iterable[bytes]) -> bytes:
    """The same for the same leaves in any order, and for no others."""
    return sha256(b"".join(sorted(leaves))).digest()


def together(reports: Sequence[Report]) -> Report:
    """One report of them all, in the order of positions."""
    found: list[Found] = []
    taken: list[Taken] = []
    for one in reports:
        found += one.found
        taken += one.taken
    gaps = frozenset[int]().union(*(one.gaps for one in reports))
    return Report(found, sorted(taken, key=lambda one: one[0]), gaps=gaps)
