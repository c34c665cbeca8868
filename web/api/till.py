"""The till for programs: a shift opened, sold in, put right, counted; and its report."""

from typing import Annotated, Any, Literal

from flask import Blueprint, Response
from msgspec import Meta

from ledger.kernel.money import Money
from ledger.order.commands import Wanted
from ledger.order.decisions.place import LANGUAGES
from ledger.order.order import Order
from ledger.shop.shop import Shop
from ledger.shop.texts import language_of
from ledger.staff.role import Role
from ledger.till.service import TillWish
from ledger.till.stamps import Way
from web.actions.till import Till, sell, tills, void
from web.actions.till_report import (
    report_document,
    report_of,
    shift_document,
    shift_of,
    shifts_of,
)
from web.api.bodies import Body, as_json, read
from web.api.orders import LineBody, told
from web.api.repeats import correlation_id
from web.api.staff import Reason
from web.http.access import for_roles, require
from web.http.addresses import uuid_in
from web.http.current import parts
from web.http.identity import Identity
from web.http.rate_limit import slow_down

_MOST = 200
_READERS = (Role.STAFF, Role.AUDITOR)
Cash = Annotated[int, Meta(ge=0, lt=2**53, description="In minor units of the shop's currency.")]


class OpenShiftBody(Body, frozen=True):
    """`opening` is the cash that lies in the till."""

    opening: Cash


class SaleBody(Body, frozen=True):
    """What was sold and paid already. `total` is what the customer was told that it costs.

    With an `email` the tickets go there, too.
    """

    lines: Annotated[list[LineBody], Meta(min_length=1, max_length=100)]
    way: Literal["cash", "card"]
    total: Cash
    email: Annotated[str, Meta(max_length=1000)] = ""
    language: Annotated[str, Meta(max_length=35)] = "en"


class GiveBackBody(Body, frozen=True):
    """Why the sale was a mistake; `returned`, if it is said, is what is handed back."""

    reason: Reason
    returned: Cash | None = None


class CashBody(Body, frozen=True):
    """Cash that is put into the till or taken out of it beside sales, and why."""

    amount: Annotated[int, Meta(gt=0, lt=2**53, description="In minor units.")]
    way: Literal["in", "out"]
    reason: Reason


class CloseShiftBody(Body, frozen=True):
    """`counted` is the cash that somebody counted."""

    counted: Cash


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    till = "/shops/<shop>/till"
    api.post(f"{till}/open")(open_shift)
    api.post(f"{till}/sales")(sell_at_till)
    api.post(f"{till}/sales/<order>/void")(void_sale)
    api.post(f"{till}/cash")(move_cash)
    api.post(f"{till}/close")(close_shift)
    api.get(f"{till}/shifts")(list_shifts)
    api.get(f"{till}/shifts/<shift>")(show_shift)


def open_shift(shop: str) -> Response:
    """A shift of whoever calls; the one that is open already, if one is."""
    asks, found, body = _asks(shop), parts().shops.get(shop), read(OpenShiftBody)
    wish = _wish(asks, "till-open", shop)
    opening = _money(found, body.opening)
    shift = tills(parts()).open(wish, shop=found.id, slug=found.slug, opening=opening)
    return as_json(shift_document(shift))


def sell_at_till(shop: str) -> Response:
    """Sold and paid: the order, and the codes of its tickets."""
    asks, found, body = _asks(shop), parts().shops.get(shop), read(SaleBody)
    spoken = language_of(body.language)
    order = sell(
        parts(),
        _till(found, asks),
        key=_wish(asks, "till-sales", shop).correlation_id,
        lines=[
            Wanted(product=one.product, quantity=one.quantity, answers=tuple(one.answers))
            for one in body.lines
        ],
        way=Way(body.way),
        shown=_money(found, body.total),
        email=body.email.strip(),
        language=spoken if spoken in LANGUAGES else "en",
    )
    return as_json({"order": told(order), "tickets": _tickets(order)}, status=201)


def void_sale(shop: str, order: str) -> Response:
    """The sale was a mistake: the order cancelled, its money handed back from the caller's till."""
    asks, found, body = _asks(shop), parts().shops.get(shop), read(GiveBackBody)
    after = void(
        parts(),
        _till(found, asks),
        uuid_in(order),
        key=_wish(asks, "till-void", shop, order).correlation_id,
        reason=body.reason,
        shown=None if body.returned is None else _money(found, body.returned),
    )
    return as_json(told(after))


def move_cash(shop: str) -> Response:
    """Cash comes or goes beside sales."""
    asks, found, body = _asks(shop), parts().shops.get(shop), read(CashBody)
    shift = tills(parts()).move_cash(
        _till(found, asks).shift,
        _wish(asks, "till-cash", shop),
        amount=_money(found, body.amount),
        inward=body.way == "in",
        reason=body.reason,
    )
    return as_json(shift_document(shift))


def close_shift(shop: str) -> Response:
    """The shift is over; its report."""
    asks, found, body = _asks(shop), parts().shops.get(shop), read(CloseShiftBody)
    till, wish = _till(found, asks), _wish(asks, "till-close", shop)
    shift = tills(parts()).close(till.shift, wish, counted=_money(found, body.counted))
    return as_json(report_document(report_of(parts(), shift)))


@for_roles(*_READERS)
def list_shifts(shop: str) -> Response:
    """Everybody's shifts, the newest first, at most 200."""
    found = shifts_of(parts(), parts().shops.get(shop), _MOST)
    return as_json({"shifts": [shift_document(one) for one in found]})


@for_roles(*_READERS)
def show_shift(shop: str, shift: str) -> Response:
    """The report of a shift, each sale beside its order as it is today."""
    found = shift_of(parts(), parts().shops.get(shop), uuid_in(shift))
    return as_json(report_document(report_of(parts(), found)))


def _asks(shop: str) -> Identity:
    asks = require(Role.STAFF, shop=shop)
    slow_down("till", limit=240)
    return asks


def _till(shop: Shop, asks: Identity) -> Till:
    """The caller's open till. Raises `ShiftOver`."""
    return Till(shop=shop, actor=asks.actor, shift=tills(parts()).open_id(shop.id, asks.actor))


def _wish(asks: Identity, *scope: str) -> TillWish:
    return TillWish(correlation_id=correlation_id(*scope, asks.name), actor=asks.actor)


def _money(shop: Shop, minor: int) -> Money:
    return Money(minor, shop.terms.currency)


def _tickets(order: Order) -> list[dict[str, Any]]:
    return [
        {"ticket": one.number, "product": one.line.product, "code": one.code}
        for one in order.valid_tickets
    ]
