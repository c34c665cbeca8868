"""What an order answers to a wish. Plain functions that never look at the world."""

import hmac
from collections.abc import Sequence
from typing import assert_never

from ledger.kernel.money import Money, zero
from ledger.kernel.refusals import (
    LetterTooSoon,
    LinkInvalid,
    NothingToRefund,
    NotPayable,
    PersonErased,
    QuoteChanged,
)
from ledger.order import cancellation_policy as cancellation
from ledger.order.cancellation_policy import code_hash
from ledger.order.commands import (
    AddLabel,
    AddressBuyer,
    CancelInGrace,
    CancelOrder,
    CancelPart,
    CancelUnpaid,
    CancelWithShop,
    CaptureAuthorization,
    ChangeAnswers,
    ChangeContact,
    CheckIn,
    CheckOut,
    ChooseAfterMove,
    CompleteCancellation,
    ConfirmCancellation,
    CorrectAnswers,
    ErasePerson,
    GiveUpUnpaid,
    MarkPaid,
    MoveWithShop,
    OrderCommand,
    RefundByHand,
    RefundPayment,
    ReleaseSeats,
    RemoveLabel,
    RequestCancellation,
    RequestPayment,
    ResendLetter,
    RetakeSeats,
    RetryRefund,
    ReturnPayment,
    SendTicket,
    StaffAct,
    StaffWish,
    StartLetter,
    SwapLines,
    TakeTicketBack,
    UndoCheckIn,
    VoidAuthorization,
    WithdrawCancellation,
    WithdrawPayment,
    WriteNote,
)
from ledger.order.decisions.answers import change_answers, correct_answers
from ledger.order.decisions.buyers import address_buyer
from ledger.order.decisions.capture import (
    cancel_in_grace,
    capture_authorization,
    void_authorization,
)
from ledger.order.decisions.contact import change_contact, change_labels, write_note
from ledger.order.decisions.corrections import withdraw_cancellation, withdraw_payment
from ledger.order.decisions.door import check_in, check_out, undo_check_in
from ledger.order.decisions.erase import erase_person
from ledger.order.decisions.letters import start_letter
from ledger.order.decisions.part import (
    cancel_part,
    confirm_part,
    part_completed,
    part_freed,
    require_same_part,
)
from ledger.order.decisions.second_person import require_second_person
from ledger.order.decisions.send_ticket import send_ticket, take_ticket_back
from ledger.order.decisions.shop_change import cancel_with_shop, choose, move_with_shop
from ledger.order.decisions.staff import (
    cancel_order,
    mark_paid,
    refund_by_hand,
    refund_payment,
    require_unmoved,
    resend,
)
from ledger.order.decisions.swap import swap_lines
from ledger.order.order import Order
from ledger.order.payable import came_late, pay_by, payable
from ledger.order.stamps import (
    CancellationRequested,
    Cancelled,
    Cause,
    CreatePaymentRequest,
    CreateRefundRequest,
    OrderStamp,
    SeatsReleased,
    SeatsRetaken,
)
from ledger.order.status import status

_NOTHING: tuple[OrderStamp, ...] = ()
# What makes no sense for nobody: only money is still put right once an order's person was erased.
_WITH_A_PERSON = (
    MarkPaid,
    WithdrawPayment,
    WithdrawCancellation,
    ResendLetter,
    ChangeContact,
    CorrectAnswers,
    SwapLines,
    WriteNote,
    AddLabel,
)


def decide(  # noqa: C901 (a dispatching match)
    command: OrderCommand, order: Order
) -> Sequence[OrderStamp]:
    """The stamps that a wish calls for; none if it is fulfilled already; or a refusal."""
    if isinstance(command, StaffWish):
        return by_staff(command, order)
    match command:
        case RequestPayment():
            return _request_payment(command, order)
        case RequestCancellation():
            return _request_cancellation(command, order)
        case ConfirmCancellation():
            return _confirm_cancellation(command, order)
        case CompleteCancellation():
            return _complete_cancellation(command, order)
        case ReleaseSeats():
            return _release_seats(command, order)
        case CancelInGrace():
            return cancel_in_grace(command, order)
        case CaptureAuthorization():
            return capture_authorization(command, order)
        case VoidAuthorization():
            return void_authorization(command, order)
        case CancelUnpaid():
            return _cancel_unpaid(command, order)
        case GiveUpUnpaid():
            return _give_up_unpaid(order)
        case CancelWithShop():
            return cancel_with_shop(command, order)
        case MoveWithShop():
            return move_with_shop(command, order)
        case ChooseAfterMove():
            return choose(command, order)
        case ChangeAnswers():
            return change_answers(command, order)
        case SendTicket():
            return send_ticket(command, order)
        case TakeTicketBack():
            return take_ticket_back(command, order)
        case RetakeSeats():
            return (SeatsRetaken(),) if order.released and came_late(order) else _NOTHING
        case ReturnPayment():
            return _return_payment(command, order)
        case CheckIn():
            return check_in(command, order)
        case CheckOut():
            return check_out(command, order)
        case UndoCheckIn():
            return undo_check_in(command, order)
        case StartLetter():
            return start_letter(command, order)
        case AddressBuyer():
            return address_buyer(command, order)
        case ErasePerson():
            return erase_person(command, order)
        case _:
            assert_never(command)


def _request_payment(command: RequestPayment, order: Order) -> Sequence[OrderStamp]:
    if command.correlation_id in order.attempts:
        return _NOTHING
    if not payable(order) or order.under_way:
        raise NotPayable(status=status(order))
    asked = CreatePaymentRequest(
        amount=order.missing,
        provider=command.provider,
        account=command.account,
        live=command.live,
    )
    return (asked,)


def _request_cancellation(command: RequestCancellation, order: Order) -> Sequence[OrderStamp]:
    if any(link.correlation_id == command.correlation_id for link in order.links):
        return _NOTHING
    _require_cancellable(order, command, parts=True)
    if cancellation.link_just_sent(order, command.at):
        raise LetterTooSoon
    return (CancellationRequested(code_hash=code_hash(command.code), code=command.code),)


def _require_cancellable(
    order: Order, command: RequestCancellation | ConfirmCancellation, *, parts: bool
) -> None:
    """All of it may be cancelled, or with `parts` a part of it at least."""
    answer = cancellation.eligibility(order, command.at)
    if not (answer.possible if parts else answer.allowed):
        raise cancellation.refused(order, answer.why, command.at)


def _confirm_cancellation(command: ConfirmCancellation, order: Order) -> Sequence[OrderStamp]:
    link = order.newest_link
    if link is None or not hmac.compare_digest(link.code_hash, code_hash(command.code)):
        raise LinkInvalid
    if link.correlation_id != command.correlation_id:
        raise LinkInvalid
    if not cancellation.link_is_valid(order, link, command.at):
        raise LinkInvalid
    _require_cancellable(order, command, parts=True)
    part = confirm_part(command, order) if command.pieces else None
    if part is not None:
        return part
    _require_cancellable(order, command, parts=False)
    quote = cancellation.quote(order)
    if quote.amount != command.quote:
        raise QuoteChanged(quote=quote.amount)
    if quote.payment is None or not quote.amount:
        return (Cancelled(cause=Cause.CUSTOMER), SeatsReleased())
    asked = CreateRefundRequest(
        payment=quote.payment,
        payment_reference=quote.payment_reference,
        provider=quote.provider,
        amount=quote.amount,
        fee=quote.fee,
        cause=Cause.CUSTOMER,
    )
    if cancellation.cancels_at_request(order):
        return (asked, Cancelled(cause=Cause.CUSTOMER), SeatsReleased())
    return (asked,)


def _complete_cancellation(command: CompleteCancellation, order: Order) -> Sequence[OrderStamp]:
    refund = order.refund_of(command.correlation_id)
    if refund is None or not refund.was_accepted:
        return _NOTHING
    if refund.request is not None and refund.request.pieces:
        return part_completed(order, refund)
    if order.cancelled is not None:
        return _NOTHING
    released = cancellation.releases(order, refund)
    cancelled = Cancelled(cause=Cause.CUSTOMER)
    return (cancelled, SeatsReleased()) if released else (cancelled,)


def _release_seats(command: ReleaseSeats, order: Order) -> Sequence[OrderStamp]:
    part = order.amendments.get(command.correlation_id)
    if part is not None:
        return (SeatsReleased(pieces=part.pieces),) if part_freed(order, part) else _NOTHING
    return (SeatsReleased(),) if cancellation.frees_seats(order) else _NOTHING


def _cancel_unpaid(command: CancelUnpaid, order: Order) -> Sequence[OrderStamp]:
    if not order.alive or not payable(order) or order.received:
        return _NOTHING
    if order.under_way or order.placed_at is None or command.at < pay_by(order):
        return _NOTHING
    return (Cancelled(cause=Cause.UNPAID), SeatsReleased())


def _give_up_unpaid(order: Order) -> Sequence[OrderStamp]:
    if not order.alive:
        return _NOTHING
    if not payable(order) or order.received or order.under_way:
        raise NotPayable(status=status(order))
    return (Cancelled(cause=Cause.CUSTOMER), SeatsReleased())


def _return_payment(command: ReturnPayment, order: Order) -> Sequence[OrderStamp]:
    held = order.held_by(command.payment)
    amount = command.amount or held
    if command.correlation_id in order.refunds or not _still_unwanted(command, amount, order):
        return _NOTHING
    if not 0 < amount.amount <= held.amount:
        raise NothingToRefund
    attempt = order.attempts[command.payment]
    return (
        CreateRefundRequest(
            payment=command.payment,
            payment_reference=attempt.reference,
            provider=attempt.provider,
            amount=amount,
            fee=zero(order.currency),
            cause=command.cause,
        ),
    )


def _still_unwanted(command: ReturnPayment, amount: Money, order: Order) -> bool:
    """What called for it may be over: the order was taken up again, or the surplus is gone."""
    if command.cause is Cause.OVERPAID:
        return amount <= order.surplus
    return not order.alive


def by_staff(command: StaffWish, order: Order) -> Sequence[OrderStamp]:
    """The stamps that a wish of staff calls for; none if it is fulfilled already; or a refusal."""
    if isinstance(command, RetryRefund):
        return _retry_refund(command, order)
    if order.erased and isinstance(command, _WITH_A_PERSON):
        raise PersonErased
    stamps = _by_one(command, order)
    require_second_person(command, stamps, order)
    return stamps


def _by_one(  # noqa: C901 (a dispatching match)
    command: StaffAct, order: Order
) -> Sequence[OrderStamp]:
    match command:
        case MarkPaid():
            return mark_paid(command, order)
        case RefundPayment():
            return refund_payment(command, order)
        case RefundByHand():
            return refund_by_hand(command, order)
        case CancelOrder():
            return cancel_order(command, order)
        case CancelPart():
            return cancel_part(command, order)
        case SwapLines():
            return swap_lines(command, order)
        case WithdrawPayment():
            return withdraw_payment(command, order)
        case WithdrawCancellation():
            return withdraw_cancellation(command, order)
        case ResendLetter():
            return resend(command, order)
        case ChangeContact():
            return change_contact(command, order)
        case CorrectAnswers():
            return correct_answers(command, order)
        case WriteNote():
            return write_note(command, order)
        case AddLabel() | RemoveLabel():
            return change_labels(command, order)
        case _:
            assert_never(command)


def _retry_refund(command: RetryRefund, order: Order) -> Sequence[OrderStamp]:
    refund = order.refund_of(command.correlation_id)
    if refund is None or refund.request is None or not refund.was_refused:
        return _NOTHING
    if refund.request.amount.amount > order.held_by(refund.request.payment).amount:
        raise NothingToRefund
    require_unmoved(command.version, order)
    require_same_part(order, refund)
    request = refund.request
    return (
        CreateRefundRequest(
            payment=request.payment,
            payment_reference=request.payment_reference,
            provider=request.provider,
            amount=request.amount,
            fee=request.fee,
            cause=request.cause,
            try_number=refund.last_try + 1,
            pieces=request.pieces,
        ),
    )
