"""The customer is back from the payment page: look there, before anybody has told us (SPEC P15)."""

from dataclasses import dataclass

from flask import request

from ledger.order.order import Order
from ledger.order.status import Status, status
from web.actions.pay import Looked, look_there
from web.http.current import parts

# How often the page looks again by itself while the provider's confirmation has not come.
LOOKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """An order as whoever comes back from its payment page shall see it.

    `looks` is how many times they have looked, 0 when nothing is awaited; `waits` says that only
    the provider knows what they did; `again` that the page goes on looking by itself; `last` that
    it has looked for so long that it stops.
    """

    order: Order
    looks: int = 0
    waits: bool = False
    again: bool = False
    last: bool = False


def may_turn_out_paid(order: Order) -> bool:
    """Whether a payment page may bring money that nobody has told us of.

    Neither a declined try nor a cancellation is the last word about a page (SPEC P15).
    """
    if order.reserved or not order.missing:
        return False
    return any(one.open and (one.redirect_url or one.silent) for one in order.attempts.values())


def times_looked() -> int:
    """How many times whoever asks has looked; 0 of those who do not come from a payment page."""
    told = request.args.get("paid", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 3 else 0


def come_back(order: Order, looks: int) -> Back:
    """Look at what may have been paid. A declined try is asked about even by who only comes by."""
    if not may_turn_out_paid(order) or not (looks or status(order) is Status.FAILED):
        return Back(order=order)
    looked = look_there(parts(), order)
    return (
        _seen(looked, looks)
        if looks and may_turn_out_paid(looked.order)
        else Back(order=looked.order)
    )


def _seen(looked: Looked, looks: int) -> Back:
    order, again = looked.order, looks < LOOKS
    if order.under_way:
        return Back(order=order, looks=looks, again=again)
    if looked.answered and (not again or not order.alive):
        return Back(order=order)  # the provider says that nothing was paid
    return Back(order=order, looks=looks, waits=again or order.alive, again=again, last=not again)
