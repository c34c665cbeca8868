"""Corrections: a mistake of staff is taken back by a stamp, with reason and approver (N3)."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.kernel.refusals import (
    ApproverNeeded,
    MoneyReturned,
    NothingToRefund,
    NotWithdrawable,
    OrderMoved,
)
from ledger.order.commands import (
    CancelOrder,
    CancelUnpaid,
    RefundByHand,
    WithdrawCancellation,
    WithdrawPayment,
)
from ledger.order.issues import troubles
from ledger.order.payable import pay_by
from ledger.order.stamps import (
    CancellationWithdrawn,
    Cancelled,
    Cause,
    Letter,
    ManualRefund,
    PaymentWithdrawn,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
    SeatsReleased,
)
from ledger.order.status import Status
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    CONFIRMED_FREE,
    DISPUTED,
    FREE,
    LOST,
    NOON,
    OUTSIDE,
    PAID,
    PLACED,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_REFUSED,
    REFUNDED,
    RELEASED,
    RETAKEN,
    SECOND,
    TIMED_OUT,
    WEEKEND,
    WISH,
    WON,
    eur,
    given,
    history,
    order_of,
    put,
)
from tests.ledger.order.test_staff import BOUGHT, HANDED_OVER, OPEN, marked, request

MARKED = (*OPEN, *(put(one, under=SECOND) for one in marked()))
TAKEN_BACK = put(PaymentWithdrawn(payment=SECOND, amount=PRICE, approver="boss"), under=OUTSIDE)
BY_STAFF = Cancelled(cause=Cause.STAFF, reason="wrong row")
CALLED_OFF = (*BOUGHT, BY_STAFF, RELEASED)
STANDS = put(CancellationWithdrawn(cancellation=WISH, approver="boss"), under=OUTSIDE)


def wish(kind: Any, **changes: Any) -> Any:
    fields = {"approver": "boss", "reason": "the wrong row", **changes}
    return kind(correlation_id=OUTSIDE, actor="token:till", at=NOON, **fields)


def letter(kind: Any, which: Letter, under: Any, **fields: Any) -> Any:
    return put(kind(letter=which, try_number=1, **fields), under=under)


def sent(which: Letter, under: Any) -> Any:
    return letter(ReceiptSent, which, under, message_id="<1@x>", body_hash="00")


# A payment that was marked by mistake


def test_a_payment_by_hand_is_taken_back_whole():
    given(*MARKED).when(wish(WithdrawPayment)).then(
        PaymentWithdrawn(payment=SECOND, amount=PRICE, approver="boss", reason="the wrong row")
    )
    given(*MARKED, TAKEN_BACK).when(wish(WithdrawPayment)).then()


def test_the_order_waits_for_its_money_as_before():
    before, after = order_of(*OPEN), order_of(*MARKED, TAKEN_BACK)
    given(*MARKED, TAKEN_BACK).is_(Status.PENDING)
    assert (after.received, after.held_by(SECOND)) == (eur(0), eur(0))
    assert after.seats == before.seats == {WEEKEND: (2, 0)}
    assert [one.correlation_id for one in after.unanswered_payments()] == []
    given(*HANDED_OVER, put(replace(TAKEN_BACK.stamp, payment=ATTEMPT), under=OUTSIDE)).is_(
        Status.FAILED
    )


def test_the_money_may_come_after_all():
    late = (*MARKED, TAKEN_BACK, PAID)
    given(*late).is_(Status.PAID)
    assert order_of(*late).seats == {WEEKEND: (0, 2)}


def test_of_several_the_newest_is_meant_unless_one_is_named():
    third = (*MARKED, *(put(one, under=WISH) for one in marked(100)))
    assert given(*third).when(wish(WithdrawPayment)).stamps[0].payment == WISH
    named = given(*third).when(wish(WithdrawPayment, payment=SECOND))
    assert (named.stamps[0].payment, named.stamps[0].amount) == (SECOND, PRICE)


def test_only_what_was_marked_by_hand_is_taken_back():
    for stack in (OPEN, BOUGHT, (FREE, CONFIRMED_FREE), (*MARKED, TAKEN_BACK)):
        again = replace(wish(WithdrawPayment), correlation_id=WISH)
        given(*stack).when(again).then_refuses(NotWithdrawable)
    given(*MARKED).when(wish(WithdrawPayment, payment=ATTEMPT)).then_refuses(NotWithdrawable)


def test_what_was_returned_of_it_cannot_have_never_come():
    part = put(ManualRefund(payment=SECOND, amount=eur(1)), under=WISH)
    given(*MARKED, part).when(wish(WithdrawPayment)).then_refuses(MoneyReturned)
    handed_back = RefundByHand(
        correlation_id=WISH, actor="token:till", at=NOON, reason="asked", payment=SECOND
    )
    given(*MARKED, TAKEN_BACK).when(handed_back).then_refuses(NothingToRefund)


@pytest.mark.parametrize("approver", ["", "  ", "till", "TILL", "token:till", " Till "])
@pytest.mark.parametrize(
    ("kind", "stack"), [(WithdrawPayment, MARKED), (WithdrawCancellation, CALLED_OFF)]
)
def test_nobody_approves_their_own_correction(kind: Any, stack: Any, approver: str):
    given(*stack).when(wish(kind, approver=approver)).then_refuses(ApproverNeeded)
    given(*stack).when(wish(kind, version=1)).then_refuses(OrderMoved)


def test_whoever_was_told_of_the_payment_is_told_of_the_mistake():
    begun = letter(ReceiptSendStarted, Letter.PAID, SECOND)
    correction = (OUTSIDE, Letter.CORRECTION)
    given(*MARKED, TAKEN_BACK).owes()
    given(*MARKED, begun, sent(Letter.PAID, SECOND), TAKEN_BACK).owes(correction)
    given(*MARKED, begun, letter(ReceiptUnknown, Letter.PAID, SECOND), TAKEN_BACK).owes(correction)
    failed = letter(ReceiptFailed, Letter.PAID, SECOND, code="550", permanent=True)
    given(*MARKED, begun, failed, TAKEN_BACK).owes()


def test_a_receipt_that_is_on_its_way_is_waited_for_and_then_corrected():
    begun = letter(ReceiptSendStarted, Letter.PAID, SECOND)
    given(*MARKED, begun, TAKEN_BACK).owes((SECOND, Letter.PAID))
    given(*MARKED, begun, TAKEN_BACK, sent(Letter.PAID, SECOND)).owes((OUTSIDE, Letter.CORRECTION))


def test_the_surplus_of_a_mistake_is_no_surplus():
    twice = (*OPEN, *(put(one, under=SECOND) for one in marked()), PAID)
    assert [str(one.kind) for one in troubles(order_of(*twice))] == ["overpaid"]
    assert troubles(order_of(*twice, TAKEN_BACK)) == ()


def test_there_is_the_whole_time_again_to_pay():
    order = order_of(*MARKED, TAKEN_BACK)
    taken = history(*MARKED, TAKEN_BACK)[-1].recorded_at
    assert pay_by(order) - taken == pay_by(order_of(*OPEN)) - NOON
    time_out = CancelUnpaid(correlation_id=WISH, actor="worker", at=pay_by(order_of(*OPEN)))
    given(*MARKED, TAKEN_BACK).when(time_out).then()
    given(*MARKED, TAKEN_BACK).when(replace(time_out, at=pay_by(order))).then(TIMED_OUT, RELEASED)


def test_it_does_not_matter_whether_the_payment_is_told_again():
    paid = MARKED[-1]
    assert order_of(*MARKED, TAKEN_BACK, paid).received == eur(0)


# A cancellation by mistake


def test_a_cancellation_by_staff_is_taken_back():
    given(*CALLED_OFF).when(wish(WithdrawCancellation)).then(
        CancellationWithdrawn(cancellation=WISH, approver="boss", reason="the wrong row")
    )
    given(*CALLED_OFF, STANDS).when(wish(WithdrawCancellation)).then()


def test_the_order_lives_with_its_money_and_seats():
    for stack in (BOUGHT, OPEN, (FREE, CONFIRMED_FREE)):
        before, after = order_of(*stack), order_of(*stack, BY_STAFF, RELEASED, STANDS)
        assert after.alive
        assert (after.seats, after.received) == (before.seats, before.received)
        given(*stack).is_(Status.PENDING if stack is OPEN else Status.PAID)
        given(*stack, BY_STAFF, RELEASED, STANDS).is_(
            Status.PENDING if stack is OPEN else Status.PAID
        )


def test_only_a_cancellation_of_staff_is_taken_back():
    for stack in (BOUGHT, (*BOUGHT, CANCELLED, RELEASED), (*OPEN, TIMED_OUT, RELEASED)):
        given(*stack).when(wish(WithdrawCancellation)).then_refuses(NotWithdrawable)


def test_not_when_the_money_is_gone_or_going():
    asked = (*BOUGHT, put(request()), BY_STAFF, RELEASED)
    for news in ((), (REFUND_ACCEPTED,), (REFUND_ACCEPTED, REFUNDED), (REFUNDED,)):
        given(*asked, *news).when(wish(WithdrawCancellation)).then_refuses(MoneyReturned)
    by_hand = put(ManualRefund(payment=ATTEMPT, amount=PRICE), under=SECOND)
    given(*CALLED_OFF, by_hand).when(wish(WithdrawCancellation)).then_refuses(MoneyReturned)


def test_seats_are_not_sold_again_for_money_that_a_bank_took():
    for stack in ((*CALLED_OFF, DISPUTED, LOST), (*BOUGHT, DISPUTED, LOST, BY_STAFF, RELEASED)):
        given(*stack).when(wish(WithdrawCancellation)).then_refuses(MoneyReturned)
    assert given(*CALLED_OFF, DISPUTED, WON).when(wish(WithdrawCancellation)).stamps


def test_what_went_back_before_or_never_went_does_not_matter():
    part = put(ManualRefund(payment=ATTEMPT, amount=eur(1000)), under=SECOND)
    for stack in (
        (*BOUGHT, part, BY_STAFF, RELEASED),
        (*BOUGHT, put(request()), BY_STAFF, RELEASED, REFUND_REFUSED),
    ):
        assert given(*stack).when(wish(WithdrawCancellation)).stamps


def test_whoever_was_told_of_the_cancellation_is_told_that_the_order_stands():
    begun, told = letter(ReceiptSendStarted, Letter.CANCELLED, WISH), sent(Letter.CANCELLED, WISH)
    paid, correction = (ATTEMPT, Letter.PAID), (OUTSIDE, Letter.CORRECTION)
    given(*CALLED_OFF, STANDS).owes(paid)
    given(*CALLED_OFF, begun, told, STANDS).owes(paid, correction)
    given(*CALLED_OFF, begun, STANDS).owes(paid, (WISH, Letter.CANCELLED))
    given(*CALLED_OFF, begun, STANDS, told).owes(paid, correction)


def test_it_can_be_cancelled_again_and_times_out_like_any():
    again = CancelOrder(correlation_id=SECOND, actor="token:till", at=NOON, reason="really")
    given(*CALLED_OFF, STANDS).when(again).then(
        Cancelled(cause=Cause.STAFF, reason="really"), SeatsReleased()
    )
    called_off = (*OPEN, BY_STAFF, RELEASED, STANDS)
    late = CancelUnpaid(correlation_id=SECOND, actor="worker", at=pay_by(order_of(*called_off)))
    given(*called_off).when(late).then(TIMED_OUT, RELEASED)


def test_money_after_a_second_time_out_takes_the_seats_once_more():
    from ledger.order.commands import RetakeSeats
    from ledger.order.next_step import next_step

    stack = (
        *(PLACED, ASKED, TIMED_OUT, RELEASED),
        *(put(one, under=SECOND) for one in marked()),
        put(RETAKEN, under=SECOND),
        TAKEN_BACK,
        put(TIMED_OUT, under=OUTSIDE),
        put(RELEASED, under=OUTSIDE),
        PAID,
    )
    assert isinstance(next_step(order_of(*stack), NOON), RetakeSeats)
