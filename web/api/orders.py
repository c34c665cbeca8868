"""Placing an order, and looking at it. The order's id is the capability."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from flask import Blueprint, Response
from msgspec import UNSET, Meta, UnsetType

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.kernel.refusals import KeyReused
from ledger.order.commands import PlaceOrder, Wanted
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.stamps import (
    CreatePaymentFailure,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    Customer,
    OrderPlaced,
    ZeroPrice,
)
from projections.order_json import order_page
from web.actions.payment_pages import ask_for_page
from web.api.bodies import Body, as_json, canonical, read
from web.api.keys import correlation_id
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.modification_token import token_for
from web.http.rate_limit import slow_strangers_down
from web.pages.payment_return import come_back, times_looked

ACTOR = "customer"
# Of one visitor: many people may share an address, and nobody buys two orders a second for long.
ORDERS_A_MINUTE = 120
_PLACING = (
    OrderPlaced,
    ZeroPrice,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    CreatePaymentFailure,
)
_Text = Annotated[str, Meta(max_length=1000)]


_SHOWN = (
    "The price that was shown, in minor units of the shop's currency; an order that would cost"
    " anything else is refused as price-changed, with both sums"
)


class CustomerBody(Body, frozen=True):
    """Who buys. The ledger's own rule decides what is accepted."""

    first_name: _Text
    last_name: _Text
    email: _Text
    phone: _Text = ""


class LineBody(Body, frozen=True):
    """A product and how many of it."""

    product: Annotated[str, Meta(max_length=200)]
    quantity: Annotated[int, Meta(ge=-(2**31), lt=2**31)]


class OrderBody(Body, frozen=True):
    """What is wished for."""

    customer: CustomerBody
    lines: Annotated[list[LineBody], Meta(max_length=100)]
    language: Annotated[str, Meta(max_length=35)] = "en"
    expected_total: Annotated[int, Meta(ge=0, lt=2**53, description=_SHOWN)] | UnsetType = UNSET


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.post("/shops/<shop>/orders")(place)
    api.get("/shops/<shop>/orders/<order>")(show)


def place(shop: str) -> Response:
    """Place an order; ask the provider for a payment page unless it is free."""
    slow_strangers_down("orders", shop, limit=ORDERS_A_MINUTE)
    body = read(OrderBody)
    command = _command(shop, body, correlation_id("orders", shop))
    order = _placed_before(command) or parts().orders.place(shop, command)
    if command.correlation_id in order.attempts:
        ask_for_page(order, command.correlation_id)
    return as_json(_answer(order.id, command.correlation_id), status=201)


def show(shop: str, order: str) -> Response:
    """The order as it stands, without personal data.

    With `?paid=1`, as pages ask that customers come back to, its provider is asked first.
    """
    return as_json(told(come_back(order_in(shop, order), times_looked()).order))


def told(order: Order) -> dict[str, Any]:
    """The contract's `order`, in the order's own language."""
    return dict(order_page(order, now(), order.terms.language))


def _command(shop: str, body: OrderBody, correlation_id: UUID) -> PlaceOrder:
    person = body.customer
    terms, shown = parts().shops.get(shop).terms, body.expected_total
    provider = parts().providers.get(terms.provider)
    return PlaceOrder(
        correlation_id=correlation_id,
        actor=ACTOR,
        at=now(),
        order=uuid4(),
        lines=tuple(Wanted(product=one.product, quantity=one.quantity) for one in body.lines),
        customer=Customer(
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            phone=person.phone,
        ),
        language=body.language,
        email_index=parts().keyring.blind_index(person.email),
        request_digest=parts().keyring.keyed_hash(canonical(body)),
        account=provider.account if provider else "",
        live=provider.live if provider else False,
        expected_total=Money(shown, terms.currency) if isinstance(shown, int) else None,
    )


def _placed_before(command: PlaceOrder) -> Order | None:
    """A repeat gets its answer even when the product is no longer on sale."""
    placed = parts().store.find(command.correlation_id, "ORDER_PLACED")
    if placed is None:
        return None
    if placed.stamp.request_digest != command.request_digest:
        raise KeyReused
    return parts().orders.get(placed.stream)


def _answer(order_id: UUID, correlation_id: UUID) -> dict[str, Any]:
    """The first answer, rebuilt from stamps: a repeat gets the same one, whatever came since."""
    first = _placing(parts().orders.history(order_id), correlation_id)
    order = fold(order_id, first)
    attempt = order.attempts.get(correlation_id)
    payment = attempt and {
        "correlation_id": correlation_id,
        "redirect_url": attempt.redirect_url or None,
    }
    shown = dict(order_page(order, first[-1].recorded_at, order.terms.language))
    return {"order": shown, "payment": payment, "modification_token": token_for(order)}


def _placing(history: Sequence[Recorded], correlation_id: UUID) -> list[Recorded]:
    return [
        one
        for one in history
        if one.correlation_id == correlation_id and isinstance(one.stamp, _PLACING)
    ]
