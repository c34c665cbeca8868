"""Another attempt to pay an order that is still payable."""

from flask import Blueprint, Response

from ledger.kernel.refusals import NotPayable
from ledger.order.commands import RequestPayment
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.payment_attempt import Attempt
from ledger.order.status import status
from web.actions.payment_pages import page_to_pay
from web.api.bodies import Nothing, as_json, read
from web.api.keys import correlation_id, request_under
from web.api.orders import ACTOR, told
from web.api.repeats import answered_before
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.rate_limit import slow_strangers_down
from web.pages.payment_return import look_there
from web.wiring.parts import open_pages


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.post("/shops/<shop>/orders/<order>/payments")(pay)


def pay(shop: str, order: str) -> Response:
    """A new attempt, with a payment page of its own, once no other can be paid any more.

    While the provider does not let the last page be closed, it is that page which is told again.
    """
    slow_strangers_down("pay", shop, limit=60)
    found = order_in(shop, order)
    attempt_id, body = correlation_id("payments", shop, order), read(Nothing)
    provider = parts().providers.get(parts().shops.get(shop).terms.provider)
    if provider is None:
        raise NotPayable(status=status(found))
    wish = RequestPayment(
        correlation_id=attempt_id,
        actor=ACTOR,
        at=now(),
        provider=provider.name,
        account=provider.account,
        live=provider.live,
        request=request_under(attempt_id, body),
    )
    if answered_before(parts().orders.history(found.id), wish) is None:
        found = look_there(found).order
        kept = open_pages(parts()).cannot_be_closed(found, now())
        if kept is not None and payable(found):
            return _answer(found, kept)
        found, paid_at = page_to_pay(parts().orders.handle(found.id, wish), attempt_id)
        if paid_at is None or paid_at.correlation_id != attempt_id:
            return _answer(found, paid_at)
    history = parts().orders.history(found.id)
    first = answered_before(history, wish) or fold(found.id, history)
    return _answer(first, first.attempts[attempt_id])


def _answer(order: Order, attempt: Attempt | None) -> Response:
    """The attempt whose page may be paid; raises `NotPayable` when the order turned out paid."""
    if attempt is None:
        raise NotPayable(status=status(order))
    payment = {
        "correlation_id": attempt.correlation_id,
        "redirect_url": attempt.redirect_url or None,
    }
    return as_json({"order": told(order), "payment": payment}, status=201)
