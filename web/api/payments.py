"""Another attempt to pay an order that is still payable."""

from flask import Blueprint, Response

from ledger.kernel.refusals import NotPayable
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.status import status
from web.actions.pay import another_page
from web.actions.place import CUSTOMER
from web.actions.wish import Wish
from web.api.bodies import Nothing, as_json, read
from web.api.orders import told
from web.api.repeats import answered_before, answered_in, correlation_id, request_under
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.rate_limit import slow_strangers_down


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.post("/shops/<shop>/orders/<order>/payments")(pay)


def pay(shop: str, order: str) -> Response:
    """A new attempt, with a payment page of its own, once no other can be paid any more.

    While the provider does not let the last page be closed, it is that page which is told again;
    while money is under way, there is nothing to pay.
    """
    slow_strangers_down("pay", shop, limit=60)
    found = order_in(shop, order)
    key, body = correlation_id("payments", shop, order), read(Nothing)
    bound = request_under(key, body)
    if answered_before(found.id, bound) is None:
        wish = Wish(correlation_id=key, actor=CUSTOMER, at=now(), request=bound)
        found, paid_at = another_page(parts(), found, wish)
        if paid_at is None or paid_at.correlation_id != key:
            return _answer(found, paid_at)
    history = parts().orders.history(found.id)
    first = answered_in(history, bound) or fold(found.id, history)
    return _answer(first, first.attempts[key])


def _answer(order: Order, attempt: Attempt | None) -> Response:
    """The attempt whose page may be paid; raises `NotPayable` when there is none to be paid."""
    if attempt is None:
        raise NotPayable(status=status(order))
    payment = {
        "correlation_id": attempt.correlation_id,
        "redirect_url": attempt.redirect_url or None,
    }
    return as_json({"order": told(order), "payment": payment}, status=201)
