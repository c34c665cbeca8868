"""What checking some streams of some rows told: findings at their places, and seats that moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from ledger.audit.finding import Found

# The quota's id as a number, its capacity or None, held more, sold more, its name or "".
SeatsMoved = tuple[int, int | None, int, int, str]
# Position, stream, and what moved.
Taken = tuple[int, bytes, tuple[SeatsMoved, ...]]


@dataclass(frozen=True, slots=True)
class Report:
    """Of one window of positions. `leaves` tells which rows were read, whatever their order."""

    found: list[Found]
    taken: list[Taken]
    leaves: bytes = b""


def digest_of(leaves: Iterable[bytes]) -> bytes:
    """The same for the same leaves in any order, and for no others."""
    return sha256(b"".join(sorted(leaves))).digest()


def together(reports: Iterable[Report]) -> Report:
    """One report of them all, in the order of positions."""
    found: list[Found] = []
    taken: list[Taken] = []
    for one in reports:
        found += one.found
        taken += one.taken
    return Report(found, sorted(taken, key=lambda one: one[0]))
