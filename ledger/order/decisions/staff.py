"""What staff may do about an order and its money, by hand or through a provider."""

from collections.abc import Sequence
from uuid import UUID

from ledger.kernel.bank_transfer import as_written_here, is_iban
from ledger.kernel.money import Money, zero
from ledger.kernel.refusals import (
    AccountMistyped,
    AlreadyCancelled,
    DisputeOpen,
    LetterNotDue,
    MistypedReference,
    NothingToRefund,
    NotPayable,
    NotRefundable,
    OrderMoved,
    RefundExceedsHeld,
    SeveralPayments,
    WrongReference,
)
from ledger.order.commands import (
    CancelOrder,
    CancelPart,
    MarkPaid,
    RefundByHand,
    RefundPayment,
    ResendLetter,
)
from ledger.order.letters_due import RECEIPTS, owed
from ledger.order.numbers import reference_fits
from ledger.order.order import Order
from ledger.order.payable import payable
from ledger.order.payment_attempt import Attempt
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreatePaymentRequest,
    CreateRefundRequest,
    Letter,
    ManualRefund,
    OrderStamp,
    Paid,
    ReceiptResendRequested,
    SeatsReleased,
)
from ledger.order.status import status

MANUAL = "manual"
CASH, TRANSFER = "cash", "bank_transfer"
_NOTHING: tuple[OrderStamp, ...] = ()


def require_unmoved(version: int | None, order: Order) -> None:
    """Whoever looked at an older version of the order looks again first."""
    if version is not None and version != order.version:
        raise OrderMoved(version=order.version)


def mark_paid(command: MarkPaid, order: Order) -> Sequence[OrderStamp]:
    """Money came by hand. It is a payment like any, but no provider can return it."""
    if command.correlation_id in order.attempts:
        return _NOTHING
    require_unmoved(command.version, order)
    due = order.missing
    told = bool(command.transfer) and command.amount is not None
    if not told and (due.amount <= 0 or not _may_be_paid(order)):
        raise NotPayable(status=status(order))
    written = _checked(command.reference, order)
    reference = command.transfer or written
    amount = command.amount or due
    live = all(one.live for one in order.attempts.values())
    return (
        CreatePaymentRequest(amount=amount, provider=MANUAL, account="", live=live),
        Paid(
            amount=amount,
            provider=MANUAL,
            provider_reference=reference,
            method=TRANSFER if reference else CASH,
            reason=command.reason,
        ),
    )


def _checked(written: str, order: Order) -> str:
    """The reference that a payer wrote, if it is this order's, in its national form."""
    if not written.strip():
        return ""
    reference = as_written_here(written)
    if not reference_fits(reference):
        raise MistypedReference
    if reference != order.payment_reference:
        raise WrongReference
    return reference


def _may_be_paid(order: Order) -> bool:
    """Also after a time-out: the money is there, and what becomes of it is decided next (P6)."""
    timed_out = not order.alive and order.cancelled_cause is Cause.UNPAID
    return payable(order) or (timed_out and order.held.amount <= 0)


def refund_payment(command: RefundPayment, order: Order) -> Sequence[OrderStamp]:
    """Ask the provider of one payment for money of it."""
    if command.correlation_id in order.refunds:
        return _NOTHING
    require_unmoved(command.version, order)
    if order.disputed and not command.despite_dispute:
        raise DisputeOpen
    holding = _holding(order)
    through_provider = [one for one in holding if one.provider != MANUAL]
    attempt = _chosen(command, order, (not command.payment and through_provider) or holding)
    if attempt.provider == MANUAL:
        raise NotRefundable
    cause = Cause.DESPITE_DISPUTE if order.disputed else Cause.STAFF
    amount = _amount(command, order, attempt)
    return (_request(attempt, amount=amount, cause=cause, reason=command.reason),)


def refund_by_hand(command: RefundByHand, order: Order) -> Sequence[OrderStamp]:
    """Money of one payment was handed back; never more than is held of it (law 7)."""
    if command.correlation_id in order.refunds:
        return _NOTHING
    require_unmoved(command.version, order)
    attempt = _chosen(command, order, _holding(order))
    amount = _amount(command, order, attempt)
    return (manual_refund(command, attempt.correlation_id, amount),)


def manual_refund(command: RefundByHand | CancelPart, payment: UUID, amount: Money) -> ManualRefund:
    """The stamp of money that people returned; raises `AccountMistyped`."""
    account = "".join(command.account.split()).upper()
    payee = " ".join(command.payee.split()) if isinstance(command, RefundByHand) else ""
    if (account or payee) and not is_iban(account):
        raise AccountMistyped
    return ManualRefund(
        payment=payment,
        amount=amount,
        reason=command.reason,
        account=account or None,
        payee=payee or None,
    )


def cancel_order(command: CancelOrder, order: Order) -> Sequence[OrderStamp]:
    """Cancelled at once, whatever becomes of a refund: its letter waits for that answer (R1)."""
    if command.correlation_id == order.cancelled:
        return _NOTHING
    require_unmoved(command.version, order)
    if not order.alive:
        raise AlreadyCancelled
    cancelled = Cancelled(cause=Cause.STAFF, reason=command.reason)
    return (*_money_back(command, order), cancelled, SeatsReleased())


def _money_back(command: CancelOrder, order: Order) -> Sequence[OrderStamp]:
    """All that is held: asked back from its provider, or handed back already."""
    if not command.refund and not command.by_hand:
        return _NOTHING
    if order.disputed:
        raise DisputeOpen
    holding = _holding(order)
    if not holding:
        return _NOTHING
    if len(holding) > 1:
        raise SeveralPayments
    payment, reason = holding[0], command.reason
    held = order.held_by(payment.correlation_id)
    if command.by_hand:
        return (ManualRefund(payment=payment.correlation_id, amount=held, reason=reason),)
    if payment.provider == MANUAL:
        raise NotRefundable
    return (_request(payment, amount=held, cause=Cause.STAFF, reason=reason),)


def _holding(order: Order) -> list[Attempt]:
    """Payments of which something is held, the newest in the ledger first."""
    paid = reversed(order.paid_attempts)
    return [one for one in paid if order.held_by(one.correlation_id).amount > 0]


def _chosen(
    command: RefundPayment | RefundByHand, order: Order, holding: Sequence[Attempt]
) -> Attempt:
    """The payment that was named; else the newest that holds enough, else the newest."""
    if command.payment is not None:
        holding = [one for one in holding if one.correlation_id == command.payment]
    if not holding:
        raise NothingToRefund
    wanted = command.amount or zero(order.currency)
    enough = (one for one in holding if order.held_by(one.correlation_id) >= wanted)
    return next(enough, holding[0])


def _amount(command: RefundPayment | RefundByHand, order: Order, attempt: Attempt) -> Money:
    held = order.held_by(attempt.correlation_id)
    asked = command.amount or held
    if asked.amount > held.amount:
        raise RefundExceedsHeld(asked=asked, held=held)
    return asked


def _request(attempt: Attempt, *, amount: Money, cause: Cause, reason: str) -> CreateRefundRequest:
    return CreateRefundRequest(
        payment=attempt.correlation_id,
        payment_reference=attempt.reference,
        provider=attempt.provider,
        amount=amount,
        fee=zero(amount.currency),
        cause=cause,
        reason=reason,
    )


Key = tuple[UUID, Letter]


def resend(command: ResendLetter, order: Order) -> Sequence[OrderStamp]:
    """A letter that was tried before is due once more, if the order still calls for it."""
    if any(one.again_under == command.correlation_id for one in order.postings.values()):
        return ()
    require_unmoved(command.version, order)
    tried = [key for key in _called_for(order) if key in order.postings and _meant(command, key)]
    if not tried:
        raise LetterNotDue
    receipt, letter = max(tried, key=lambda key: _last_moved(order, key))
    if order.postings[receipt, letter].state == "due":
        raise LetterNotDue  # asked for again already, it waits to go out
    return (ReceiptResendRequested(receipt=receipt, letter=letter, reason=command.reason),)


def _called_for(order: Order) -> list[Key]:
    return [(due.correlation_id, due.letter) for due in owed(order) if due.letter in RECEIPTS]


def _meant(command: ResendLetter, key: Key) -> bool:
    receipt, letter = key
    return command.receipt in (None, receipt) and command.letter in (None, letter)


def _last_moved(order: Order, key: Key) -> tuple[str, str]:
    """The one that moved last; a tie is broken the same way each time."""
    moved = order.postings[key].changed_at
    return (moved.isoformat() if moved else "", str(key))
