"""Another attempt to pay an order that is still payable."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from ledger.commands import RequestPayment
from ledger.order.evolve import fold
from ledger.order.status import status
from ledger.refusals import NotPayable
from ledger.replacing import close_replaced
from web.addresses import now, order_in
from web.api.bodies import Nothing, as_json, read
from web.api.keys import correlation_id, request_under
from web.api.orders import ACTOR, told
from web.api.repeats import answered_before
from web.current import parts
from web.pace import slow_strangers_down
from web.payment_pages import ask_for_page


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.post("/shops/<shop>/orders/<order>/payments")(pay)


def pay(shop: str, order: str) -> Response:
    """A new attempt, with a payment page of its own."""
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
        paying = ask_for_page(parts().orders.handle(found.id, wish), attempt_id)
        close_replaced(paying, parts().providers)
    return as_json(_answer(found.id, wish), status=201)


def _answer(order: UUID, wish: RequestPayment) -> dict[str, Any]:
    history = parts().orders.history(order)
    paying = answered_before(history, wish) or fold(order, history)
    page = paying.attempts[wish.correlation_id].redirect_url or None
    payment = {"correlation_id": wish.correlation_id, "redirect_url": page}
    return {"order": told(paying), "payment": payment}
