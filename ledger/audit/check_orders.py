"""Whether an order's stamps keep the laws of money, seats and letters."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeGuard, get_args

from ledger.audit.findings import Finding, Step
from ledger.kernel.erasure import Erased
from ledger.kernel.events import Recorded
from ledger.kernel.money import zero
from ledger.order.amendment import fits, lines_of, price_of
from ledger.order.letters_due import letters_due
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.payouts import payout_cause
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateCaptureFailure,
    CreateCaptureRequest,
    CreatePaymentFailure,
    CreatePaymentSuccess,
    CreateRefundRequest,
    CreateRefundSuccess,
    CreateVoidFailure,
    CreateVoidRequest,
    DisputeClosed,
    Disputed,
    Letter,
    LetterWordsUsed,
    ManualRefund,
    OrderAmended,
    OrderPlaced,
    Paid,
    PaidOut,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    PaymentWithdrawn,
    ReceiptSendStarted,
    Refunded,
    RefundFailed,
    SeatsReleased,
    TicketsIssued,
    Voided,
)
from ledger.order.tickets import ticket_count

_RECEIPTS = (Letter.PAID, Letter.REFUNDED, Letter.CANCELLED)
_OF_AN_ATTEMPT = (
    CreatePaymentSuccess,
    CreatePaymentFailure,
    PaymentPending,
    PaymentFailed,
    PaymentExpired,
    Authorized,
    CreateCaptureRequest,
    CreateCaptureFailure,
    Voided,
    CreateVoidFailure,
    AuthorizationExpired,
    Paid,
)
_OfAPayment = (
    CreateRefundRequest
    | CreateRefundSuccess
    | Refunded
    | RefundFailed
    | ManualRefund
    | PaymentWithdrawn
    | Disputed
    | DisputeClosed
    | CreateVoidRequest
)
_OF_A_PAYMENT: tuple[type, ...] = get_args(_OfAPayment)
_NEWS_OF_AN_ATTEMPT, _NEWS_OF_A_PAYMENT = frozenset(_OF_AN_ATTEMPT), frozenset(_OF_A_PAYMENT)


def begins_with_a_placement(step: Step) -> Sequence[Finding]:
    """Law 4: whatever happens to an order happens to one that was placed, and placed once."""
    if not isinstance(step.before, Order) or step.stamp is None:
        return ()
    if isinstance(step.stamp.stamp, OrderPlaced) != (step.before.placed is not None):
        return ()
    if isinstance(step.stamp.stamp, Erased):
        return ()  # a kept message that no stamp cites is erased in a stream of its own
    placed = "again" if step.before.placed else "never"
    return [step.finding("4", f"{step.type} on an order that was {placed} placed")]


def never_beyond_held(step: Step) -> Iterator[Finding]:
    """Law 7: we ask back, hand back, or take from the books at most what is held of a payment."""
    if step.order is None or step.stamp is None:
        return
    asked = step.stamp.stamp
    if isinstance(asked, CreateRefundRequest | ManualRefund | PaymentWithdrawn):
        held = step.order.held_by(asked.payment)
        if asked.amount.currency != held.currency or asked.amount.amount > held.amount:
            yield step.finding("7", f"asked back {asked.amount} of {held} held")


def never_beyond_authorized(step: Step) -> Iterator[Finding]:
    """Law 7, SPEC G1: we capture at most what is authorized, and never once we gave it up."""
    if step.order is None or step.stamp is None:
        return
    asked = step.stamp.stamp
    if isinstance(asked, CreateCaptureRequest):
        attempt = step.order.attempts.get(step.stamp.correlation_id)
        kept = (attempt.reserved if attempt else None) or zero(asked.amount.currency)
        if asked.amount.amount > kept.amount:
            yield step.finding("7", f"captures {asked.amount} of {kept} authorized")
        elif attempt and attempt.authorization and attempt.authorization.voids:
            yield step.finding("G1", "captures what was given up")
    if isinstance(asked, CreateVoidRequest):
        attempt = step.order.attempts.get(asked.payment)
        if attempt is not None and attempt.capture_unanswered:
            yield step.finding("G1", "gives up what is being captured")


def parts_are_whole(step: Step) -> Iterator[Finding]:
    """Law 7, and 8: no more of a line is cancelled than was bought, at its price, seats once."""
    order, news = step.order, step.stamp
    if order is None or news is None:
        return
    said, cause = news.stamp, news.correlation_id
    if isinstance(said, SeatsReleased) and said.pieces:
        part = order.amendments.get(cause)
        if part is None or part.pieces != said.pieces or cause in order.freed:
            yield step.finding("8", "frees seats of pieces that were not cancelled")
    elif isinstance(said, CreateRefundRequest | OrderAmended) and said.pieces:
        there = fits(order.terms.lines, order.which_cancelled, said.pieces)
        if cause not in order.amendments and not there:
            yield step.finding("7", "cancels pieces that the order does not have")
        price = price_of(lines_of(order.terms.lines, said.pieces), order.currency)
        if said.amount + said.fee != price:
            yield step.finding("7", f"returns {said.amount} of {price}, keeping {said.fee}")


def bound(step: Step) -> Sequence[Finding]:
    """Law 11: a fact belongs to something that this order asked for."""
    order, news = step.order, step.stamp
    if order is None or news is None:
        return ()
    if type(news.stamp) in _NEWS_OF_AN_ATTEMPT:
        return _of_attempt(step, news, order.attempts.get(news.correlation_id))
    stamp = news.stamp
    if _is_of_a_payment(stamp):
        return _of_payment(step, news, order.attempts.get(stamp.payment))
    return ()


def _is_of_a_payment(stamp: object) -> TypeGuard[_OfAPayment]:
    return type(stamp) in _NEWS_OF_A_PAYMENT


def _of_attempt(step: Step, news: Recorded[object], attempt: Attempt | None) -> Sequence[Finding]:
    if attempt is None:
        return [step.finding("11", f"{step.type} of a payment that was never asked for")]
    if not isinstance(news.stamp, Paid | Authorized):
        return ()
    found = []
    if news.stamp.provider != attempt.provider:
        found.append(step.finding("11", "paid through another provider than was asked"))
    if news.stamp.amount.currency != attempt.asked.currency:
        found.append(step.finding("11", "paid in another currency than was asked for"))
    return found


def _of_payment(step: Step, news: Recorded[object], attempt: Attempt | None) -> Sequence[Finding]:
    amount = getattr(news.stamp, "amount", None)
    if attempt is None:
        return [step.finding("11", f"{step.type} of a payment that was never asked for")]
    if amount is not None and amount.currency != attempt.asked.currency:
        return [step.finding("11", f"{step.type} in another currency than the payment")]
    return ()


def paid_out_once(step: Step) -> Iterator[Finding]:
    """Law 3, and 11: a payout's line stands under the one id that its payment, or its refund, has.

    That is worked out of the account which the order asked its provider for money at, so a second
    line of the same money cannot hide under an id of its own.
    """
    order, news = step.order, step.stamp
    if order is None or news is None or not isinstance(news.stamp, PaidOut):
        return
    told = news.stamp
    asked = [one for one in order.attempts.values() if one.provider == told.provider]
    if told.amount.currency not in {one.asked.currency for one in asked}:
        yield step.finding("11", f"{step.type} of money that was never asked for there")
    elif news.correlation_id not in {payout_cause(told, account=one.account) for one in asked}:
        yield step.finding("3", f"{step.type} under another id than its money has")


def one_receipt(step: Step) -> Sequence[Finding]:
    """Law 9: at most one receipt per correlation id; a correction corrects it."""
    order, news = step.order, step.stamp
    if order is None or news is None or not isinstance(news.stamp, ReceiptSendStarted):
        return ()
    begun, sent = news.stamp.letter, order.postings
    if begun not in _RECEIPTS:
        return ()
    others = [one for one in _RECEIPTS if one is not begun and (news.correlation_id, one) in sent]
    told = [f"a receipt “{begun}” beside a receipt “{other}”" for other in others]
    return [step.finding("9", text) for text in told]


# In the append of the claim, before it.
_LETTER_BEGUN = (LetterWordsUsed, ReceiptSendStarted)


def receipts_owed(step: Step) -> Sequence[Finding]:
    """Law 9: a letter is only begun when the order, as it stands then, owes it."""
    order, news = step.order, step.stamp
    if order is None or news is None or not isinstance(news.stamp, _LETTER_BEGUN):
        return ()
    letter, cause = news.stamp.letter, news.correlation_id
    if any(due.letter is letter and due.correlation_id == cause for due in letters_due(order)):
        return ()
    return [step.finding("9", f"a letter “{letter}” that was not owed")]


def tickets_as_bought(step: Step) -> Iterator[Finding]:
    """SPEC R4: one set for an order, a code for each ticket, for seats that are sold."""
    order, news = step.order, step.stamp
    if order is None or news is None or not isinstance(news.stamp, TicketsIssued):
        return
    issued, bought = len(news.stamp.hashes), ticket_count(order.terms)
    if order.tickets is not None:
        yield step.finding("R4", "issues tickets a second time")
    if issued != bought:
        yield step.finding("R4", f"issues {issued} tickets, bought were {bought}")
    if len({*news.stamp.hashes}) < issued:
        yield step.finding("R4", "issues two tickets with one code")
    if not order.admits:
        yield step.finding("R4", "issues tickets for seats that are not sold")


# Checks that only certain stamps call for; the others look at every row.
OF_CERTAIN: Mapping[Callable[[Step], Iterable[Finding]], tuple[type, ...]] = {
    never_beyond_held: (CreateRefundRequest, ManualRefund, PaymentWithdrawn),
    never_beyond_authorized: (CreateCaptureRequest, CreateVoidRequest),
    parts_are_whole: (CreateRefundRequest, OrderAmended, SeatsReleased),
    bound: (*_OF_AN_ATTEMPT, *_OF_A_PAYMENT),
    paid_out_once: (PaidOut,),
    one_receipt: (ReceiptSendStarted,),
    receipts_owed: _LETTER_BEGUN,
    tickets_as_bought: (TicketsIssued,),
}
