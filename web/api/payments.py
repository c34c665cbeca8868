"""Another attempt to pay an order that is still payable."""

from flask import Blueprint, Response

from ledger.commands import RequestPayment
from ledger.order.status import status
from ledger.refusals import NotPayable
from ledger.replacing import close_replaced
from web.addresses import now, order_in
from web.api.bodies import Nothing, as_json, read
from web.api.keys import correlation_id
from web.api.orders import ACTOR, told
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
    read(Nothing)
    attempt_id = correlation_id("payments", shop, order)
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
    )
    paying = ask_for_page(parts().orders.handle(found.id, wish), attempt_id)
    close_replaced(paying, parts().providers)
    page = paying.attempts[attempt_id].redirect_url or None
    payment = {"correlation_id": attempt_id, "redirect_url": page}
    return as_json({"order": told(paying), "payment": payment}, status=201)
