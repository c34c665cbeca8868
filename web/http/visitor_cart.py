"""The cart of whoever asks: by a random word that only their browser has, or by their account.

A guest's cart joins the account's when they sign in: what both held is there once, in the larger
number, so that whoever signs in twice, or put the same into both, does not buy it twice.
"""

import re
from collections.abc import Callable
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID, uuid4

from flask import Flask, Response, after_this_request, current_app, g, request

from ledger.cart.cart import KEPT, Cart
from ledger.kernel.refusals import Busy
from web.actions.carts_of_accounts import account_cart
from web.http.addresses import now
from web.http.current import parts
from web.http.session import signed_in

_WORD = re.compile(r"[A-Za-z0-9_-]{43}")
_TRIES = 20


def add_count(app: Flask) -> None:
    """Every page tells how much is in the cart."""
    app.context_processor(lambda: {"cart_count": cart_count})


def cart_count() -> int:
    """How many pieces the visitor's cart holds, as far as it can be read."""
    return cart_beside().count


def cart_beside() -> Cart:
    """The cart for a page that is about something else, and that goes without it if need be."""
    try:
        return visitor_cart()
    except Exception:
        return Cart()


def visitor_cart() -> Cart:
    """The cart of this visitor, read once for a request; empty if there is none."""
    if "cart" not in g:
        hashed = _hash_here()
        g.cart = parts().carts.read(hashed)[1] if hashed else Cart()
    found: Cart = g.cart
    return found


def change_cart(change: Callable[[Cart], Cart]) -> Cart:
    """The visitor's cart after a change, which is tried again if another tab was faster.

    A browser that has no cart of ours gets a word of our choosing, never one that it brought.
    Raises `Busy` and whatever the change raises.
    """
    if (session := signed_in("customer")) is not None:
        after, _ = _changed(account_cart(session.subject), change)
        g.cart = after
        return after
    word = _word()
    if word is None or not parts().carts.read(_hash(word))[0]:
        word = token_urlsafe(32)
    after, kept = _changed(_hash(word), change)
    g.cart = after
    if kept:
        _hand_out(word)
    return after


def join_carts(account: UUID) -> bool:
    """What this browser's guest meant to buy goes into the account's cart; whether there was any.

    The browser's own cart is empty afterwards, and its word is taken back.
    """
    word = _word()
    version, guest = parts().carts.read(_hash(word)) if word else (0, Cart())
    if word is None or guest == Cart():
        return False
    g.cart, _ = _changed(account_cart(account), lambda cart: cart.joined(guest, key=uuid4()))
    parts().carts.keep(_hash(word), Cart(), version=version, at=now())
    _hand_out("")
    return bool(guest.groups)


def _changed(id_hash: bytes, change: Callable[[Cart], Cart]) -> tuple[Cart, bool]:
    """A cart after a change, and whether it is kept. Tried again if another tab was faster."""
    for _ in range(_TRIES):
        version, cart = parts().carts.read(id_hash)
        after = change(cart)
        if after == cart:
            return after, bool(version)
        if parts().carts.keep(id_hash, after, version=version, at=now()):
            return after, True
    raise Busy(UUID(bytes=id_hash[:16]))


def _hash_here() -> bytes | None:
    """Under what the cart of whoever asks is kept; None if they have none yet."""
    if (session := signed_in("customer")) is not None:
        return account_cart(session.subject)
    word = _word()
    return _hash(word) if word else None


def _word() -> str | None:
    word = request.cookies.get(_name(), "")
    return word if _WORD.fullmatch(word) else None


def _hash(word: str) -> bytes:
    return sha256(word.encode()).digest()


def _secure() -> bool:
    """By our public address: behind a proxy each request seems to come without TLS."""
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _name() -> str:
    return "__Host-cart" if _secure() else "cart"


def _hand_out(word: str) -> None:
    @after_this_request
    def keep_word(response: Response) -> Response:
        kept = KEPT if word else 0
        response.set_cookie(
            _name(), word, max_age=kept, samesite="Lax", httponly=True, secure=_secure()
        )
        return response
