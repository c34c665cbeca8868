"""A part of an order that was cancelled: which pieces, which seats, what went back for them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money, gross_by_rate
from ledger.order.stamps import Cause, Line, OrderAmended, Pieces


class Amendment(Struct, frozen=True, kw_only=True):
    """One part that was cancelled. `amount` goes back for it, `fee` of its price is kept."""

    correlation_id: UUID
    pieces: tuple[Pieces, ...]
    amount: Money
    fee: Money
    cause: Cause
    position: int
    at: datetime


def amendment(stamp: OrderAmended, recorded: Recorded[object]) -> Amendment:
    """What a stamp took out of an order."""
    return Amendment(
        correlation_id=recorded.correlation_id,
        pieces=stamp.pieces,
        amount=stamp.amount,
        fee=stamp.fee,
        cause=stamp.cause,
        position=recorded.position,
        at=recorded.recorded_at,
    )


def counted(parts: Iterable[Sequence[Pieces]]) -> Mapping[int, int]:
    """How many pieces of each line some parts come to, by the line's place."""
    sums: Counter[int] = Counter()
    for pieces in parts:
        for some in pieces:
            sums[some.line] += some.quantity
    return sums


def which_of(
    lines: Sequence[Line], parts: Iterable[Sequence[Pieces]]
) -> Mapping[int, frozenset[int]]:
    """Which pieces of each line some parts are, by the line's place; both are counted from 0.

    A part that names none has the last ones that no part names: in whatever order they are told.
    """
    named: dict[int, set[int]] = {}
    others: Counter[int] = Counter()
    for some in (some for pieces in parts for some in pieces):
        named.setdefault(some.line, set()).update(some.which)
        others[some.line] += 0 if some.which else some.quantity
    return {
        place: frozenset(which | _last(lines[place].quantity, which, others[place]))
        for place, which in named.items()
        if 0 <= place < len(lines)
    }


def _last(quantity: int, taken: Collection[int], many: int) -> set[int]:
    left = [one for one in range(quantity) if one not in taken]
    return set(left[max(0, len(left) - many) :])


def left_of(
    lines: Sequence[Line], gone: Mapping[int, Collection[int]], place: int
) -> Sequence[int]:
    """Which pieces of the line at this place are not gone; none where there is no such line."""
    quantity = lines[place].quantity if 0 <= place < len(lines) else 0
    return [one for one in range(quantity) if one not in gone.get(place, ())]


def lines_of(lines: Sequence[Line], pieces: Iterable[Pieces]) -> tuple[Line, ...]:
    """These pieces as lines of their own."""
    return tuple(
        replace(lines[some.line], quantity=some.quantity)
        for some in pieces
        if 0 <= some.line < len(lines)
    )


def without(lines: Sequence[Line], gone: Mapping[int, int]) -> tuple[Line, ...]:
    """All lines with what is left of each, at least nothing; their places stay."""
    return tuple(
        replace(line, quantity=max(0, line.quantity - gone.get(place, 0)))
        for place, line in enumerate(lines)
    )


def fits(
    lines: Sequence[Line], gone: Mapping[int, Collection[int]], pieces: Iterable[Pieces]
) -> bool:
    """Whether these pieces of lines that were bought are not gone, each line told once."""
    wanted = [*pieces]
    alone = len({some.line for some in wanted}) == len(wanted)
    return alone and all(_fits(some, left_of(lines, gone, some.line)) for some in wanted)


def _fits(some: Pieces, left: Collection[int]) -> bool:
    if not 0 < some.quantity <= len(left):
        return False
    which = {*some.which}
    return not which or (len(which) == len(some.which) == some.quantity and which <= {*left})


def takes_all(lines: Sequence[Line], pieces: Iterable[Pieces]) -> bool:
    """Whether nothing would be left of these lines."""
    taken = counted([[*pieces]])
    return all(line.quantity <= taken.get(place, 0) for place, line in enumerate(lines))


def price_of(lines: Iterable[Line], currency: str) -> Money:
    """What these lines cost."""
    return Money(sum(one.unit_price.amount * one.quantity for one in lines), currency)


def price_by_rate(lines: Iterable[Line]) -> Mapping[Decimal, Money]:
    """What these lines cost, by rate of VAT."""
    return gross_by_rate((one.vat_percent, one.unit_price * one.quantity) for one in lines)


def seats_of(lines: Iterable[Line]) -> Mapping[UUID, int]:
    """How many seats these lines take of each quota."""
    sums: Counter[UUID] = Counter()
    for line in lines:
        for quota in line.quotas:
            sums[quota] += line.quantity
    return sums
