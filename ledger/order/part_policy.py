"""Which pieces of an order may be cancelled while the rest lives, and what they bring back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ledger.kernel.money import Money, VatShare, shares_returned, spread, zero
from ledger.kernel.refusals import (
    NothingChosen,
    PiecesNotLeft,
    RefundExceedsHeld,
    SeveralPayments,
)
from ledger.order import cancellation_policy as cancellation
from ledger.order.admission import used_pieces
from ledger.order.amendment import (
    fits,
    left_of,
    lines_of,
    price_by_rate,
    price_of,
    takes_all,
)
from ledger.order.cancellation_policy import Why
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import Line, Pieces
from ledger.order.tickets import Ticket, every_ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class PartQuote:
    """What cancelling some pieces returns, and what of their price is kept back.

    `whole` says that nothing would be left: the order itself is cancelled then. `payment` is None
    where nothing goes back. `used`: somebody came in with one of them, so only ticket sales may.
    """

    pieces: tuple[Pieces, ...]
    lines: tuple[Line, ...]
    amount: Money
    fee: Money
    vat: tuple[VatShare, ...]
    whole: bool
    payment: Attempt | None
    used: bool


def hindrance(order: Order, now: datetime, *, whole: bool = False, used: bool = False) -> Why:
    """What keeps its holder from cancelling a part: what keeps them from the whole, or the shop.

    A part that is all that is left is the `whole` order: that needs no leave for parts. That some
    tickets were used hinders no part of others; that a piece of the part itself was `used` does.
    """
    why = cancellation.eligibility(order, now).why
    if whole:
        return why
    if why is Why.SOME_USED:
        return Why.PIECES_USED if used else Why.NOTHING
    return why if why is not Why.NOTHING else _without_parts(order)


_ONLY_FOR_HOLDERS = (
    Why.NOTHING,
    Why.NO_SELF_SERVICE,
    Why.PAID_BY_HAND,
    Why.SEVERAL_PAYMENTS,
    Why.TICKET_USED,
    Why.SOME_USED,
)


def staff_hindrance(order: Order) -> Why:
    """What keeps ticket sales from it: they are not bound to its time, nor to its provider."""
    why = cancellation.apart_from_time(order).why
    rest_is_paid = why is Why.PARTLY_RETURNED and order.confirmed
    return _without_parts(order) if why in _ONLY_FOR_HOLDERS or rest_is_paid else why


def _without_parts(order: Order) -> Why:
    return Why.NOTHING if order.terms.cancellation.parts else Why.NO_PARTS


def can_choose(order: Order) -> bool:
    """Whether a part of the order can be less than all of it."""
    return order.terms.cancellation.parts and sum(one.quantity for one in order.lines) > 1


def all_pieces(order: Order) -> tuple[Pieces, ...]:
    """Everything that is left of an order."""
    lines = enumerate(order.lines)
    return tuple(Pieces(line=at, quantity=one.quantity) for at, one in lines if one.quantity)


def unused_pieces(order: Order) -> tuple[Pieces, ...]:
    """Everything that is left of an order and that nobody came in with."""
    used = used_pieces(order)
    found = []
    for place in range(len(order.terms.lines)):
        left = left_of(order.terms.lines, order.which_cancelled, place)
        which = tuple(one for one in left if one not in used.get(place, ()))
        if which:
            found.append(Pieces(line=place, quantity=len(which), which=which))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinglePiece:
    """A piece that can be chosen by itself, by its place in its line, with its tickets."""

    piece: int
    tickets: tuple[Ticket, ...]
    used: bool


def single_pieces(order: Order) -> Mapping[int, tuple[SinglePiece, ...]]:
    """What is left of each line that brings tickets, piece by piece."""
    lines, used = order.terms.lines, used_pieces(order)
    by_piece: dict[tuple[int, int], list[Ticket]] = {}
    for one in every_ticket(lines):
        by_piece.setdefault((one.place, one.piece), []).append(one)
    found: dict[int, list[SinglePiece]] = {}
    for (place, piece), tickets in by_piece.items():
        if piece in left_of(lines, order.which_cancelled, place):
            came_in = piece in used.get(place, ())
            single = SinglePiece(piece=piece, tickets=tuple(tickets), used=came_in)
            found.setdefault(place, []).append(single)
    return {place: tuple(pieces) for place, pieces in found.items()}


def _with_tickets(order: Order, numbers: Collection[int]) -> tuple[Pieces, ...]:
    """The pieces that these tickets belong to, each with all of its tickets."""
    every = {one.number: one for one in every_ticket(order.terms.lines)}
    if unknown := {*numbers} - {*every}:
        raise PiecesNotLeft(product=f"ticket {min(unknown)}", left=0)
    chosen: dict[int, set[int]] = {}
    for number in numbers:
        chosen.setdefault(every[number].place, set()).add(every[number].piece)
    return tuple(
        Pieces(line=place, quantity=len(which), which=tuple(sorted(which)))
        for place, which in sorted(chosen.items())
    )


def ticket_numbers(order: Order, pieces: Iterable[Pieces]) -> tuple[int, ...]:
    """The numbers of the tickets that stop being valid with these pieces, where they say which."""
    which = {some.line: some.which for some in pieces}
    every = every_ticket(order.terms.lines)
    return tuple(one.number for one in every if one.piece in which.get(one.place, ()))


def chosen(
    order: Order, wanted: Iterable[tuple[str, int]] | None, *, tickets: Collection[int] = ()
) -> tuple[Pieces, ...]:
    """Products and how many of each, and tickets by their numbers, as pieces of this order's lines.

    Zeros are left out; a ticket takes its piece along, with all tickets of it. None and no ticket
    is all that is left. Whether there are so many is asked later, of the order as it is then.
    Raises `NothingChosen`, also for a line told twice, and `PiecesNotLeft` for what it never had.
    """
    if wanted is None and not tickets:
        return all_pieces(order)
    asked, found = [*(wanted or ())], [*_with_tickets(order, tickets)]
    for product, quantity in asked:
        found += _dearest(order, product, quantity)
    told_twice = len({product for product, _ in asked}) < len(asked)
    if not found or told_twice or len({some.line for some in found}) < len(found):
        raise NothingChosen
    return tuple(sorted(found, key=lambda some: some.line))


def _dearest(order: Order, product: str, quantity: int) -> Sequence[Pieces]:
    """So many pieces of a product; where a voucher made some of them cheaper, the others first."""
    lines = order.lines
    places = [at for at, line in enumerate(order.terms.lines) if line.product == product]
    if not places:
        raise PiecesNotLeft(product=product, left=0)
    found, left = [], quantity
    for place in sorted(places, key=lambda at: -lines[at].unit_price.amount):
        many = min(left, lines[place].quantity)
        left -= many
        if many:
            found.append(Pieces(line=place, quantity=many))
    if not left:
        return found
    # More than there are, or fewer than none: whoever asks for them is refused with what there is.
    return [Pieces(line=places[0], quantity=quantity)]


def picked(order: Order, pieces: tuple[Pieces, ...]) -> tuple[Pieces, ...]:
    """These pieces, if the order has them, each with which ones of its line they are.

    Where that is not said they are the last ones that nobody came in with; where there are not so
    many, the last of the others as well. Raises `NothingChosen`, `PiecesNotLeft`.
    """
    if not pieces or len({some.line for some in pieces}) < len(pieces):
        raise NothingChosen
    used = used_pieces(order)
    return tuple(_picked(order, some, used.get(some.line, ())) for some in pieces)


def _picked(order: Order, some: Pieces, used: Collection[int]) -> Pieces:
    lines, gone = order.terms.lines, order.which_cancelled
    left = left_of(lines, gone, some.line)
    if not fits(lines, gone, [some]):
        product = lines[some.line].product if 0 <= some.line < len(lines) else ""
        raise PiecesNotLeft(product=product, left=len(left))
    if some.which:
        return some
    last = sorted(left, key=lambda one: (one in used, -one))[: some.quantity]
    return replace(some, which=tuple(sorted(last)))


def quote(order: Order, pieces: tuple[Pieces, ...], *, waive_fee: bool = False) -> PartQuote:
    """What these pieces would bring back just now.

    Raises `NothingChosen`, `PiecesNotLeft`; `NotCancellable` where all that is left would be
    free; `SeveralPayments` or `RefundExceedsHeld` where no one payment holds enough.
    """
    pieces = picked(order, pieces)
    lines = lines_of(order.terms.lines, pieces)
    if takes_all(order.lines, pieces):
        return _of_all(order, pieces, lines, waive_fee=waive_fee)
    share = price_of(lines, order.currency)
    if order.due and not price_of(order.lines, order.currency) - share:
        raise cancellation.refused(order, Why.REST_IS_FREE)
    fee = zero(order.currency) if waive_fee else cancellation.fee_of(order, share)
    return _quoted(order, pieces, lines, amount=share - fee, fee=fee, whole=False)


def _of_all(
    order: Order, pieces: tuple[Pieces, ...], lines: tuple[Line, ...], *, waive_fee: bool
) -> PartQuote:
    """All that is left: what the order's own cancellation would bring."""
    offer = cancellation.quote(order)
    amount, fee = offer.amount, offer.fee
    if waive_fee:
        amount, fee = amount + fee, zero(order.currency)
    return _quoted(order, pieces, lines, amount=amount, fee=fee, whole=True)


def _quoted(
    order: Order,
    pieces: tuple[Pieces, ...],
    lines: tuple[Line, ...],
    *,
    amount: Money,
    fee: Money,
    whole: bool,
) -> PartQuote:
    return PartQuote(
        pieces=pieces,
        lines=lines,
        amount=amount,
        fee=fee,
        vat=vat_returned(order, lines, amount, before=order.position + 1),
        whole=whole,
        payment=_holding(order, amount) if amount else None,
        used=_any_used(order, pieces),
    )


def _any_used(order: Order, pieces: Iterable[Pieces]) -> bool:
    used = used_pieces(order)
    return any(one in used.get(some.line, ()) for some in pieces for one in some.which)


def _holding(order: Order, amount: Money) -> Attempt:
    """The newest payment that holds enough: one refund is of one payment."""
    holding = [one for one in order.paid_attempts if order.held_by(one.correlation_id).amount > 0]
    enough = [one for one in holding if order.held_by(one.correlation_id) >= amount]
    if not enough and len(holding) > 1:
        raise SeveralPayments
    if not enough:
        raise RefundExceedsHeld(asked=amount, held=order.held)
    return enough[-1]


def vat_returned(
    order: Order, lines: Iterable[Line], amount: Money, *, before: int
) -> tuple[VatShare, ...]:
    """The VAT by rate in what goes back for these lines, after the parts that came `before`."""
    back = spread(amount, price_by_rate(lines))
    return shares_returned(back, kept_by_rate(order, before=before))


def kept_by_rate(order: Order, *, before: int) -> Mapping[Decimal, Money]:
    """What is left of the price by rate, fees that were kept included, at a position."""
    kept = dict(price_by_rate(order.terms.lines))
    for part in sorted(order.amendments.values(), key=lambda one: one.position):
        if part.position < before:
            weights = price_by_rate(lines_of(order.terms.lines, part.pieces))
            for rate, back in spread(part.amount, weights).items():
                kept[rate] -= back
    return kept


def pieces_of(order: Order, correlation_id: UUID | None) -> tuple[Pieces, ...]:
    """Which pieces a cancellation under this correlation id is of; none: of the whole order."""
    if correlation_id is None:
        return ()
    if part := order.amendments.get(correlation_id):
        return part.pieces
    refund = order.refunds.get(correlation_id)
    return refund.request.pieces if refund and refund.request else ()
