"""The cart of whoever asks: found by a random word that only their browser has.

It is asked for here and nowhere else, so this is where the cart of an account will be found, too.
"""

import re
from collections.abc import Callable
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from flask import Flask, Response, after_this_request, current_app, g, request

from ledger.cart.cart import KEPT, Cart
from ledger.kernel.refusals import Busy
from web.http.addresses import now
from web.http.current import parts

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
        g.cart = _read(_word())[1]
    found: Cart = g.cart
    return found


def change_cart(change: Callable[[Cart], Cart]) -> Cart:
    """The visitor's cart after a change, which is tried again if another tab was faster.

    A browser that has no cart of ours gets a word of our choosing, never one that it brought.
    Raises `Busy` and whatever the change raises.
    """
    word = _word()
    version, cart = _read(word)
    if word is None or not version:
        word, version, cart = token_urlsafe(32), 0, Cart()
    for _ in range(_TRIES):
        after = change(cart)
        if after == cart or parts().carts.keep(_hash(word), after, version=version, at=now()):
            g.cart = after
            if version or after != cart:
                _hand_out(word)
            return after
        version, cart = _read(word)
    raise Busy(UUID(bytes=_hash(word)[:16]))


def _word() -> str | None:
    word = request.cookies.get(_name(), "")
    return word if _WORD.fullmatch(word) else None


def _read(word: str | None) -> tuple[int, Cart]:
    return parts().carts.read(_hash(word)) if word else (0, Cart())


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
        response.set_cookie(
            _name(), word, max_age=KEPT, samesite="Lax", httponly=True, secure=_secure()
        )
        return response
