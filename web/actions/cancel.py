"""Cancelling: a link and its confirmation, ticket sales' own word, or at once in grace."""

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Literal
from uuid import UUID, uuid4

import structlog

from ledger.kernel.money import Money
from ledger.kernel.store import LedgerUnavailable
from ledger.order.cancellation_policy import code_hash
from ledger.order.commands import (
    CancelInGrace,
    CancelOrder,
    CancelPart,
    ChooseAfterMove,
    ConfirmCancellation,
    GiveUpUnpaid,
    RequestCancellation,
    SwapLines,
)
from ledger.order.order import LinkRequest, Order
from ledger.order.part_policy import PartQuote, quote
from ledger.order.payment_attempt import Attempt
from ledger.order.service import Beside, alone
from ledger.order.stamps import Pieces
from ledger.payments.capture import start_voids
from ledger.payments.refund import send_back
from web.actions.pay import close_pages
from web.actions.wish import Wish
from web.wiring.parts import Parts

# What became of the money that a cancellation sends back.
RefundOutcome = Literal["none", "accepted", "failed", "unknown"]


def send_link(parts: Parts, order_id: UUID, wish: Wish) -> Order:
    """The order once a link goes to its e-mail. Raises `NotCancellable`, `LetterTooSoon`."""
    return parts.orders.handle(order_id, RequestCancellation(**wish, code=token_urlsafe(32)))


def offered(order: Order, pieces: tuple[Pieces, ...], *, waive_fee: bool = False) -> PartQuote:
    """What page, API and command line show before pieces are cancelled, and confirm then.

    Raises `NothingChosen`, `PiecesNotLeft`, `NotCancellable`.
    """
    return quote(order, pieces, waive_fee=waive_fee)


def links_of(order: Order, code: str) -> Sequence[LinkRequest]:
    """The links that this code belongs to, used and replaced ones included, the newest last."""
    hashed = code_hash(code)
    return [link for link in order.links if compare_digest(link.code_hash, hashed)]


def confirm(
    parts: Parts,
    order_id: UUID,
    wish: Wish,
    *,
    code: str,
    shown: Money,
    pieces: tuple[Pieces, ...] = (),
) -> Order:
    """The order cancelled, for exactly the refund that was shown; its correlation id is the link's.

    With `pieces` only these are. Raises `QuoteChanged`, `LinkInvalid`, `NotCancellable`,
    `PiecesNotLeft`, `NothingChosen`.
    """
    confirmed = ConfirmCancellation(**wish, code=code, quote=shown, pieces=pieces)
    # 1. The wish is committed, with the intent of the refund, before anyone outside hears of it.
    order = parts.orders.handle(order_id, confirmed)
    # 2. The provider is asked under the same correlation id; its answer, if any, is stamped.
    return _sent_back(parts, order, confirmed.correlation_id)


def choose(parts: Parts, order_id: UUID, wish: Wish, *, code: str, refund: bool) -> Order:
    """The order of a shop that was moved: kept or, with `refund`, on its way back to the customer.

    Raises `LinkInvalid`, `NotCancellable`.
    """
    order = parts.orders.handle(order_id, ChooseAfterMove(**wish, code=code, refund=refund))
    return _sent_back(parts, order, wish["correlation_id"])


def cancel_by_staff(
    parts: Parts, order_id: UUID, wish: CancelOrder | CancelPart, *, beside: Beside = alone
) -> Order:
    """The order, or a part of it, cancelled by ticket sales; what goes back is on its way."""
    order = close_pages(parts, parts.orders.handle(order_id, wish, beside=beside))
    return _sent_back(parts, order, wish.correlation_id)


def swap_lines(parts: Parts, order_id: UUID, wish: SwapLines, *, beside: Beside = alone) -> Order:
    """The old order once its lines are swapped; what is left of its money is on its way."""
    order = close_pages(parts, parts.orders.swap(order_id, wish, beside=beside))
    return _sent_back(parts, order, wish.correlation_id)


def give_up_unpaid(parts: Parts, order_id: UUID, wish: Wish) -> Order:
    """The order cancelled by its owner before anything was paid. Raises `NotPayable` if it was."""
    return close_pages(parts, parts.orders.handle(order_id, GiveUpUnpaid(**wish)))


def _sent_back(parts: Parts, order: Order, refund_id: UUID) -> Order:
    """The order with the provider's answer. Without one, recovery finds out."""
    if order.refund_of(refund_id) is None:
        return order
    at = parts.clock()
    return send_back(parts.orders, parts.providers, order.id, since=refund_id, at=at, known=order)


def refund_outcome(order: Order, cancellation: UUID) -> RefundOutcome:
    """What became of the money of this cancellation; none where none was owed."""
    refund = order.refund_of(cancellation)
    if refund is None:
        return "none"
    if refund.was_refused or refund.failed_late:
        return "failed"
    return "accepted" if refund.was_accepted else "unknown"


_log = structlog.get_logger("web")


@dataclass(frozen=True, slots=True, kw_only=True)
class GraceCancellation:
    """`action` is voided, void_failed, void_pending, refunded (it was captured meanwhile) or none.

    `warning` is empty unless somebody should look.
    """

    order: Order
    action: str
    warning: str = ""


_WARNINGS = {
    "void_failed": "The order is cancelled, but its authorization could not be given up yet.",
    "void_pending": "The order is cancelled; the provider has not confirmed the void yet.",
    "refunded": "The order is cancelled; the payment was captured meanwhile and goes back.",
}


def cancel_at_once(parts: Parts, order_id: UUID) -> GraceCancellation:
    """Cancel, and give up what was authorized. Raises `LateCancel`, `PartialCapture`."""
    under = uuid4()
    wish = CancelInGrace(correlation_id=under, actor="customer", at=parts.clock())
    order = parts.orders.handle(order_id, wish)
    if order.cancelled != under:
        # It was cancelled before: nothing is asked.
        return GraceCancellation(order=order, action="none")
    asked = _voids(order)
    try:
        order = close_pages(parts, order)
        asked = _voids(order)
        order = start_voids(parts.orders, parts.providers, order_id, at=parts.clock(), actor="web")
    except LedgerUnavailable:
        # The cancellation is committed: that is what we say, and the worker does the rest.
        _log.error("ledger unavailable", route="at_once", reason="after the cancellation")
    action = _action([order.attempts[payment] for payment in asked])
    if action == "void_failed":
        _log.critical("void failed, manual void required", order=str(order_id)[:8])
    return GraceCancellation(order=order, action=action, warning=_WARNINGS.get(action, ""))


def _voids(order: Order) -> Sequence[UUID]:
    """The payments whose authorizations were asked to be given up, those told a moment ago too."""
    return [one.correlation_id for one in order.attempts.values() if one.void_unanswered]


def _action(given_up: Sequence[Attempt]) -> str:
    """The worst that became of any authorization."""
    if any(one.void_refused for one in given_up):
        return "void_failed"
    if any(one.void_unanswered for one in given_up):
        return "void_pending"
    if any(one.received is not None for one in given_up):
        return "refunded"
    return "voided" if given_up else "none"
