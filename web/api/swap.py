"""Staff replace tickets of an order by those of a new one, in one step."""

from typing import Annotated, Literal

from flask import Blueprint, Response
from msgspec import Meta

from ledger.order.commands import Wanted
from ledger.order.part_policy import chosen
from web.actions.back_office import carry_out
from web.actions.swap import Instead, swap
from web.api.bodies import Body, as_json
from web.api.orders import WantedBody, told
from web.api.repeats import answered_before
from web.api.staff import Reason, Version, begun, money
from web.http.current import parts


class SwapBody(Body, frozen=True):
    """Which pieces go, all if left out, and what comes in a new order at today's prices.

    What was paid is set against its price; what is left goes back through its provider, or went by
    hand. `price` is what the new order was shown to cost, in minor units, if it was.
    """

    reason: Reason
    version: Version
    take: Annotated[list[WantedBody], Meta(min_length=1, max_length=100)]
    give: Annotated[list[WantedBody], Meta(min_length=1, max_length=100)] | None = None
    method: Literal["provider", "manual"] = "provider"
    price: Annotated[int, Meta(ge=0, lt=2**53)] | None = None


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.post("/shops/<shop>/orders/<order>/swap")(swap_lines)


def swap_lines(shop: str, order: str) -> Response:
    """Both orders after it; the first answer about the old one, if it was done before."""
    found, wish, body = begun("swap", shop, order, SwapBody)
    old = answered_before(found.id, wish.get("request"))
    if old is None:
        give = [(one.product, one.quantity) for one in body.give] if body.give else None
        instead = Instead(
            order=found,
            pieces=chosen(found, give),
            wanted=tuple(Wanted(product=one.product, quantity=one.quantity) for one in body.take),
            by_hand=body.method == "manual",
            shown=money(body.price, found),
        )
        asked = swap(parts(), wish, instead, reason=body.reason, version=body.version)
        after = carry_out(parts(), found.id, asked)
        old = answered_before(found.id, asked.request) or after
    over = old.swaps[wish["correlation_id"]]
    return as_json({"order": told(old), "new": told(parts().orders.get(over.order))})
