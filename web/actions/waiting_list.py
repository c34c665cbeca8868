"""Waiting in line: asked for, confirmed by the mailbox, looked at, left; the same for every door.

Whether an address waits already changes nothing of what is answered: whoever asks is told of a
letter, and the letter is the same. Only who reads that mailbox learns more.
"""

from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from uuid import UUID

import structlog

from ledger.cart.appraisal import quotas_of
from ledger.kernel.events import derived
from ledger.kernel.refusals import (
    QuantityNotAllowed,
    UnknownProduct,
)
from ledger.order.decisions.place import LANGUAGES
from ledger.shop.shop import Shop, free_seats
from ledger.shop.texts import language_of
from ledger.waiting_list.place import WaitingPlace
from ledger.waiting_list.refusals import NobodyWaits, NotSoldOut, UnknownPlace
from ledger.waiting_list.service import VISITOR, PlaceWish
from ledger.waiting_list.stamps import Leaving
from ledger.waiting_list.wish import PlaceAsked
from web.wiring.parts import Parts

LETTERS, PER_SECONDS = 3, 3600
_log = structlog.get_logger("web.waiting_list")


def check_line(parts: Parts, shop: Shop, product: str, quantity: int) -> None:
    """Whether one can wait for so many of a product; the same for everybody.

    Raises `UnknownProduct`, `NobodyWaits`, `QuantityNotAllowed`, `NotSoldOut`.
    """
    known = shop.products.get(product)
    if known is None:
        raise UnknownProduct(product)
    on_sale = known in shop.on_sale(parts.clock())
    if not shop.lets_wait or not known.quotas or not on_sale:
        raise NobodyWaits
    if not 0 < quantity <= known.max_per_order:
        raise QuantityNotAllowed(product=product, maximum=known.max_per_order)
    totals = shop.in_open_sale(parts.seats(quotas_of([shop])))
    if min(free_seats(totals, quota) for quota in shop.quota_ids(known)) >= quantity:
        raise NotSoldOut(product)


def ask_for_place(parts: Parts, asked: PlaceAsked) -> None:
    """A letter to confirm goes to its address, unless it got many lately; nobody is told which."""
    if parts.send_place_link is None:
        return
    index = parts.keyring.blind_index(asked.email)
    if not parts.limits.hit(f"place/{index}", per_seconds=PER_SECONDS, limit=LETTERS):
        _log.info("no link", why="many lately")
        return
    code = token_urlsafe(32)
    parts.place_links.keep(code, asked, at=parts.clock())
    if not parts.send_place_link(asked, code=code):
        _log.error("no link", why="the mail server did not take it")


def asked_by(parts: Parts, shop: str, code: str) -> PlaceAsked | None:
    """What a link would confirm, if it still can. Looking changes nothing."""
    asked = parts.place_links.look(code)
    good = asked is not None and asked.shop == shop and parts.clock() < asked.until
    return asked if good else None


def confirm(parts: Parts, shop: str, code: str) -> WaitingPlace:
    """The place of whoever pressed: theirs from now on, or since they pressed first.

    Raises `UnknownPlace` for a link that is too old, and `NobodyWaits`.
    """
    asked = asked_by(parts, shop, code)
    if asked is None:
        raise UnknownPlace
    return _taken(parts, parts.shops.newest(shop), asked, code)


def take_place(parts: Parts, shop: Shop, asked: PlaceAsked) -> WaitingPlace:
    """A place at once, for whoever is signed in with this address: it is proven already."""
    return _taken(parts, shop, asked, token_urlsafe(32))


def _taken(parts: Parts, shop: Shop, asked: PlaceAsked, code: str) -> WaitingPlace:
    hashed = sha256(code.encode())
    wish = PlaceWish(
        product=asked.product,
        quantity=asked.quantity,
        language=spoken if (spoken := language_of(asked.language)) in LANGUAGES else "en",
        email=asked.email,
        email_index=parts.keyring.blind_index(asked.email),
        code=code,
        code_hash=hashed.hexdigest(),
        correlation_id=derived(UUID(bytes=hashed.digest()[:16]), "place"),
    )
    return parts.waiting.take(shop, wish)


def place_by_link(parts: Parts, shop: str, place: UUID, code: str) -> WaitingPlace:
    """The place of a link; raises `UnknownPlace`, whatever it is that is wrong."""
    found = parts.waiting.get(place)
    hashed = sha256(code.encode()).hexdigest()
    right = compare_digest(hashed, found.terms.code_hash)
    if not right or found.terms.shop_slug != shop or found.erased:
        raise UnknownPlace
    return found


def leave_by_link(parts: Parts, shop: str, place: UUID, code: str) -> WaitingPlace:
    """Whoever waits leaves; seats that were held are free for who is next."""
    found = place_by_link(parts, shop, place, code)
    return parts.waiting.leave(found.id, Leaving.LINK, actor=VISITOR)


def ahead_of(parts: Parts, place: WaitingPlace) -> int:
    """How many people stand before somebody who waits."""
    terms = place.terms
    return parts.views.count_ahead(terms.shop_slug, terms.product, place.rank)
