"""What about an authorization needs a person: kept against our will, lost, or taken after all."""

from collections.abc import Iterator

from ledger.cases.stamps import CaseKind, Severity
from ledger.kernel.money import Money
from ledger.order.authorization import Authorization
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.trouble import Trouble

_TEXTS = {
    CaseKind.VOID_FAILED: "Void failed, manual void required: the payer's money is still kept.",
    CaseKind.CAPTURE_FAILED: "The provider refused to capture an authorized payment.",
    CaseKind.CAPTURED_AFTER_VOID: "A payment was captured although we gave it up.",
    CaseKind.AUTHORIZATION_LOST: "An authorized payment ended at the provider without money.",
}
_CRITICAL = (CaseKind.VOID_FAILED, CaseKind.CAPTURE_FAILED)


def of_authorizations(order: Order) -> Iterator[Trouble]:
    """One trouble at most for each authorization."""
    for attempt in order.attempts.values():
        kept = attempt.authorization
        kind = None if kept is None else _kind(order, attempt, kept)
        if kept is not None and kind is not None:
            yield reservation_trouble(kind, attempt, attempt.received or kept.amount)


def _kind(order: Order, attempt: Attempt, kept: Authorization) -> CaseKind | None:
    if attempt.received is not None:
        return CaseKind.CAPTURED_AFTER_VOID if kept.voids and _is_here(order, attempt) else None
    if attempt.void_failed:
        return CaseKind.VOID_FAILED
    if attempt.capture_refused and order.alive:
        return CaseKind.CAPTURE_FAILED
    lost = attempt.given_up and not kept.voids
    return CaseKind.AUTHORIZATION_LOST if lost and order.alive and not order.confirmed else None


def _is_here(order: Order, attempt: Attempt) -> bool:
    """Some of its money has not gone back yet, promised or not."""
    payment = attempt.correlation_id
    promised = (one for one in order.refunds.values() if one.payment == payment)
    under_way = any(one.pending(order.currency) for one in promised)
    return under_way or order.held_by(payment).amount > 0


def reservation_trouble(kind: CaseKind, attempt: Attempt, amount: Money | None) -> Trouble:
    """One trouble of an authorization: the same whether it was refused or never answered."""
    return Trouble(
        kind=kind,
        severity=Severity.CRITICAL if kind in _CRITICAL else Severity.WARNING,
        about=attempt.correlation_id,
        text=_TEXTS[kind],
        amount=amount,
        provider=attempt.provider,
        provider_reference=attempt.reference,
    )
