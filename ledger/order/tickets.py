"""The tickets of an order: how many, which is for what, and the set that was issued, once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from ledger.kernel.events import Recorded
from ledger.order.stamps import Letter, Line, OrderPlaced, TicketsIssued
from ledger.tickets.code import is_code

# They go out with what says that the order is confirmed, or valid after all.
LETTERS_WITH_TICKETS = (Letter.PAID, Letter.CORRECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCode:
    """A code that was drawn for a ticket, and its keyed hash, which the door looks it up by."""

    code: str
    hash: str


class TicketSet(Struct, frozen=True, kw_only=True):
    """What was issued. `codes` is None once the order's person was erased; `hashes` stay.

    Both are in the order of the order's lines, each piece with all its tickets.
    """

    hashes: tuple[str, ...]
    codes: tuple[str, ...] | None
    issued_at: datetime
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One ticket. `number` counts within the order, from 1 up to `count`.

    It belongs to one piece of a line: `place` is the line's and `piece` the piece's, from 0.
    """

    number: int
    count: int
    line: Line
    place: int
    piece: int
    code: str

    def outlasts(self, freed: Mapping[int, int]) -> bool:
        """Whether its piece is there when so many of each line gave their seats back.

        The last pieces of a line go first, so that what is valid now was so from the beginning.
        """
        return self.piece < self.line.quantity - freed.get(self.place, 0)


def ticket_set(stamp: TicketsIssued, recorded: Recorded[object]) -> TicketSet:
    """The set that a stamp issues."""
    return TicketSet(
        hashes=stamp.hashes,
        codes=stamp.codes,
        issued_at=recorded.recorded_at,
        position=recorded.position,
    )


def ticket_count(placed: OrderPlaced) -> int:
    """How many tickets an order is for: pieces times tickets per piece, over all lines."""
    return sum(line.quantity * line.tickets for line in placed.lines)


def tickets_of(placed: OrderPlaced, codes: Sequence[str]) -> Iterator[Ticket]:
    """Each ticket with its code, piece by piece."""
    number, count = 0, ticket_count(placed)
    for place, line in enumerate(placed.lines):
        for nth in range(line.quantity * line.tickets):
            if number == len(codes):
                return
            number += 1
            yield Ticket(
                number=number,
                count=count,
                line=line,
                place=place,
                piece=nth // line.tickets,
                code=codes[number - 1],
            )


def may_be_issued(fresh: Sequence[TicketCode], *, wanted: int) -> bool:
    """Whether these are as many codes as there shall be tickets, each well formed and its own."""
    codes, hashes = {one.code for one in fresh}, {one.hash for one in fresh}
    return len(fresh) == len(codes) == len(hashes) == wanted and all(map(is_code, codes))
