"""Orders of a shop, searched and listed for staff and auditors, the newest first."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response

from ledger.kernel.clocks import storable
from ledger.order.status import FLAGS, Status
from ledger.staff.role import Role
from projections.order_search import OrderSearch, end_of
from projections.order_words import SHORTEST
from web.actions.find_orders import Listed, find
from web.api.bodies import as_json
from web.api.pages import cursor, one_of, page_limit, place, text
from web.http.access import for_roles
from web.http.current import parts
from web.http.problems import ProblemRaised


def hang_up(api: Blueprint) -> None:
    """Put the call at its address."""
    api.get("/shops/<shop>/orders")(search_orders)


@for_roles(Role.STAFF, Role.AUDITOR)
def search_orders(shop: str) -> Response:
    """A page of the shop's orders that match all that was asked for."""
    query, search = text("query"), _search(shop)
    found = find(parts(), query, search, label=text("label"), limit=page_limit())
    if found.too_short:
        detail = f"A part of a name has at least {SHORTEST} letters."
        raise ProblemRaised("bad-request", detail=detail)
    after = cursor(found.onward) if found.onward else None
    return as_json({"orders": [_told(one) for one in found.orders], "after": after})


def _search(shop: str) -> OrderSearch:
    zone = ZoneInfo(parts().shops.get(shop).terms.timezone)
    until, after = _day("until", zone), text("after")
    search = OrderSearch(
        shops=(shop,),
        status=one_of("status", Status),
        products=(text("product"),) if text("product") else (),
        flags=(flag,) if (flag := one_of("flag", FLAGS)) else (),
        before=place(after) if after else end_of(until + timedelta(days=1) if until else None),
    )
    since = _day("since", zone)
    return replace(search, since=since) if since else search


def _day(name: str, zone: ZoneInfo) -> datetime | None:
    """The beginning of a day in the shop's time zone."""
    told = text(name)
    if not told:
        return None
    try:
        day = datetime.strptime(told, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        day = None
    if day is None or not storable(day):
        raise ProblemRaised("bad-request", detail=f"{name} is a day such as 2027-02-12.")
    return day.astimezone(UTC)


def _told(one: Listed) -> Mapping[str, Any]:
    """Amounts in minor units. `customer` is null once the person was erased."""
    page, person = one.page, one.order.terms.customer if one.order else None
    return {
        "id": page.stream,
        "number": page.number,
        "placed_at": page.placed_at,
        "status": page.status,
        "flags": page.flags,
        "currency": page.currency,
        "total": page.total,
        "received": page.received,
        "refunded": page.refunded,
        "payment_reference": page.payment_reference,
        "labels": one.order.labels if one.order else (),
        "customer": None
        if person is None
        else {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
        },
    }
