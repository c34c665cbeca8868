"""What an auditor found: the law that was broken, and where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from ledger.audit.raw_rows import RawRow
from ledger.audit.streams import State
from ledger.codec import Encoded
from ledger.codec.rows import Frame
from ledger.kernel.events import Recorded
from ledger.order.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken law. `law` is its number in the design, or the statement of the specification.

    `position` and `stream` are None where a finding is about the ledger as a whole.
    `text` tells what is wrong, impersonally.
    """

    law: str
    position: int | None
    stream: UUID | None
    text: str


# A finding at its place: the position of the row where it was made, and the rank of its check.
Found = tuple[int, int, Finding]


# The quota's id as a number, its capacity or None, held more, sold more, its name or "".
SeatsMoved = tuple[int, int | None, int, int, str]


# Position, stream, and what moved.
Taken = tuple[int, bytes, tuple[SeatsMoved, ...]]


# Position, place, its line as a number, its rank from here on, whether it waits, and of an offer
# the position as of which the line was looked at.
LineNews = tuple[int, bytes, int, int, bool, int | None]


# Position, stream, correlation id, order, whether it was given back, whether the till tells it, and
# what both sides have to agree on: minor units, currency, way of paying.
SaleNews = tuple[int, bytes, bytes, bytes, bool, bool, tuple[int, str, str]]


# Position, stream, the other order, whether this is the new one, and what both have to agree on:
# minor units and currency.
SwapNews = tuple[int, bytes, bytes, bool, tuple[int, str]]


# Position, stream, microseconds since 2000, whether it is a case that was opened, and else the
# cases that an order calls for after a scan.
ConflictNews = tuple[int, bytes, int, bool, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class WindowReport:
    """Of one window of positions. `leaves` tells which rows were read, whatever their order.

    `gaps` are positions where a series goes on after a gap that a stamp explains.
    """

    found: list[Found]
    taken: list[Taken]
    leaves: bytes = b""
    gaps: frozenset[int] = frozenset()
    lines: Sequence[LineNews] = ()
    sales: Sequence[SaleNews] = ()
    swaps: Sequence[SwapNews] = ()
    conflicts: Sequence[ConflictNews] = ()


def digest_of(leaves: Iterable[bytes]) -> bytes:
    """The same for the same leaves in any order, and for no others."""
    return sha256(b"".join(sorted(leaves))).digest()


def together(reports: Sequence[WindowReport]) -> WindowReport:
    """One report of them all, in the order of positions."""
    found: list[Found] = []
    taken: list[Taken] = []
    for one in reports:
        found += one.found
        taken += one.taken
    gaps = frozenset[int]().union(*(one.gaps for one in reports))
    lines = sorted(news for one in reports for news in one.lines)
    sales = sorted(news for one in reports for news in one.sales)
    swaps = sorted(news for one in reports for news in one.swaps)
    conflicts = sorted(news for one in reports for news in one.conflicts)
    taken.sort(key=lambda one: one[0])
    return WindowReport(
        found, taken, gaps=gaps, lines=lines, sales=sales, swaps=swaps, conflicts=conflicts
    )


class Unfinished(Exception):
    """Somebody who checked a share of the streams is gone: nothing is proven, nothing found."""


class Step(Struct, frozen=True):
    """A row, its stream just before it, and what it means.

    `leaf` is the hash of the row's bytes, None for values that no committer could have hashed.
    `version_before` is the head of its stream. `frame` holds the schema version, the sealed part
    and the body of a row that can be read, and is empty otherwise. `stamp` and `again` (the same
    stamp encoded once more) are None where the row cannot be read; `fault` tells why, or why it
    does not fold.
    """

    row: RawRow
    leaf: bytes | None
    version_before: int
    frame: Frame
    stamp: Recorded[object] | None = None
    again: Encoded | None = None
    before: State | None = None
    after: State | None = None
    fault: str = ""

    @property
    def order(self) -> Order | None:
        """The order before this row; None if it is not one, or has no terms yet."""
        if isinstance(self.before, Order) and self.before.placed is not None:
            return self.before
        return None

    @property
    def type(self) -> str:
        """The stored name."""
        return self.row[3]

    def finding(self, law: str, text: str) -> Finding:
        """A finding about this row."""
        return finding(self.row[0], self.row[1], law=law, text=text)


def finding(position: int, stream: bytes, *, law: str, text: str) -> Finding:
    """A finding about a row."""
    return Finding(law=law, position=position, stream=UUID(bytes=stream), text=text)
