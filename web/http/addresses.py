"""From the names in an address to what they name. Whatever is not there looks the same."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import g, request

from ledger.kernel.events import Recorded
from ledger.kernel.refusals import UnknownOrder
from ledger.order.order import Order
from ledger.shop.shop import Shop
from web.http.current import parts

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOBODY = UUID(int=0)


def order_in(shop: str, order: str) -> Order:
    """The order of this shop. An id that is none is looked up too: it takes the same time."""
    return _of_shop(parts().orders.get(uuid_in(order)), shop)


def order_and_history(shop: str, order: str) -> tuple[Order, Sequence[Recorded[object]]]:
    """The same, with its stamps: both from one reading."""
    found, history = parts().orders.read(uuid_in(order))
    return _of_shop(found, shop), history


def _of_shop(order: Order, shop: str) -> Order:
    if order.terms.shop_slug != shop:
        raise UnknownOrder
    return order


def uuid_in(text: str) -> UUID:
    """The identifier in an address; nobody's when it is none."""
    return UUID(text) if _ID.fullmatch(text) else _NOBODY


def number_in(text: str) -> int:
    """The number in an address, such as a ticket's; 0, which is none, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def shop_here() -> Shop | None:
    """The shop that the address of this request begins with, whatever follows; None without one.

    Pages about an outage ask too, so it fails over nothing.
    """
    if "shop_here" not in g:
        g.shop_here = _shop_of(request.path)
    found: Shop | None = g.shop_here
    return found


def _shop_of(path: str) -> Shop | None:
    slug = path.lstrip("/").partition("/")[0]
    try:
        shops = parts().shops
        return shops.lately(slug) or (shops.get(slug) if slug in shops.slugs() else None)
    except Exception:
        return None


def return_url(shop: str, order: UUID) -> str:
    """Where the provider sends the customer back to. One order, one address: keys depend on it."""
    return return_address(parts().settings.base_url, shop, order)


def return_address(base_url: str, shop: str, order: UUID) -> str:
    """The same, for whoever asks outside of a request."""
    return f"{base_url.rstrip('/')}/{shop}/orders/{order}?paid=1"


def now() -> datetime:
    """The time of this request."""
    return parts().clock()
