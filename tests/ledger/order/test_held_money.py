"""Law 8: what came once and left again pays for nothing, whoever took it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.kernel.events import derived
from ledger.order.commands import MarkPaid, RequestPayment, RetakeSeats, ReturnPayment
from ledger.order.decide import decide
from ledger.order.decisions.capture import needless, to_capture
from ledger.order.issues import troubles
from ledger.order.letters_due import owed
from ledger.order.next_step import next_step
from ledger.order.payable import payable
from ledger.order.stamps import (
    Cancelled,
    Cause,
    CreatePaymentRequest,
    CreateRefundSuccess,
    Letter,
    ManualRefund,
    Paid,
    Refunded,
)
from ledger.order.status import Status, flags, status
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CANCELLED,
    DISPUTED,
    LATER,
    LOST,
    NOON,
    OUTSIDE,
    PAGE,
    PAID,
    PAID_TWICE,
    PLACED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUND_REFUSED,
    REFUNDED,
    RELEASED,
    RETAKEN,
    SECOND,
    TIMED_OUT,
    VOID_ASKED,
    WEEKEND,
    WISH,
    WON,
    eur,
    given,
    order_of,
    put,
)

AT = NOON + timedelta(days=4)
DEAD = (PLACED, ASKED, PAGE, put(TIMED_OUT, under=OUTSIDE), put(RELEASED, under=OUTSIDE))
LATE = derived(ATTEMPT, "late")
CENT = (
    put(replace(ASKED, provider="manual", account="", amount=eur(1)), under=SECOND),
    put(Paid(amount=eur(1), provider="manual", provider_reference="BANK-1"), under=SECOND),
)
AGAIN = (put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND))


def sent_back(amount, *, cause=Cause.LATE_PAYMENT, under=LATE, of=ATTEMPT):
    """A refund from the wish to the word that it settled."""
    asked = replace(REFUND_ASKED, payment=of, amount=amount, cause=cause)
    name = {"payment": of, "amount": amount, "provider_reference": f"re_{under}"}
    return (
        put(asked, under=under),
        put(CreateRefundSuccess(**name), under=under),
        put(Refunded(**name), under=under),
    )


def kinds(*stack):
    return [str(one.kind) for one in troubles(order_of(*stack))]


def owed_by(*stack):
    return owed(order_of(*stack))


RETURNED_LATE = (*DEAD, PAID, *sent_back(eur(7000)))
LOST_LATE = (*DEAD, PAID, DISPUTED, LOST)


@pytest.mark.parametrize("dead", [RETURNED_LATE, LOST_LATE], ids=["returned", "charged back"])
def test_one_cent_does_not_revive_a_dead_order_whose_money_left_again(dead):
    order = order_of(*dead, *CENT)
    assert next_step(order, AT) is None
    assert (order.seats, order.confirmed) == ({}, False)
    assert kinds(*dead, *CENT) == ["money_to_return"]
    assert (SECOND, Letter.PAID) not in [
        (due.correlation_id, due.letter) for due in owed_by(*dead, *CENT)
    ]


def test_the_whole_price_still_revives_it_and_only_that_payment_is_confirmed():
    order = order_of(*RETURNED_LATE, *AGAIN)
    step = next_step(order, AT)
    assert isinstance(step, RetakeSeats)
    assert step.payment == SECOND
    alive = (*RETURNED_LATE, *AGAIN, put(RETAKEN, under=derived(SECOND, "retake")))
    paid = [one.correlation_id for one in owed_by(*alive) if one.letter is Letter.PAID]
    assert paid == [SECOND]
    assert order_of(*alive).seats == {WEEKEND: (0, 2)}


def test_two_late_parts_of_which_one_went_back_revive_nothing():
    part = replace(PAID, amount=eur(4000))
    other = put(replace(PAID_TWICE, amount=eur(4000)), under=SECOND)
    order = order_of(*DEAD, part, *sent_back(eur(4000)), put(ASKED, under=SECOND), other)
    step = next_step(order, AT)
    assert isinstance(step, ReturnPayment)
    assert (step.cause, step.payment) == (Cause.LATE_PAYMENT, SECOND)


@pytest.mark.parametrize(
    "stack",
    [
        (*DEAD, replace(PAID, amount=eur(1000)), *sent_back(eur(1000))),
        RETURNED_LATE,
        LOST_LATE,
        (*DEAD, PAID, put(ManualRefund(payment=ATTEMPT, amount=eur(7000)), under=SECOND)),
        (*DEAD, PAID, REFUND_ASKED, REFUND_REFUSED, DISPUTED, LOST),
        (*DEAD, PAID, *sent_back(eur(7000), under=OUTSIDE), REFUND_ASKED, REFUND_REFUSED),
        (LATER, ASKED, AUTHORIZED, CANCELLED, RELEASED, VOID_ASKED, PAID, *sent_back(eur(7000))),
    ],
    ids=["part", "whole", "lost", "by hand", "refused, lost", "refused, back", "captured"],
)
def test_a_dead_order_of_which_nothing_is_held_has_no_open_case(stack):
    order = order_of(*stack)
    assert not order.alive
    assert not order.held
    assert kinds(*stack) == []
    assert not {"underpaid", "overpaid"} & {*flags(order)}


def test_a_refund_that_failed_is_a_case_as_long_as_its_money_is_held():
    assert kinds(*DEAD, PAID, REFUND_ASKED, REFUNDED, REFUND_FAILED) == ["refund_failed"]


def test_part_payments_of_which_one_went_back_do_not_sell_seats():
    parts = (
        replace(PAID, amount=eur(4000)),
        *sent_back(eur(4000), cause=Cause.STAFF),
        put(ASKED, under=SECOND),
        put(replace(PAID_TWICE, amount=eur(4000)), under=SECOND),
    )
    order = order_of(PLACED, ASKED, PAGE, *parts)
    assert order.seats == {WEEKEND: (2, 0)}
    assert (order.confirmed, order.missing) == (False, eur(3000))
    assert "underpaid" in flags(order)
    assert not [due for due in owed_by(PLACED, ASKED, PAGE, *parts) if due.letter is Letter.PAID]


def test_a_part_of_the_price_given_back_leaves_the_order_paid():
    stack = (PLACED, ASKED, PAGE, PAID, *sent_back(eur(500), cause=Cause.STAFF))
    order = order_of(*stack)
    given(*stack).is_(Status.PARTIALLY_REFUNDED)
    assert (order.confirmed, order.missing, kinds(*stack)) == (True, eur(0), [])


def test_an_order_that_was_refunded_and_not_cancelled_is_not_underpaid():
    given(PLACED, ASKED, PAGE, PAID, *sent_back(eur(7000), cause=Cause.STAFF)).is_(Status.REFUNDED)


def test_a_cent_after_a_whole_refund_gets_no_confirmation():
    stack = (PLACED, ASKED, PAGE, PAID, *sent_back(eur(7000), cause=Cause.STAFF), *CENT)
    paid = [one.correlation_id for one in owed_by(*stack) if one.letter is Letter.PAID]
    assert paid == [ATTEMPT]
    assert not order_of(*stack).confirmed


def test_an_authorization_is_captured_when_the_money_before_it_left_again():
    stack = (PLACED, ASKED, PAGE, PAID, *sent_back(eur(7000), cause=Cause.STAFF))
    held = (
        put(ASKED, under=SECOND),
        put(replace(AUTHORIZED, provider_reference="pi_2"), under=SECOND),
    )
    order = order_of(*stack, *held)
    attempt = order.attempts[SECOND]
    assert (to_capture(order, attempt), needless(order, attempt)) == (eur(7000), False)


# Taken back by the payer's bank (SPEC P9)

CHARGED_BACK = (PLACED, ASKED, PAGE, PAID, DISPUTED, LOST)


def test_a_lost_dispute_has_its_own_word_and_its_own_sum():
    given(*CHARGED_BACK).is_(Status.CHARGED_BACK, "underpaid")
    order = order_of(*CHARGED_BACK)
    assert (order.lost, order.refunded, order.held) == (eur(7000), eur(0), eur(0))
    assert kinds(*CHARGED_BACK) == ["underpaid"]
    assert Letter.REFUNDED not in [due.letter for due in owed_by(*CHARGED_BACK)]


def test_it_is_the_word_also_when_a_part_had_been_returned():
    lost = (replace(DISPUTED, amount=eur(6000)), LOST)
    given(PLACED, ASKED, PAGE, PAID, *sent_back(eur(1000), cause=Cause.STAFF), *lost).is_(
        Status.CHARGED_BACK, "underpaid"
    )


def test_a_part_that_a_bank_took_is_missing_again():
    stack = (PLACED, ASKED, PAGE, PAID, replace(DISPUTED, amount=eur(1000)), LOST)
    given(*stack).is_(Status.PENDING, "underpaid")
    assert order_of(*stack).missing == eur(1000)


def test_a_dispute_that_was_won_takes_nothing():
    given(PLACED, ASKED, PAGE, PAID, DISPUTED, WON).is_(Status.PAID)


def test_a_cancelled_order_that_was_charged_back_is_settled():
    given(*CHARGED_BACK, put(Cancelled(cause=Cause.STAFF), under=WISH), RELEASED).is_(
        Status.CHARGED_BACK
    )


# Payable (SPEC C8): one rule


@pytest.mark.parametrize(
    ("stack", "missing"),
    [
        ((PLACED, ASKED, PAGE), eur(7000)),
        ((PLACED, ASKED, PAGE, replace(PAID, amount=eur(1000))), eur(6000)),
        ((PLACED, ASKED, PAGE, PAID, replace(DISPUTED, amount=eur(500)), LOST), eur(500)),
    ],
)
def test_what_waits_for_money_asks_for_what_is_missing(stack, missing):
    order = order_of(*stack)
    assert payable(order)
    wish = RequestPayment(
        correlation_id=OUTSIDE, actor="x", at=NOON, provider="stripe", account="a", live=False
    )
    asked = [one for one in decide(wish, order) if isinstance(one, CreatePaymentRequest)]
    assert [one.amount for one in asked] == [missing]
    marked = MarkPaid(correlation_id=OUTSIDE, actor="x", at=NOON, reason="cash")
    assert [one.amount for one in decide(marked, order) if isinstance(one, Paid)] == [missing]


@pytest.mark.parametrize(
    "stack",
    [(PLACED, ASKED, PAGE, PAID), RETURNED_LATE, CHARGED_BACK, DEAD],
    ids=["paid", "returned", "charged back", "timed out"],
)
def test_what_does_not_wait_for_money_is_not_payable(stack):
    assert not payable(order_of(*stack))
    assert status(order_of(*stack)) not in (Status.NOT_STARTED, Status.PENDING, Status.FAILED)
