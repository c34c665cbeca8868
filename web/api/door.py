"""Doors: tickets let in and out, one by one or from a queue, undone, counted and looked up."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from flask import Blueprint, Response, request
from msgspec import Meta

from ledger.order.admission import EVERYWHERE, TicketState, entries_of, state, ticket_with, tickets
from ledger.order.attendance import DAY_BEGINS, Scan, day_of
from ledger.order.order import Order
from ledger.order.ticket_answers import holder_name
from ledger.order.tickets import Ticket
from ledger.shop.admission import is_day
from ledger.shop.shop import Shop
from ledger.staff.role import Role
from projections.order_json import moment
from projections.order_search import OrderSearch
from web.actions import door as actions
from web.actions.device_clock import DeviceClock, clock_of
from web.actions.door import Answer, AtDoor, WantedScan
from web.actions.door_counts import doors_on
from web.actions.find_orders import Listed, find
from web.actions.wish import Wish
from web.admin.signed_in import signed_in
from web.api.bodies import Body, as_json, read
from web.http.access import bearer, denied, require
from web.http.addresses import now
from web.http.current import parts
from web.http.identity import Identity
from web.http.problems import ProblemRaised
from web.i18n.door_words import sentence

_DEVICE = re.compile(r"[A-Za-z0-9._-](?:[A-Za-z0-9 ._-]{0,38}[A-Za-z0-9._-])?")
_FOUND = 20
Door = Annotated[
    str,
    Meta(max_length=63, pattern="^[a-z0-9][a-z0-9-]*$", description="One of the shop's doors."),
]
Code = Annotated[str, Meta(max_length=100, description="As it was scanned or typed.")]
Moment = Annotated[
    datetime, Meta(tz=True, description="By the device's own clock, with its offset.")
]


class ScanBody(Body, frozen=True):
    """One scan: by `code`, or by `order` and the number of the `ticket` in it.

    `scan` is made by the device for each scan, and is the same when the scan is sent again.
    """

    scan: UUID
    door: Door
    sent_at: Moment
    code: Code = ""
    order: UUID | None = None
    ticket: Annotated[int, Meta(ge=0, le=1000)] = 0


class QueuedScan(Body, frozen=True):
    """A scan that was made off line: somebody was let in, or left."""

    scan: UUID
    way: Literal["in", "out"]
    door: Door
    code: Code
    scanned_at: Moment


class QueueBody(Body, frozen=True):
    """Scans in the order in which they were made. The same again changes nothing."""

    sent_at: Moment
    entries: Annotated[list[QueuedScan], Meta(min_length=1, max_length=200)]


class UndoBody(Body, frozen=True):
    """A check-in that was a mistake, and why; that is kept sealed."""

    scan: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


def hang_up(api: Blueprint) -> None:
    """Put the calls at their addresses."""
    api.get("/shops/<shop>/door")(about)
    api.post("/shops/<shop>/door/check-ins")(check_in)
    api.post("/shops/<shop>/door/exits")(check_out)
    api.post("/shops/<shop>/door/queue")(queue)
    api.post("/shops/<shop>/door/undo")(undo)
    api.get("/shops/<shop>/door/counters")(counters)
    api.get("/shops/<shop>/door/search")(search)


def about(shop: str) -> Response:
    """What a device has to know of a shop before it lets anybody in."""
    asks = asks_at_door(shop)
    found, at = parts().shops.get(shop), now()
    terms = found.terms
    return as_json(
        {
            "shop": found.slug,
            "name": terms.name,
            **rules_of(found),
            "now": moment(at),
            "day": day_of(at, terms.timezone),
            "starts_at": moment(terms.starts_at),
            "doors_at": moment(terms.doors_at),
            "ends_at": moment(terms.ends_at),
            "key": parts().keyring.door_seal.public_key,
            "signed_in": asks.name,
        }
    )


def rules_of(shop: Shop) -> dict[str, Any]:
    """Which doors there are, and when and where each product lets in."""
    rules = shop.admissions
    titles = {one.slug: one.title for one in shop.products.values()}
    return {
        "timezone": shop.terms.timezone,
        "day_begins": DAY_BEGINS,
        "doors": shop.doors,
        "products": {
            slug: {
                "title": titles.get(slug, {"en": slug}),
                "days": one.days,
                "doors": one.doors,
                "reentry": one.reentry,
                "hand_out": one.hand_out,
            }
            for slug, one in sorted(rules.items())
        },
    }


def check_in(shop: str) -> Response:
    """Somebody wants to come in."""
    return _scanned(shop, inward=True)


def check_out(shop: str) -> Response:
    """Somebody leaves."""
    return _scanned(shop, inward=False)


def _scanned(shop: str, *, inward: bool) -> Response:
    asks, device = _asks_to_write(shop)
    body = read(ScanBody)
    at = _at_door(shop, asks, device, body.sent_at)
    if bool(body.code) == bool(body.order and body.ticket):
        raise ProblemRaised("invalid-body", detail="Either a code, or an order and its ticket.")
    if body.door not in at.shop.doors:
        detail = f"door: one of {', '.join(at.shop.doors)}."
        raise ProblemRaised("invalid-body", detail=detail)
    wanted = WantedScan(
        id=body.scan,
        door=body.door,
        inward=inward,
        scanned_at=at.clock.received,
        code=body.code,
        order=body.order,
        number=body.ticket,
    )
    answer = actions.scan(parts(), at, wanted)
    told = told_of(at.shop, answer)
    about = {key: ", ".join(told[key]) for key in ("days", "doors") if told[key]}
    return as_json({**told, "text": sentence(answer, about), "clock": _clock_json(at.clock)})


def queue(shop: str) -> Response:
    """Scans that a device made off line, in one go."""
    asks, device = _asks_to_write(shop)
    body = read(QueueBody)
    at = _at_door(shop, asks, device, body.sent_at)
    wanted = [
        WantedScan(
            id=one.scan,
            door=one.door,
            inward=one.way == "in",
            scanned_at=one.scanned_at,
            code=one.code,
            queued=True,
        )
        for one in body.entries
    ]
    answers = actions.enter_queue(parts(), at, wanted)
    entries = [
        {**told_of(at.shop, one), "recorded": one.recorded, "stands": one.stands} for one in answers
    ]
    return as_json({"clock": _clock_json(at.clock), "entries": entries})


def undo(shop: str) -> Response:
    """A check-in was a mistake."""
    asks, _device = _asks_to_write(shop)
    body, found = read(UndoBody), parts().shops.get(shop)
    wish = Wish(correlation_id=uuid4(), actor=asks.actor, at=now())
    order, scan, before = actions.undo(parts(), found, body.scan, wish, body.reason)
    ticket = ticket_with(order, scan.ticket)
    return as_json(
        {
            "scan": body.scan,
            "undone": True,
            "repeated": before,
            "ticket": ticket_json(found, order, ticket) if ticket else None,
        }
    )


def counters(shop: str) -> Response:
    """Who is inside at each door of a day, and how many tickets could be."""
    asks_at_door(shop)
    found = parts().shops.get(shop)
    day = request.args.get("day") or day_of(now(), found.terms.timezone)
    if not is_day(day):
        raise ProblemRaised("bad-request", detail="day: such as 2027-02-12.")
    doors = doors_on(parts(), found, day)
    return as_json(
        {
            "day": day,
            "doors": {
                one.door: {
                    "inside": one.inside,
                    "entered": one.entered,
                    "left": one.left,
                    "tickets": one.tickets,
                }
                for one in doors
            },
            "by_product": {one.door: one.by_product for one in doors},
            "expected": parts().views.count_valid_tickets(found.slug),
        }
    )


def search(shop: str) -> Response:
    """Orders by number, name, address or code, with their tickets: for who has none at hand."""
    asks_at_door(shop)
    found = parts().shops.get(shop)
    text = request.args.get("query", "")[:200]
    listed = find(parts(), text, OrderSearch(shops=(found.slug,)), limit=_FOUND)
    orders = [_listed_json(found, one) for one in listed.orders if text.strip()]
    return as_json({"too_short": listed.too_short, "orders": orders})


def _listed_json(shop: Shop, listed: Listed) -> dict[str, Any]:
    order = listed.order
    return {
        "order": listed.page.stream,
        "number": listed.page.number,
        "name": listed.name,
        "status": listed.page.status,
        "tickets": [_ticket_found(order, one) for one in tickets(order)] if order else [],
    }


def _ticket_found(order: Order, ticket: Ticket) -> dict[str, Any]:
    used = max(entries_of(order, ticket), key=lambda one: one.at, default=None)
    return {
        "number": ticket.number,
        "count": ticket.count,
        "product": ticket.line.product,
        "title": ticket.line.title,
        "state": state(order, ticket),
        "used": _used_json(used),
    }


def told_of(shop: Shop, answer: Answer) -> dict[str, Any]:
    """The answer to a scan as a document."""
    order, ticket = answer.order, answer.ticket
    rules = shop.admissions.get(ticket.line.product, EVERYWHERE) if ticket else EVERYWHERE
    return {
        "scan": answer.scan,
        "result": answer.word,
        "day": answer.day,
        "door": answer.door,
        "ticket": ticket_json(shop, order, ticket) if order and ticket else None,
        "again": answer.again,
        "repeated": answer.repeated,
        "used": _used_json(answer.used),
        "why": answer.why or None,
        "days": rules.days if answer.word == "wrong_day" else None,
        "doors": rules.doors if answer.word == "wrong_door" else None,
    }


def ticket_json(shop: Shop, order: Order, ticket: Ticket) -> dict[str, Any]:
    """A ticket as whoever holds the device sees it."""
    rules = shop.admissions.get(ticket.line.product, EVERYWHERE)
    how: TicketState = state(order, ticket)
    return {
        "order": order.id,
        "order_number": order.number,
        "number": ticket.number,
        "count": ticket.count,
        "product": ticket.line.product,
        "title": ticket.line.title,
        "hand_out": rules.hand_out,
        "holder": holder_name(order, ticket) or None,
        "state": how,
    }


def _used_json(scan: Scan | None) -> dict[str, Any] | None:
    if scan is None:
        return None
    return {
        "at": moment(scan.at),
        "door": scan.door,
        "day": scan.day,
        "device": scan.device,
        "scan": scan.id,
    }


def _clock_json(clock: DeviceClock) -> dict[str, Any]:
    return {"ahead": round(clock.ahead.total_seconds(), 1), "wrong": clock.wrong}


def _at_door(shop: str, asks: Identity, device: str, sent_at: datetime) -> AtDoor:
    found, received = parts().shops.get(shop), now()
    clock = clock_of(sent_at, received)
    return AtDoor(shop=found, device=device, actor=asks.actor, clock=clock)


def asks_at_door(shop: str) -> Identity:
    """Whoever holds the device: a program with a token, or somebody who is signed in.

    Raises the problems "unauthorized" and "forbidden".
    """
    asks = signed_in() if bearer() is None else None
    if asks is None:
        return require(Role.DOOR, Role.STAFF, shop=shop)
    if not asks.may(Role.DOOR, Role.STAFF, shop=shop):
        denied(asks, shop=shop)
    return asks


def _asks_to_write(shop: str) -> tuple[Identity, str]:
    """And the name of the device. No form of another site can send a header of this name."""
    asks = asks_at_door(shop)
    device = request.headers.get("Door-Device", "").strip()
    if not _DEVICE.fullmatch(device):
        detail = "Door-Device: a header with the name of the device, 1 to 40 letters and digits."
        raise ProblemRaised("bad-request", detail=detail)
    return asks, device
