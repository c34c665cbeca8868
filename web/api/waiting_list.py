"""Waiting in line for what sold out: ask, confirm with the letter's code, look, leave."""

from typing import Annotated, Any
from uuid import UUID

from flask import Blueprint, Response
from msgspec import Meta

from ledger.kernel.refusals import CustomerInvalid
from ledger.shop.mail_address import is_recipient
from ledger.waiting_list.place import PlaceState, WaitingPlace
from ledger.waiting_list.refusals import UnknownPlace
from ledger.waiting_list.wish import LINK_LIVES, PlaceAsked
from web.actions import waiting_list as actions
from web.api.bodies import Body, as_json, read
from web.http.addresses import now
from web.http.current import parts
from web.http.rate_limit import slow_down

PRESSES = 30


class WaitBody(Body, frozen=True):
    """What is waited for, and where the letter goes that asks to confirm it."""

    product: Annotated[str, Meta(max_length=200)]
    email: Annotated[str, Meta(max_length=1000)]
    quantity: Annotated[int, Meta(ge=1, le=1000)] = 1
    language: Annotated[str, Meta(max_length=35)] = "en"


class PlaceCodeBody(Body, frozen=True):
    """The code of the letter that asks to confirm."""

    code: Annotated[str, Meta(max_length=200)]


class PlaceBody(Body, frozen=True):
    """A place in line, and the code that shows whose it is."""

    place: UUID
    code: Annotated[str, Meta(max_length=200)]


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.post("/shops/<shop>/waiting-list")(ask_for_place)
    api.post("/shops/<shop>/waiting-list/confirm")(confirm_place)
    api.post("/shops/<shop>/waiting-list/place")(show_place)
    api.post("/shops/<shop>/waiting-list/leave")(leave_place)


def ask_for_place(shop: str) -> Response:
    """A letter goes to the address; the answer is the same whoever waits already."""
    slow_down("line", limit=PRESSES)
    body, found = read(WaitBody), parts().shops.get(shop)
    email = body.email.strip()
    if not is_recipient(email):
        raise CustomerInvalid(field="email", rule="email")
    wired = parts()
    actions.check_line(wired, found, body.product, body.quantity)
    asked = PlaceAsked(
        shop=shop,
        product=body.product,
        quantity=body.quantity,
        email=email,
        language=body.language,
        until=now() + LINK_LIVES,
    )
    wired.aside(lambda: actions.ask_for_place(wired, asked))
    return as_json({}, status=202)


def confirm_place(shop: str) -> Response:
    """Take the place; again it tells how it stands."""
    slow_down("line-link", limit=PRESSES)
    body = read(PlaceCodeBody)
    parts().shops.get(shop)
    return _told(actions.confirm(parts(), shop, body.code))


def show_place(shop: str) -> Response:
    """How a place stands."""
    slow_down("place", limit=PRESSES)
    body = read(PlaceBody)
    return _told(place_of(shop, body))


def leave_place(shop: str) -> Response:
    """Wait no longer."""
    slow_down("place", limit=PRESSES)
    body = read(PlaceBody)
    return _told(actions.leave_by_link(parts(), shop, body.place, body.code))


def place_of(shop: str, body: PlaceBody) -> WaitingPlace:
    """The place that a body names with its code. Raises `UnknownPlace`."""
    if not body.code.isascii():
        raise UnknownPlace
    return actions.place_by_link(parts(), shop, body.place, body.code)


def _told(place: WaitingPlace) -> Response:
    terms = place.terms
    waits = place.state is PlaceState.WAITING
    answer: dict[str, Any] = {
        "place": place.id,
        "code": terms.code,
        "product": terms.product,
        "quantity": terms.quantity,
        "state": place.state,
        "ahead": actions.ahead_of(parts(), place) if waits else None,
        "held_until": place.until,
        "order": place.order,
    }
    return as_json(answer)
