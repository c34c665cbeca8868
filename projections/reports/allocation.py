"""How the money of an order is shared among its lines: what came, what went back, what banks took.

Whatever happened, the shares add up to the order's own words (`received`, `refunded`, `lost`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ledger.kernel.money import Money, vat_included
from ledger.order.amendment import lines_of, price_of
from ledger.order.order import Order
from ledger.order.refund import Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What fell on one line, in minor units, with the VAT in it.

    `place` is the line's in the order; None is for money that no line asked for: beyond the price,
    or too late for an order that lives no more.
    """

    place: int | None
    amount: int
    vat: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """All the money of an order by line."""

    came: tuple[Share, ...]
    returned: tuple[Share, ...]
    taken: tuple[Share, ...]


def shared(amount: int, weights: Sequence[int]) -> list[int]:
    """In proportion to the weights, to the last cent; nothing where they come to nothing.

    >>> shared(100, [1, 1, 1]), shared(5, [0, 3]), shared(7, [])
    ([34, 33, 33], [0, 5], [])
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    cut = [divmod(amount * weight, whole) for weight in weights]
    missing = amount - sum(floor for floor, _ in cut)
    first = sorted(range(len(cut)), key=lambda at: (-cut[at][1], at))[:missing]
    found = [floor for floor, _ in cut]
    for at in first:
        found[at] += 1
    return found


def allocation(order: Order) -> Allocation:
    """The order's money by line, as it stands."""
    prices = [line.unit_price.amount * line.quantity for line in order.terms.lines]
    late = _late(order)
    came = _filled(order.received.amount - _sum_of(order, late), prices)
    back, unasked = _back(order, late, came)
    left = [here - gone for here, gone in zip(came, back, strict=True)]
    taken = _filled(order.lost.amount, [max(0, one) for one in left])
    vats = _vats(order, came, back, taken)
    return Allocation(
        came=_shares(came, vats[0], order.received.amount - sum(came)),
        returned=_shares(back, vats[1], unasked),
        taken=_shares(taken, vats[2], order.lost.amount - sum(taken)),
    )


def _late(order: Order) -> frozenset[UUID]:
    """Payments that came when the order was cancelled, and that did not revive it."""
    if order.alive:
        return frozenset()
    after = order.cancelled_position
    return frozenset(one.correlation_id for one in order.paid_attempts if one.paid_position > after)


def _sum_of(order: Order, payments: frozenset[UUID]) -> int:
    attempts = (order.attempts[one] for one in payments)
    return sum(one.received.amount for one in attempts if one.received)


def _filled(amount: int, room: Sequence[int]) -> list[int]:
    """As much of it as there is room for."""
    return shared(max(0, min(amount, sum(room))), room)


def _back(order: Order, late: frozenset[UUID], came: Sequence[int]) -> tuple[Sequence[int], int]:
    """What went back by line, and of what no line had asked for.

    A refund of some pieces is theirs, one of unwanted money is nobody's; any other takes what is
    left of the lines, and what is more than that is nobody's, too.
    """
    back, unasked, whole = [0] * len(came), 0, 0
    for refund, amount in _returned(order):
        if pieces := _pieces_price(order, refund):
            for place, part in enumerate(shared(amount, pieces)):
                back[place] += part
        elif refund.unwanted or refund.payment in late:
            unasked += amount
        else:
            whole += amount
    left = [max(0, here - gone) for here, gone in zip(came, back, strict=True)]
    parts = _filled(whole, left)
    both = [one + more for one, more in zip(back, parts, strict=True)]
    return both, unasked + whole - sum(parts)


def _returned(order: Order) -> Iterator[tuple[Refund, int]]:
    for refund in order.refunds.values():
        amount = refund.returned(order.currency).amount
        if amount:
            yield refund, amount


def _pieces_price(order: Order, refund: Refund) -> Sequence[int]:
    """The price of the pieces that a refund is for, by line; empty if it is of no pieces."""
    part = order.amendments.get(refund.correlation_id)
    pieces = part.pieces if part else refund.request.pieces if refund.request else ()
    lines = order.terms.lines
    prices = [0] * len(lines)
    for some in pieces:
        for line in lines_of(lines, (some,)):
            prices[some.line] += price_of((line,), order.currency).amount
    return prices if any(prices) else ()


def _vats(
    order: Order, came: Sequence[int], back: Sequence[int], taken: Sequence[int]
) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """The VAT in each: as receipts tell it, rounded once for each rate of the order.

    What went back takes the difference of two such sums, so that what is kept has its exact VAT.
    """
    found: tuple[dict[int, int], ...] = ({}, {}, {})
    rates = [line.vat_percent for line in order.terms.lines]
    for rate in dict.fromkeys(rates):
        places = [place for place, one in enumerate(rates) if one == rate]
        sums = [sum(part[place] for place in places) for part in (came, back, taken)]
        kept = [_vat(one, rate, order.currency) for one in (sums[0], sums[0] - sums[1])]
        last = _vat(sums[0] - sums[1] - sums[2], rate, order.currency)
        vats = (kept[0], kept[0] - kept[1], kept[1] - last)
        for into, part, vat in zip(found, (came, back, taken), vats, strict=True):
            shares = shared(vat, [part[place] for place in places])
            into.update(zip(places, shares, strict=True))
    in_came, in_back, in_taken = ([into[place] for place in range(len(rates))] for into in found)
    return in_came, in_back, in_taken


def _vat(amount: int, rate: str, currency: str) -> int:
    return vat_included(Money(amount, currency), Decimal(rate)).amount


def _shares(amounts: Sequence[int], vats: Sequence[int], rest: int) -> tuple[Share, ...]:
    lines = zip(amounts, vats, strict=True)
    found = [
        Share(place=place, amount=amount, vat=vat)
        for place, (amount, vat) in enumerate(lines)
        if amount
    ]
    return (*found, Share(place=None, amount=rest)) if rest else tuple(found)
