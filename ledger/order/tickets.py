"""The tickets of an order: how many, which is for what, and the set that was issued, once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from ledger.kernel.events import Recorded
from ledger.kernel.values import replace
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

    Both are in the order of the order's lines, each piece with all its tickets. `former` are the
    hashes of codes that were renewed, with the number of their ticket: nobody gets in with them.
    """

    hashes: tuple[str, ...]
    codes: tuple[str, ...] | None
    issued_at: datetime
    position: int
    former: tuple[tuple[str, int], ...] = ()

    def renewed(self, number: int, *, hash: str, code: str | None) -> "TicketSet":
        """The set with a new code for one ticket, by its number; none, if there is no such one."""
        place = number - 1
        if not 0 <= place < len(self.hashes):
            return self
        codes = self.codes and (*self.codes[:place], code or "", *self.codes[place + 1 :])
        return replace(
            self,
            hashes=(*self.hashes[:place], hash, *self.hashes[place + 1 :]),
            codes=codes,
            former=(*self.former, (self.hashes[place], number)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One ticket. `number` counts within the order, from 1 up to `count`.

    It belongs to one piece of a line: `place` is the line's and `piece` the piece's, from 0;
    within the line it is the `nth`, from 1.
    """

    number: int
    count: int
    line: Line
    place: int
    piece: int
    nth: int
    code: str

    def outlasts(self, freed: Mapping[int, Collection[int]]) -> bool:
        """Whether its piece is there when these of each line gave their seats back."""
        return self.piece not in freed.get(self.place, ())


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
    return _count(placed.lines)


def _count(lines: Sequence[Line]) -> int:
    return sum(line.quantity * line.tickets for line in lines)


def tickets_of(placed: OrderPlaced, codes: Sequence[str]) -> Iterator[Ticket]:
    """Each ticket with its code, piece by piece."""
    return _tickets_of(placed.lines, codes)


def _tickets_of(lines: Sequence[Line], codes: Sequence[str]) -> Iterator[Ticket]:
    number, count = 0, _count(lines)
    for place, line in enumerate(lines):
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
                nth=nth + 1,
                code=codes[number - 1],
            )


def every_ticket(lines: Sequence[Line]) -> tuple[Ticket, ...]:
    """Each ticket of these lines, without its code."""
    return tuple(_tickets_of(lines, [""] * _count(lines)))


def may_be_issued(fresh: Sequence[TicketCode], *, wanted: int) -> bool:
    """Whether these are as many codes as there shall be tickets, each well formed and its own."""
    codes, hashes = {one.code for one in fresh}, {one.hash for one in fresh}
    return len(fresh) == len(codes) == len(hashes) == wanted and all(map(is_code, codes))
