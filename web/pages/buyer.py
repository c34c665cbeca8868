"""Whether a browser is the buyer's: it placed the order, or its person's address is the order's."""

from flask import session

from ledger.order.order import Order
from web.http.person import account_here

_PLACED, _MOST = "placed", 5


def remember(order: Order) -> Order:
    """This browser placed the order: its pages may show and offer what is the buyer's alone."""
    earlier = [one for one in session.get(_PLACED, []) if one != str(order.id)]
    session[_PLACED] = [*earlier, str(order.id)][-_MOST:]
    return order


def placed_here(order: Order) -> bool:
    """Whether this browser placed it."""
    return str(order.id) in session.get(_PLACED, [])


def is_buyer_here(order: Order) -> bool:
    """Whether whoever looks has shown that they ordered it; the address alone shows nothing."""
    if placed_here(order):
        return True
    account = account_here()
    if account is None:
        return False
    owned = account.id == order.terms.account or order.id in account.claimed
    return owned or account.email_index == order.terms.email_index
