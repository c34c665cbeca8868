"""Cancelling at once, within the grace period: the order first, then the provider (SPEC G2, G3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from ledger.kernel.store import LedgerUnavailable
from ledger.order.commands import CancelInGrace
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.payments.capture import start_voids
from web.actions.pay import close_pages
from web.wiring.parts import Parts

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
