"""What each stamp changes in an order. Total: whatever the ledger holds can be folded."""

import dataclasses
from collections.abc import Iterable
from typing import TypeGuard, assert_never, get_args
from uuid import UUID

from ledger.kernel.erasure import Erased
from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.values import replace
from ledger.order.amendment import amendment
from ledger.order.attendance import scanned
from ledger.order.correction import withdrawal
from ledger.order.holder import ended, sending
from ledger.order.letter_delivery import LetterStamp, told_posting
from ledger.order.numbers import PAYMENT_REFERENCES, order_numbers
from ledger.order.order import Order, StartMove, link_request, told_dispute
from ledger.order.payment_attempt import AttemptBegins, AttemptNews, begun_attempt, told_attempt
from ledger.order.refund import RefundStamp, told_refund
from ledger.order.remarks import labelled, noted, swapped
from ledger.order.seen_stamps import Seen
from ledger.order.stamps import (
    AnswersChanged,
    AuthorizationExpired,
    Authorized,
    BuyerAddressed,
    CancellationRequested,
    CancellationWithdrawn,
    Cancelled,
    Cause,
    ContactChanged,
    CreateCaptureFailure,
    CreateCaptureRequest,
    CreatePaymentFailure,
    CreatePaymentRequest,
    CreatePaymentSuccess,
    CreateRefundFailure,
    CreateRefundRequest,
    CreateRefundSuccess,
    CreateVoidFailure,
    CreateVoidRequest,
    DisputeClosed,
    Disputed,
    Labelled,
    LetterWordsUsed,
    LinesSwapped,
    ManualRefund,
    NoteWritten,
    OrderAmended,
    OrderPlaced,
    OrderStamp,
    Paid,
    PaidOut,
    PaymentAssigned,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    PaymentWithdrawn,
    QuestionsAsked,
    ReceiptFailed,
    ReceiptResendRequested,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
    Refunded,
    RefundFailed,
    SeatsReleased,
    SeatsRetaken,
    StartAccepted,
    StartMoved,
    TicketCheckedIn,
    TicketCheckedOut,
    TicketCheckInUndone,
    TicketSentOn,
    TicketsIssued,
    TicketTakenBack,
    Voided,
    ZeroPrice,
)
from ledger.order.tickets import TicketSet, ticket_set

_OF_AN_ORDER = frozenset[type](get_args(OrderStamp))


def fold(order_id: UUID, history: Iterable[Recorded[object]]) -> Order:
    """The order as it stands after these stamps; raises `Foreign`."""
    return folded_on(Order(id=order_id), history)


def evolve(order: Order, recorded: Recorded[object]) -> Order:
    """The order after one more stamp; raises `Foreign`."""
    return folded_on(order, (recorded,))


def folded_on(order: Order, history: Iterable[Recorded[object]]) -> Order:
    """The order after these further stamps; raises `Foreign`."""
    seen = order.seen
    last: Recorded[object] | None = None
    changed_at = order.changed_at
    for recorded in history:
        stamp = recorded.stamp
        if not _is_of_an_order(stamp):
            raise Foreign(stamp)
        order = _changed(order, stamp, recorded)
        seen, last = Seen(seen, recorded.correlation_id, stamp), recorded
        if type(stamp) is not Erased:
            changed_at = recorded.recorded_at
    if last is None:
        return order
    return replace(
        order, version=last.version, position=last.position, seen=seen, changed_at=changed_at
    )


def _is_of_an_order(stamp: object) -> TypeGuard[OrderStamp]:
    return type(stamp) in _OF_AN_ORDER


def _changed(  # noqa: C901 (a dispatching match)
    order: Order, stamp: OrderStamp, recorded: Recorded[object]
) -> Order:
    """One axis of the order after a stamp. The most frequent come first."""
    match stamp:
        case OrderPlaced():
            return _placed(order, stamp, recorded)
        case CreatePaymentRequest() | PaymentAssigned():
            return _attempted(order, stamp, recorded)
        case (
            CreatePaymentSuccess()
            | Paid()
            | CreatePaymentFailure()
            | PaymentPending()
            | PaymentFailed()
            | PaymentExpired()
            | Authorized()
            | CreateCaptureRequest()
            | CreateCaptureFailure()
            | Voided()
            | CreateVoidFailure()
            | AuthorizationExpired()
        ):
            return _of_attempt(order, recorded.correlation_id, stamp, recorded)
        case CreateVoidRequest():
            # It stands under what called for it, and names the attempt.
            return _of_attempt(order, stamp.payment, stamp, recorded)
        case LetterWordsUsed() | ReceiptSendStarted() | ReceiptSent():
            return _of_letter(order, recorded.correlation_id, stamp, recorded)
        case ReceiptFailed() | ReceiptUnknown():
            return _of_letter(order, recorded.correlation_id, stamp, recorded)
        case BuyerAddressed():
            return replace(order, mailings={**order.mailings, recorded.correlation_id: stamp})
        case TicketsIssued():
            # Of two sets the first would be in people's hands: it stands.
            return replace(order, tickets=order.tickets or ticket_set(stamp, recorded))
        case ReceiptResendRequested():
            # It names the letter that was sent, or tried, before.
            return _of_letter(order, stamp.receipt, stamp, recorded)
        case (
            CreateRefundRequest()
            | CreateRefundSuccess()
            | CreateRefundFailure()
            | Refunded()
            | RefundFailed()
            | ManualRefund()
        ):
            return _of_refund(order, stamp, recorded)
        case Cancelled():
            return _cancelled(order, stamp, recorded)
        case OrderAmended():
            return _amended(order, stamp, recorded)
        case SeatsReleased():
            return _released(order, stamp, recorded)
        case CancellationRequested():
            return replace(order, links=(*order.links, link_request(stamp, recorded)))
        case ZeroPrice():
            return replace(order, free_confirmed=recorded.correlation_id)
        case Disputed() | DisputeClosed():
            return _of_dispute(order, stamp, recorded)
        case PaidOut():
            return replace(order, payouts={**order.payouts, recorded.correlation_id: stamp})
        case SeatsRetaken():
            return replace(order, released=False, retaken_position=recorded.position)
        case StartMoved():
            return _moved(order, stamp, recorded)
        case StartAccepted():
            return _accepted(order, recorded.correlation_id)
        case ContactChanged():
            return _contact_changed(order, stamp)
        case QuestionsAsked():
            asked = {one.line: one.questions for one in stamp.asked}
            return replace(order, asked={**order.asked, **asked})
        case AnswersChanged():
            return _answered(order, stamp, recorded)
        case TicketSentOn():
            return _sent_on(order, stamp, recorded)
        case TicketTakenBack():
            return _taken_back(order, stamp, recorded)
        case LinesSwapped():
            return swapped(order, stamp, recorded)
        case NoteWritten():
            return noted(order, stamp, recorded)
        case Labelled():
            return labelled(order, stamp)
        case TicketCheckedIn() | TicketCheckedOut():
            return _scanned(order, stamp, recorded)
        case TicketCheckInUndone():
            return _undone(order, recorded.correlation_id)
        case PaymentWithdrawn():
            return _payment_withdrawn(order, stamp, recorded)
        case CancellationWithdrawn():
            return _cancellation_withdrawn(order, stamp, recorded)
        case Erased():
            return _erased(order, recorded)
        case _:
            assert_never(stamp)


def _placed(order: Order, stamp: OrderPlaced, recorded: Recorded[object]) -> Order:
    return replace(
        order,
        placed=stamp,
        placed_at=recorded.recorded_at,
        correlation_id=recorded.correlation_id,
        number=recorded.numbers.get(order_numbers(stamp.shop), 0),
        payment_number=recorded.numbers.get(PAYMENT_REFERENCES, 0),
    )


def _contact_changed(order: Order, stamp: ContactChanged) -> Order:
    if order.placed is None:
        return order
    former = order.placed.email_index
    who = dataclasses.replace(order.placed, customer=stamp.customer, email_index=stamp.email_index)
    return replace(order, placed=who, former_addresses=(*order.former_addresses, former))


def _answered(order: Order, stamp: AnswersChanged, recorded: Recorded[object]) -> Order:
    told = {one.ticket: one.answers for one in stamp.answers or ()}
    at = {one.ticket: recorded.version for one in stamp.tickets}
    known = (one.email_index for one in stamp.tickets if one.email_index)
    return replace(
        order,
        answers={**order.answers, **told},
        answered_at={**order.answered_at, **at},
        holder_addresses=order.holder_addresses | {*known},
    )


def _sent_on(order: Order, stamp: TicketSentOn, recorded: Recorded[object]) -> Order:
    """Whoever held the ticket before holds it no more."""
    former = order.holders.get(stamp.ticket)
    before = ended(order.sendings, former.correlation_id if former else None, recorded)
    return replace(
        order,
        sendings=(*before, sending(stamp, recorded)),
        tickets=_renewed(order, stamp),
        holder_addresses=order.holder_addresses | {stamp.email_index},
    )


def _taken_back(order: Order, stamp: TicketTakenBack, recorded: Recorded[object]) -> Order:
    return replace(
        order,
        sendings=ended(order.sendings, stamp.sending, recorded),
        tickets=_renewed(order, stamp),
    )


def _renewed(order: Order, stamp: TicketSentOn | TicketTakenBack) -> TicketSet | None:
    known = order.tickets
    return known and known.renewed(stamp.ticket, hash=stamp.hash, code=stamp.ticket_code)


def _attempted(order: Order, stamp: AttemptBegins, recorded: Recorded[object]) -> Order:
    cause = recorded.correlation_id
    begun = begun_attempt(order.attempts.get(cause), stamp, recorded)
    return replace(order, attempts={**order.attempts, cause: begun})


def _of_attempt(order: Order, cause: UUID, stamp: AttemptNews, recorded: Recorded[object]) -> Order:
    """News of an attempt that we never made changes nothing."""
    attempt = order.attempts.get(cause)
    if attempt is None:
        return order
    told = told_attempt(attempt, stamp, recorded)
    return replace(order, attempts={**order.attempts, cause: told})


def _of_refund(order: Order, stamp: RefundStamp, recorded: Recorded[object]) -> Order:
    cause = recorded.correlation_id
    told = told_refund(order.refunds.get(cause), stamp, recorded)
    return replace(order, refunds={**order.refunds, cause: told})


def _of_letter(order: Order, cause: UUID, stamp: LetterStamp, recorded: Recorded[object]) -> Order:
    which = cause, stamp.letter
    told = told_posting(order.postings.get(which), stamp, recorded)
    return replace(order, postings={**order.postings, which: told})


def _of_dispute(order: Order, stamp: Disputed | DisputeClosed, recorded: Recorded[object]) -> Order:
    name = stamp.provider_reference
    told = told_dispute(order.disputes.get(name), stamp, recorded)
    return replace(order, disputes={**order.disputes, name: told})


def _cancelled(order: Order, stamp: Cancelled, recorded: Recorded[object]) -> Order:
    return replace(
        order,
        cancelled=recorded.correlation_id,
        cancelled_cause=stamp.cause,
        cancelled_position=recorded.position,
        cancelled_at=recorded.recorded_at,
        shop_reason=(stamp.reason or "") if stamp.cause is Cause.SHOP_CANCELLED else "",
    )


def _amended(order: Order, stamp: OrderAmended, recorded: Recorded[object]) -> Order:
    part = amendment(stamp, recorded)
    return replace(order, amendments={**order.amendments, part.correlation_id: part})


def _released(order: Order, stamp: SeatsReleased, recorded: Recorded[object]) -> Order:
    """Of some pieces while the rest lives, or of all; each part once, by its correlation id."""
    if not stamp.pieces:
        return replace(order, released=True, released_position=recorded.position)
    return replace(order, freed={**order.freed, recorded.correlation_id: stamp.pieces})


def _moved(order: Order, stamp: StartMoved, recorded: Recorded[object]) -> Order:
    told = StartMove(
        correlation_id=recorded.correlation_id,
        stamp=stamp,
        position=recorded.position,
        told_at=recorded.recorded_at,
    )
    return replace(order, moves=(*order.moves, told))


def _accepted(order: Order, cause: UUID) -> Order:
    moves = (
        dataclasses.replace(one, accepted=True) if one.correlation_id == cause else one
        for one in order.moves
    )
    return replace(order, moves=tuple(moves))


def _scanned(
    order: Order, stamp: TicketCheckedIn | TicketCheckedOut, recorded: Recorded[object]
) -> Order:
    one = scanned(stamp, recorded)
    return replace(order, scans={**order.scans, one.cause: one})


def _undone(order: Order, cause: UUID) -> Order:
    if (known := order.scans.get(cause)) is None:
        return order
    return replace(order, scans={**order.scans, cause: replace(known, undone=True)})


def _payment_withdrawn(order: Order, stamp: PaymentWithdrawn, recorded: Recorded[object]) -> Order:
    taken = withdrawal(stamp, recorded)
    noted = replace(order, withdrawals=(*order.withdrawals, taken))
    return _of_attempt(noted, stamp.payment, stamp, recorded)


def _cancellation_withdrawn(
    order: Order, stamp: CancellationWithdrawn, recorded: Recorded[object]
) -> Order:
    return replace(
        order,
        withdrawals=(*order.withdrawals, withdrawal(stamp, recorded)),
        cancelled=None,
        cancelled_cause=None,
        cancelled_position=0,
        cancelled_at=None,
        released=False,
    )


def _erased(order: Order, recorded: Recorded[object]) -> Order:
    """Nothing of the person is told from here on, not even by who read it before."""
    placed, tickets = order.placed, order.tickets
    moves = (
        dataclasses.replace(one, stamp=dataclasses.replace(one.stamp, code=None))
        for one in order.moves
    )
    return replace(
        order,
        placed=dataclasses.replace(placed, customer=None) if placed else None,
        tickets=replace(tickets, codes=None) if tickets else None,
        links=tuple(dataclasses.replace(one, code=None) for one in order.links),
        moves=tuple(moves),
        notes=tuple(replace(one, text=None) for one in order.notes),
        labels=(),
        answers={},
        sendings=tuple(replace(one, email=None, code=None) for one in order.sendings),
        erased_at=recorded.recorded_at,
        erased_position=recorded.position,
    )
