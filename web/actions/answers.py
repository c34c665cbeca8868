"""What is answered about tickets, and to whom they are sent on: pages and the API ask alike."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hmac import compare_digest
from uuid import UUID

from ledger.kernel.refusals import LinkInvalid, UnknownOrder
from ledger.kernel.store import LedgerUnavailable
from ledger.order.cancellation_policy import code_hash
from ledger.order.commands import ChangeAnswers, CorrectAnswers, SendTicket, TakeTicketBack
from ledger.order.holder import Sending
from ledger.order.order import Order
from ledger.order.stamps import TicketAnswers
from ledger.order.tickets import TicketCode
from web.actions.place import holders
from web.actions.wish import Wish
from web.wiring.parts import Parts

# Who acts by the address of a ticket's own page.
HOLDER = "holder"
_LINKS = UUID("2c1f1bb0-6a0c-4a53-9a56-6d2a2f3f6c11")
_RANDOM = 16
_LONGEST = 200


def answer(
    parts: Parts,
    order: UUID,
    wish: Wish,
    *,
    tickets: Sequence[TicketAnswers],
    seen: int | None = None,
) -> Order:
    """The order after these answers. Raises the refusals of `ChangeAnswers`."""
    told = holders(parts, (one.answers for one in tickets))
    command = ChangeAnswers(**wish, tickets=tuple(tickets), holders=told, seen=seen)
    return parts.orders.handle(order, command)


def correction(
    parts: Parts, wish: Wish, *, reason: str, version: int, tickets: Sequence[TicketAnswers]
) -> CorrectAnswers:
    """The same wish of ticket sales."""
    told = holders(parts, (one.answers for one in tickets))
    return CorrectAnswers(
        **wish, reason=reason, version=version, tickets=tuple(tickets), holders=told
    )


def send_on(
    parts: Parts,
    order: UUID,
    wish: Wish,
    *,
    ticket: int,
    email: str,
    language: str,
    seen: int | None = None,
) -> Order:
    """The order after a ticket was sent on. Raises the refusals of `SendTicket`."""
    command = SendTicket(
        **wish,
        ticket=ticket,
        email=email,
        email_index=parts.keyring.blind_index(email),
        language=language,
        code=link_code(parts, order),
        ticket_code=_fresh(parts),
        seen=seen,
    )
    return parts.orders.handle(order, command)


def take_back(
    parts: Parts, order: UUID, wish: Wish, *, ticket: int, seen: int | None = None
) -> Order:
    """The order after a ticket was taken back. Raises the refusals of `TakeTicketBack`."""
    command = TakeTicketBack(**wish, ticket=ticket, ticket_code=_fresh(parts), seen=seen)
    return parts.orders.handle(order, command)


def _fresh(parts: Parts) -> TicketCode:
    (fresh,) = parts.draw_tickets(1)
    return fresh


def link_code(parts: Parts, order: UUID) -> str:
    """What opens a ticket's own page: sealed, so that it tells nobody which order it is of."""
    sealed = parts.keyring.seal_note(_LINKS, order.bytes + secrets.token_bytes(_RANDOM))
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def held_by_link(parts: Parts, shop: str, code: str) -> tuple[Order, Sending]:
    """The order and the sending that a code opens the page of, whether or not it still stands.

    Raises `LinkInvalid`: for what is no code of ours, of another shop, or of nobody any more.
    """
    try:
        order = parts.orders.get(_order_of(parts, code))
    except UnknownOrder:
        raise LinkInvalid from None
    if order.terms.shop_slug != shop or order.erased:
        raise LinkInvalid
    digest = code_hash(code)
    found = [one for one in order.sendings if compare_digest(one.link_hash, digest)]
    if not found:
        raise LinkInvalid
    return order, found[-1]


def _order_of(parts: Parts, code: str) -> UUID:
    try:
        if len(code) > _LONGEST or not code.isascii():
            raise LinkInvalid
        padded = code + "=" * (-len(code) % 4)
        opened = parts.keyring.open_note(_LINKS, urlsafe_b64decode(padded))
    except LedgerUnavailable:
        raise
    except Exception:  # no note at all, or one that was sealed elsewhere
        raise LinkInvalid from None
    if opened is None or len(opened) != 16 + _RANDOM:
        raise LinkInvalid
    return UUID(bytes=opened[:16])
