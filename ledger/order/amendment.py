"""A part of an order that was cancelled: which pieces, which seats, what went back for them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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


def fits(lines: Sequence[Line], pieces: Iterable[Pieces]) -> bool:
    """Whether these lines have these pieces, each line told once."""
    wanted = [*pieces]
    alone = len({some.line for some in wanted}) == len(wanted)
    return alone and all(
        0 <= some.line < len(lines) and 0 < some.quantity <= lines[some.line].quantity
        for some in wanted
    )


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
