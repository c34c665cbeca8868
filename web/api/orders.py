"""Placing an order, and looking at it. The order's id is the capability."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

import msgspec
from flask import Blueprint, Response
from flask_babel import force_locale
from msgspec import UNSET, Meta, UnsetType

from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.cancellation_policy import Eligibility, Why, eligibility
from ledger.order.commands import Wanted
from ledger.order.evolve import fold
from ledger.order.order import Order
from ledger.order.seen_stamps import only
from ledger.order.stamps import (
    AnswersChanged,
    CreatePaymentFailure,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    Customer,
    OrderPlaced,
    QuestionsAsked,
    ZeroPrice,
)
from projections.order_json import order_page
from web.actions.pay import ask_for_page
from web.actions.place import place_order
from web.api.bodies import Body, as_json, canonical, read
from web.api.repeats import correlation_id
from web.api.waiting_list import PlaceBody, place_of
from web.http.addresses import now, order_in
from web.http.current import parts
from web.http.modification_token import token_for
from web.http.rate_limit import slow_strangers_down
from web.i18n.format import told_in
from web.i18n.refusals import told_policy
from web.pages.pay import come_back, times_looked

# Of one visitor: many people may share an address, and nobody buys two orders a second for long.
ORDERS_A_MINUTE = 120
CODES_A_MINUTE = 20
_PLACING = (
    OrderPlaced,
    QuestionsAsked,
    AnswersChanged,
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


_CODE = (
    "The code of a voucher of this shop. It makes pieces cheaper, those first that save most, as"
    " far as it has uses left; what it covers is a line of its own, with full_price"
)


class CustomerBody(Body, frozen=True):
    """Who buys. The ledger's own rule decides what is accepted."""

    first_name: _Text
    last_name: _Text
    email: _Text
    phone: _Text = ""


class WantedBody(Body, frozen=True):
    """A product and how many of it."""

    product: Annotated[str, Meta(max_length=200)]
    quantity: Annotated[int, Meta(ge=-(2**31), lt=2**31)]


class LineBody(WantedBody, frozen=True, omit_defaults=True):
    """A product and how many of it, and what is told of each of its tickets, in their order.

    Answers are by question, as the list of products names them.
    """

    answers: Annotated[
        list[dict[Annotated[str, Meta(max_length=100)], _Text]], Meta(max_length=1000)
    ] = msgspec.field(default_factory=list)


class OrderBody(Body, frozen=True):
    """What is wished for."""

    customer: CustomerBody
    lines: Annotated[list[LineBody], Meta(max_length=100)]
    language: Annotated[str, Meta(max_length=35)] = "en"
    voucher: Annotated[str, Meta(max_length=60, description=_CODE)] | UnsetType = UNSET
    expected_total: Annotated[int, Meta(ge=0, lt=2**53, description=_SHOWN)] | UnsetType = UNSET
    hold: PlaceBody | UnsetType = UNSET


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.post("/shops/<shop>/orders")(place)
    api.get("/shops/<shop>/orders/<order>")(show)


def place(shop: str) -> Response:
    """Place an order; ask the provider for a payment page unless it is free."""
    slow_strangers_down("orders", shop, limit=ORDERS_A_MINUTE)
    body, key = read(OrderBody), correlation_id("orders", shop)
    if body.voucher:
        slow_strangers_down("voucher", shop, limit=CODES_A_MINUTE)
    order = _placed(shop, body, key)
    if key in order.attempts:
        order = ask_for_page(parts(), order, key)
    return as_json(_answer(order, key), status=201)


def show(shop: str, order: str) -> Response:
    """The order as it stands, without personal data.

    With `?paid=1`, as pages ask that customers come back to, its provider is asked first.
    """
    return as_json(told(come_back(order_in(shop, order), times_looked()).order))


def told(order: Order) -> dict[str, Any]:
    """The contract's `order`, in the order's own language."""
    return _shown(order, now())


def _shown(order: Order, at: datetime) -> dict[str, Any]:
    """As of a moment. What the cancellation policy answers is said as page and letter say it."""
    answer = eligibility(order, at)
    page = order_page(order, at, order.terms.language, answer=answer)
    text = _said(answer, order.terms.language, order.terms.timezone)
    return {**page, "cancellation": {**page["cancellation"], "text": text}}


def _said(answer: Eligibility, language: str, zone: str) -> str:
    until = answer.deadline.replace(second=0, microsecond=0) if answer.deadline else None
    return _in_words(answer.why, until, answer.quote.fee, language, zone)


@lru_cache(maxsize=2000)
def _in_words(why: Why, until: datetime | None, fee: Money, language: str, zone: str) -> str:
    """The same for all that it depends on: sentences tell no seconds, and orders come together."""
    told_in(zone)
    with force_locale(language):
        return told_policy(why, until, fee)


def _placed(shop: str, body: OrderBody, key: UUID) -> Order:
    person, shown = body.customer, body.expected_total
    currency = parts().shops.get(shop).terms.currency
    return place_order(
        parts(),
        shop,
        key=key,
        lines=[
            Wanted(product=one.product, quantity=one.quantity, answers=tuple(one.answers))
            for one in body.lines
        ],
        customer=Customer(
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            phone=person.phone,
        ),
        language=body.language,
        content=canonical(body),
        expected_total=Money(shown, currency) if isinstance(shown, int) else None,
        code=body.voucher.strip() if isinstance(body.voucher, str) else "",
        hold=place_of(shop, body.hold).id if isinstance(body.hold, PlaceBody) else None,
    )


def _answer(order: Order, correlation_id: UUID) -> dict[str, Any]:
    """The first answer, rebuilt from stamps: a repeat gets the same one, whatever came since."""
    if not only(order.seen, correlation_id, _PLACING):
        order = fold(order.id, _placing(parts().orders.history(order.id), correlation_id))
    placed_at, attempt = order.placed_at, order.attempts.get(correlation_id)
    assert placed_at is not None, "it was placed"
    payment = attempt and {
        "correlation_id": correlation_id,
        "redirect_url": attempt.redirect_url or None,
    }
    return {
        "order": _shown(order, placed_at),
        "payment": payment,
        "modification_token": token_for(order),
    }


def _placing(history: Sequence[Recorded[object]], correlation_id: UUID) -> list[Recorded[object]]:
    return [
        one
        for one in history
        if one.correlation_id == correlation_id and isinstance(one.stamp, _PLACING)
    ]
