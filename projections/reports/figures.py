"""What an order adds to each report, as it stands. Everything that reports say is made of this."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from ledger.kernel.fast import once
from ledger.kernel.money import Money, digits, half_up
from ledger.order import admission
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.payouts import by_our_books, kept_before
from ledger.order.refund import Refund
from ledger.shop.admission import is_day
from projections.engine.projection import column
from projections.reports.allocation import Share, allocation


class Kind(StrEnum):
    """What is counted. Money is counted twice: by payment, and by what it was paid for.

    Tickets that let somebody in are exchanged; those that would and have not yet are waiting.
    Vouchers are told by where they live (`provider`) and whom they are for (`method`).
    Who came in and went is counted by door and day, each time; `beside` came in with the ticket of
    somebody who was inside. Providers paid payments out, kept refunds back, and told their fees, in
    millionths; where our books have another amount of it, that is a difference. People in a waiting
    list are counted by product, as often as they took a place.
    """

    ORDERS = "orders"
    ATTEMPTS = "attempts"
    RECEIVED = "received"
    REFUNDED = "refunded"
    REFUND_PENDING = "refund_pending"
    HANDED_BACK = "handed_back"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"
    SOLD = "sold"
    RETURNED = "returned"
    TAKEN = "taken"
    TICKETS = "tickets"
    TICKETS_BACK = "tickets_back"
    EXCHANGED = "exchanged"
    WAITING = "waiting"
    VOUCHERS_ISSUED = "vouchers_issued"
    VOUCHERS_WITHDRAWN = "vouchers_withdrawn"
    VOUCHERS_USED = "vouchers_used"
    CAME = "came"
    WENT = "went"
    BESIDE = "beside"
    PAID_OUT = "paid_out"
    KEPT_BACK = "kept_back"
    PAYOUT_FEES = "payout_fees"
    PAYOUT_DIFFERENCE = "payout_difference"
    LINE_JOINED = "line_joined"
    LINE_OFFERED = "line_offered"
    LINE_BOUGHT = "line_bought"
    LINE_LAPSED = "line_lapsed"
    LINE_LEFT = "line_left"


# Counted as they stand, by when they began; everything else by when it happened.
COHORTS = frozenset({Kind.ORDERS, Kind.ATTEMPTS})


# Fees know parts of a cent: these are in millionths of their currency.
_MILLIONTHS = frozenset({Kind.PAYOUT_FEES})


def in_minor_units(kinds: Collection[Kind], amount: int, currency: str) -> int:
    """What figures of these kinds come to, rounded once, after they were added up."""
    if _MILLIONTHS.isdisjoint(kinds):
        return amount
    return half_up(amount * 10 ** digits(currency), 1_000_000)


class Outcome(StrEnum):
    """What became of an order's payment, or of an attempt to pay.

    Whatever was refunded or cancelled later changes nothing of it.
    """

    FREE = "free"
    NOT_ATTEMPTED = "not_attempted"
    UNDER_WAY = "under_way"
    FAILED = "failed"
    PARTLY = "partly"
    AFTER_FAILURES = "after_failures"
    AT_FIRST = "at_first"
    OK = "ok"


class Figure(NamedTuple):
    """One figure. `since` is when the order was placed, or the attempt began; the rest is its kind.

    What a kind does not tell apart is empty.
    """

    kind: Kind
    since: datetime
    outcome: str = ""
    provider: str = ""
    method: str = ""
    product: str = ""
    revision: int = 0
    rate: str = ""
    currency: str = ""
    door: str = ""
    day: str = ""
    payout: str = ""
    bank_reference: str = ""


class Counted(NamedTuple):
    """How many, and how much of its currency in minor units; `vat` is included in the amount."""

    many: int = 0
    amount: int = 0
    vat: int = 0


_NOTHING = Counted()


@once
def figures(order: Order) -> Mapping[Figure, Counted]:
    """All figures of an order that are not zero."""
    found: dict[Figure, Counted] = {}
    if order.placed is not None and order.placed_at is not None:
        for figure, more in _figures(order, order.placed_at):
            known = found.get(figure, _NOTHING)
            found[figure] = Counted(*(one + other for one, other in zip(known, more, strict=True)))
    return {
        figure: Counted(*(column(one) for one in counted))
        for figure, counted in found.items()
        if any(counted)
    }


def _figures(order: Order, placed_at: datetime) -> Iterator[tuple[Figure, Counted]]:
    yield (
        Figure(Kind.ORDERS, placed_at, outcome=outcome(order), currency=order.currency),
        Counted(1, order.terms.total.amount),
    )
    for attempt in order.attempts.values():
        yield _attempted(attempt, order.currency), Counted(1)
    yield from _moved(order, placed_at)
    if order.received or order.refunds or order.disputes:
        yield from _allocated(order, placed_at)
    if order.sold:
        yield from _given(order, placed_at)
        yield from _exchanged(order, placed_at)
    if order.attendance:
        yield from _at_doors(order, placed_at)
    if order.payouts:
        yield from _paid_out(order, placed_at)


def outcome(order: Order) -> Outcome:
    """What became of its payment."""
    if order.free_confirmed is not None:
        return Outcome.FREE
    if order.received:
        return _succeeded(order) if order.sold else Outcome.PARTLY
    if not order.attempts:
        return Outcome.NOT_ATTEMPTED
    failed = all(one.failed for one in order.attempts.values())
    return Outcome.FAILED if failed else Outcome.UNDER_WAY


def _succeeded(order: Order) -> Outcome:
    """At the first attempt, if no other began before it and it was never declined itself."""
    paid = next(one for one in order.paid_attempts if order.paid_through(one))
    first = min(order.attempts.values(), key=lambda one: one.requested_at)
    if first.requested_at < paid.requested_at or paid.failed_at is not None:
        return Outcome.AFTER_FAILURES
    return Outcome.AT_FIRST


def _attempted(attempt: Attempt, currency: str) -> Figure:
    if attempt.received is not None:
        became = Outcome.OK
    else:
        became = Outcome.FAILED if attempt.failed else Outcome.UNDER_WAY
    return Figure(
        Kind.ATTEMPTS,
        attempt.requested_at,
        outcome=became,
        provider=attempt.provider,
        method=attempt.method,
        currency=currency,
    )


def _moved(order: Order, placed_at: datetime) -> Iterator[tuple[Figure, Counted]]:
    """By payment: what came with it, what of it went back or shall, what its bank took."""

    def of(kind: Kind, payment: UUID | None, money: Money | None) -> tuple[Figure, Counted]:
        attempt = order.attempts.get(payment) if payment else None
        by, how = (attempt.provider, attempt.method) if attempt else ("", "")
        figure = Figure(kind, placed_at, provider=by, method=how, currency=order.currency)
        return figure, Counted(1, money.amount) if money else _NOTHING

    for attempt in order.attempts.values():
        if attempt.received is not None:
            yield of(Kind.RECEIVED, attempt.correlation_id, attempt.received)
    for refund in order.refunds.values():
        yield of(Kind.REFUNDED, refund.payment, refund.returned(order.currency))
        yield of(Kind.REFUND_PENDING, refund.payment, refund.pending(order.currency))
        if refund.manual is not None:
            yield _handed_back(of(Kind.HANDED_BACK, refund.payment, refund.manual), refund)
    for dispute in order.disputes.values():
        if dispute.won is not True:
            kind = Kind.DISPUTED if dispute.won is None else Kind.CHARGED_BACK
            yield of(kind, dispute.payment, dispute.amount)


def _handed_back(counted: tuple[Figure, Counted], refund: Refund) -> tuple[Figure, Counted]:
    """What went back by hand, of which the provider keeps nothing back.

    It is one refund, unless a part of the same one went back through the provider.
    """
    figure, money = counted
    through_provider = refund.returned(figure.currency).amount != money.amount
    return figure, money._replace(many=0) if through_provider else money


def _paid_out(order: Order, placed_at: datetime) -> Iterator[tuple[Figure, Counted]]:
    """By payout: what came with it, what was kept back, fees, and what our books have otherwise."""
    for told in order.payouts.values():
        # A refund that failed after it was kept back is kept back no more.
        again = kept_before(order, told) is not None
        figure = Figure(
            Kind.KEPT_BACK if told.kept_back or again else Kind.PAID_OUT,
            placed_at,
            provider=told.provider,
            currency=told.amount.currency,
            day=told.settled_at.astimezone(UTC).isoformat(),
            payout=told.payout,
            bank_reference=told.bank_reference,
        )
        many = -1 if again else 1
        yield figure, Counted(many, many * told.amount.amount)
        yield figure._replace(kind=Kind.PAYOUT_FEES), Counted(0, told.fee_millionths)
        sign, ours = -1 if told.kept_back else 1, by_our_books(order, told)
        more = sign * (told.amount.amount - ours.amount)
        yield figure._replace(kind=Kind.PAYOUT_DIFFERENCE), Counted(0, more)


def _allocated(order: Order, placed_at: datetime) -> Iterator[tuple[Figure, Counted]]:
    """By line: what came, what went back, what banks took, each with the VAT in it."""
    found = allocation(order)
    for kind, shares in (
        (Kind.SOLD, found.came),
        (Kind.RETURNED, found.returned),
        (Kind.TAKEN, found.taken),
    ):
        for share in shares:
            yield _of_line(order, kind, placed_at, share.place), _counted(share)


def _counted(share: Share) -> Counted:
    return Counted(0, share.amount, share.vat)


def _given(order: Order, placed_at: datetime) -> Iterator[tuple[Figure, Counted]]:
    """By line: the pieces that were sold and those that were given up, and their tickets."""
    for place, line in enumerate(order.terms.lines):
        gone = line.quantity if order.released else order.freed_pieces.get(place, 0)
        for kind, tickets, pieces in (
            (Kind.SOLD, Kind.TICKETS, line.quantity),
            (Kind.RETURNED, Kind.TICKETS_BACK, min(gone, line.quantity)),
        ):
            yield _of_line(order, kind, placed_at, place), Counted(pieces)
            yield _of_line(order, tickets, placed_at, place), Counted(pieces * line.tickets)


def _exchanged(order: Order, placed_at: datetime) -> Iterator[tuple[Figure, Counted]]:
    """By line: the tickets that let somebody in, whatever became of them, and those that would."""
    used = {place.ticket for place, there in order.attendance.items() if there.entries}
    for ticket in admission.tickets(order):
        if ticket.code in used:
            yield _of_line(order, Kind.EXCHANGED, placed_at, ticket.place), Counted(1)
        elif order.admits and ticket.outlasts(order.which_freed):
            yield _of_line(order, Kind.WAITING, placed_at, ticket.place), Counted(1)


def _at_doors(order: Order, placed_at: datetime) -> Iterator[tuple[Figure, Counted]]:
    """By door, day and line: who came in and who left with tickets that were issued."""
    issued = {one.code: one for one in admission.tickets(order) if one.code}
    for place, there in order.attendance.items():
        if place.ticket in issued:
            figure = _of_line(order, Kind.CAME, placed_at, issued[place.ticket].place)
            day = place.day if is_day(place.day) else ""
            figure = figure._replace(door=place.door, day=day)
            yield figure, Counted(len(there.entries))
            yield figure._replace(kind=Kind.WENT), Counted(len(there.exits))
            yield figure._replace(kind=Kind.BESIDE), Counted(len(there.beside))


def _of_line(order: Order, kind: Kind, placed_at: datetime, place: int | None) -> Figure:
    if place is None:
        return Figure(kind, placed_at, currency=order.currency)
    line = order.terms.lines[place]
    return Figure(
        kind,
        placed_at,
        product=line.product,
        revision=line.revision,
        rate=line.vat_percent,
        currency=order.currency,
    )
