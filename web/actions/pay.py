"""Paying: an attempt's page is asked for, looked at and closed; only one may be paid at a time."""

from dataclasses import dataclass
from uuid import UUID

from ledger.kernel.refusals import NotPayable
from ledger.order.commands import RequestPayment
from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.payment_attempt import Attempt
from ledger.order.status import status
from ledger.payments.payment_pages import open_attempts
from ledger.payments.provider import payment_request, start_payment
from web.actions.wish import Wish
from web.http.addresses import return_address
from web.wiring.parts import Parts, open_pages

# Whoever comes back looks every few seconds; the provider is asked less often than that.
LOOKS_PER_MINUTE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The order with what its payment pages have come to, as their webhooks would have told it.

    `answered`: every page that may still bring money was looked at just now.
    """

    order: Order
    answered: bool


def look_there(parts: Parts, order: Order) -> Looked:
    """Look at every page that may still bring money, whatever the last word about it was."""
    waiting = [one for one in open_attempts(order) if one.provider in parts.pages]
    if not waiting:
        return Looked(order=order, answered=False)
    answers = [_answered(parts, order, one) for one in waiting]
    return Looked(order=parts.orders.get(order.id), answered=all(answers))


def _answered(parts: Parts, order: Order, attempt: Attempt) -> bool:
    asked = f"look/{attempt.correlation_id}"
    if not parts.limits.hit(asked, per_seconds=60, limit=LOOKS_PER_MINUTE):
        return False
    return open_pages(parts).look(order, attempt) is not None


def ask_for_page(parts: Parts, order: Order, attempt_id: UUID, *, again: bool = False) -> Order:
    """The order with the provider's answer. Without one, recovery settles it later.

    `again`: somebody asked before, so long ago that they have given up waiting.
    """
    attempt = order.attempts[attempt_id]
    provider = parts.providers.get(attempt.provider)
    if provider is None or not attempt.unanswered:
        return order
    return start_payment(
        parts.orders,
        provider,
        order.id,
        attempt_id,
        return_url=return_address(parts.settings.base_url, order.terms.shop_slug, order.id),
        again=again,
        known=order,
    )


def another_page(parts: Parts, order: Order, wish: Wish) -> tuple[Order, Attempt | None]:
    """A new attempt, once no other can be paid any more; the attempt whose page may be handed out.

    While a provider does not let the last page be closed, it is that one. None while the money is
    under way, and when the order turned out paid. Raises `NotPayable`.
    """
    order = look_there(parts, order).order
    if order.under_way and payable(order):
        return order, None
    kept = open_pages(parts).cannot_be_closed(order, wish["at"])
    if kept is not None and payable(order):
        return order, kept
    asked = parts.orders.handle(order.id, _request(parts, order, wish))
    return page_to_pay(parts, asked, wish["correlation_id"])


def _request(parts: Parts, order: Order, wish: Wish) -> RequestPayment:
    """At the provider that the shop has today."""
    provider = parts.providers.get(parts.shops.get(order.terms.shop_slug).terms.provider)
    if provider is None:
        raise NotPayable(status=status(order))
    return payment_request(provider, **wish)


def page_to_pay(
    parts: Parts, order: Order, attempt_id: UUID, *, again: bool = False
) -> tuple[Order, Attempt | None]:
    """Ask for a page and close those that it replaces; the attempt whose page may be handed out.

    None when the order turned out paid. While an older page is not known to be closed, nobody is
    given a second one (SPEC P15).
    """
    asked = ask_for_page(parts, order, attempt_id, again=again)
    left = [one for one in open_pages(parts).close_replaced(asked) if _lasts(parts, one)]
    # The only page replaces none: then nothing was asked since, and the answer is the newest word.
    order = parts.orders.get(order.id) if len(asked.attempts) > 1 else asked
    mine = order.attempts[attempt_id]
    if mine.redirect_url and (left or not payable(order)):
        open_pages(parts).close(order, mine)
        return parts.orders.get(order.id), left[0] if left else None
    return order, mine


def _lasts(parts: Parts, attempt: Attempt) -> bool:
    return attempt.expires_at is None or attempt.expires_at > parts.clock()


def close_pages(parts: Parts, order: Order) -> Order:
    """The order once nobody shall pay any more, with what closing its pages told, best effort."""
    if not open_attempts(order):
        return order
    open_pages(parts).close_all(order)
    return parts.orders.get(order.id)


def paid_without_page(attempt: Attempt | None) -> bool:
    """Whether the order's own page tells how to pay it."""
    if attempt is None or attempt.redirect_url:
        return False
    return attempt.open and bool(attempt.session)
