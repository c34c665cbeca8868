"""The status word, row by row of the contract's table; money held; flags."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.order.stamps import Cause
from ledger.order.status import Status, status
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    CONFIRMED_FREE,
    DECLINED,
    DISPUTED,
    EXPIRED,
    FREE,
    HANDED_BACK,
    LOST,
    NO_PAGE,
    NOON,
    OUTSIDE,
    PAGE,
    PAID,
    PAID_TWICE,
    PENDING,
    PLACED,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUND_REFUSED,
    REFUNDED,
    RELEASED,
    RETAKEN,
    SECOND,
    TIMED_OUT,
    WEEKEND,
    WON,
    eur,
    given,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAGE, PAID)
HALF = replace(REFUNDED, amount=eur(3500), provider_reference="re_half")
WITH_FEE = replace(REFUND_ASKED, amount=eur(6000), fee=eur(1000))
LESS_FEE = replace(REFUND_ACCEPTED, amount=eur(6000))
SETTLED_LESS_FEE = replace(REFUNDED, amount=eur(6000))
ANOTHER = put(replace(REFUND_ASKED, cause=Cause.STAFF), under=OUTSIDE)
MINUTE = timedelta(minutes=1)

ROWS = {
    "a dispute is open": ((*BOUGHT, DISPUTED), Status.DISPUTED),
    "a dispute, even of a cancelled order": (
        (*BOUGHT, CANCELLED, DISPUTED),
        Status.DISPUTED,
    ),
    "nothing received, cancelled": ((PLACED, ASKED, TIMED_OUT), Status.CANCELLED),
    "free, confirmed": ((FREE, CONFIRMED_FREE), Status.PAID),
    "free, cancelled": ((FREE, CONFIRMED_FREE, CANCELLED), Status.CANCELLED),
    "an attempt is asked for": ((PLACED, ASKED), Status.PENDING),
    "an attempt has its page": ((PLACED, ASKED, PAGE), Status.PENDING),
    "an attempt pays days later": ((PLACED, ASKED, PAGE, PENDING), Status.PENDING),
    "one failed, one open": (
        (PLACED, ASKED, NO_PAGE, put(ASKED, under=SECOND)),
        Status.PENDING,
    ),
    "no page was made": ((PLACED, ASKED, NO_PAGE), Status.FAILED),
    "given up, and made after all": ((PLACED, ASKED, NO_PAGE, PAGE), Status.PENDING),
    "made, and given up by another": ((PLACED, ASKED, PAGE, NO_PAGE), Status.PENDING),
    "a try was declined": ((PLACED, ASKED, PAGE, DECLINED), Status.FAILED),
    "the page expired": ((PLACED, ASKED, PAGE, EXPIRED), Status.FAILED),
    "nothing tried": ((PLACED,), Status.NOT_STARTED),
    "a refund is requested": ((*BOUGHT, REFUND_ASKED), Status.REFUND_REQUESTED),
    "a refund is accepted": (
        (*BOUGHT, REFUND_ASKED, REFUND_ACCEPTED),
        Status.REFUND_REQUESTED,
    ),
    "a refund was refused": ((*BOUGHT, REFUND_ASKED, REFUND_REFUSED), Status.REFUND_FAILED),
    "a refund failed late": (
        (*BOUGHT, REFUND_ASKED, REFUND_ACCEPTED, REFUNDED, REFUND_FAILED),
        Status.REFUND_FAILED,
    ),
    "a later refund takes its place": (
        (*BOUGHT, REFUND_ASKED, REFUND_REFUSED, ANOTHER),
        Status.REFUND_REQUESTED,
    ),
    "everything returned": (
        (*BOUGHT, REFUND_ASKED, REFUND_ACCEPTED, REFUNDED, CANCELLED),
        Status.REFUNDED,
    ),
    "everything returned by hand": ((*BOUGHT, HANDED_BACK), Status.REFUNDED),
    "everything but the fee, cancelled": (
        (*BOUGHT, WITH_FEE, LESS_FEE, SETTLED_LESS_FEE, CANCELLED),
        Status.REFUNDED,
    ),
    "cancelled, nothing promised": ((*BOUGHT, CANCELLED), Status.CANCELLED),
    "something returned, the order lives": ((*BOUGHT, HALF), Status.PARTIALLY_REFUNDED),
    "a dispute lost": ((*BOUGHT, DISPUTED, LOST), Status.CHARGED_BACK),
    "everything but the fee, the order lives": (
        (*BOUGHT, WITH_FEE, LESS_FEE, SETTLED_LESS_FEE),
        Status.PARTIALLY_REFUNDED,
    ),
    "a dispute won": ((*BOUGHT, DISPUTED, WON), Status.PAID),
    "paid": (BOUGHT, Status.PAID),
    "taken up again": (
        (PLACED, ASKED, TIMED_OUT, RELEASED, PAID, RETAKEN),
        Status.PAID,
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_the_first_word_that_holds(row):
    stack, word = ROWS[row]
    assert status(given(*stack).order) is word


def test_less_than_due_is_pending_and_underpaid_never_paid():
    given(PLACED, ASKED, replace(PAID, amount=eur(6999))).is_(Status.PENDING, "underpaid")


def test_more_than_due_is_paid_and_overpaid():
    given(PLACED, ASKED, replace(PAID, amount=eur(7001))).is_(Status.PAID, "overpaid")


def test_paid_twice_is_overpaid_until_one_went_back():
    twice = (*BOUGHT, put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND))
    given(*twice).is_(Status.PAID, "overpaid")
    back = put(replace(REFUNDED, payment=SECOND, provider_reference="re_2"), under=OUTSIDE)
    given(*twice, back).is_(Status.PARTIALLY_REFUNDED)


def test_a_refund_without_an_answer_is_unknown():
    given(*BOUGHT, REFUND_ASKED).is_(Status.REFUND_REQUESTED, "refund_unknown")


def test_money_after_a_cancellation_is_late():
    given(PLACED, ASKED, TIMED_OUT, RELEASED, PAID).is_(Status.CANCELLED, "late_payment")
    given(PLACED, ASKED, TIMED_OUT, RELEASED, PAID, RETAKEN).is_(Status.PAID)


def test_an_expiry_after_the_money_changes_nothing():
    given(*BOUGHT, EXPIRED).is_(Status.PAID)


def test_the_provider_s_time_tells_the_last_word_of_an_attempt():
    declined = put(DECLINED, told=NOON + MINUTE)
    pending = put(PENDING, told=NOON + 2 * MINUTE)
    for news in ((declined, pending), (pending, declined)):
        given(PLACED, ASKED, PAGE, *news).is_(Status.PENDING)


def test_what_is_held_goes_down_with_every_promise():
    assert order_of(*BOUGHT).held_by(ATTEMPT) == eur(7000)
    assert order_of(*BOUGHT, WITH_FEE).held_by(ATTEMPT) == eur(1000)
    assert order_of(*BOUGHT, WITH_FEE, REFUND_REFUSED).held_by(ATTEMPT) == eur(7000)
    assert order_of(*BOUGHT, HALF).held_by(ATTEMPT) == eur(3500)
    assert order_of(*BOUGHT, DISPUTED).held_by(ATTEMPT) == eur(0)
    assert order_of(*BOUGHT, DISPUTED, WON).held_by(ATTEMPT) == eur(7000)
    assert order_of(*BOUGHT, DISPUTED, LOST).held_by(ATTEMPT) == eur(0)
    assert order_of(PLACED).held_by(SECOND) == eur(0)


def test_a_refund_told_before_its_payment_is_folded():
    order = order_of(PLACED, ASKED, put(HALF, under=OUTSIDE), PAID)
    assert (order.received, order.refunded, order.held_by(ATTEMPT)) == (
        eur(7000),
        eur(3500),
        eur(3500),
    )


def test_seats_are_held_then_sold_then_free():
    assert order_of(PLACED, ASKED).seats == {WEEKEND: (2, 0)}
    assert order_of(*BOUGHT).seats == {WEEKEND: (0, 2)}
    assert order_of(*BOUGHT, CANCELLED).seats == {WEEKEND: (0, 2)}
    assert order_of(*BOUGHT, CANCELLED, RELEASED).seats == {}
    assert order_of(PLACED, ASKED, TIMED_OUT, RELEASED, PAID, RETAKEN).seats == {WEEKEND: (0, 2)}


def test_a_payment_of_unknown_outcome_is_flagged_until_something_is_heard():
    given(PLACED, ASKED).is_(Status.PENDING, "payment_unknown")
    for news in (PAGE, PENDING):
        given(PLACED, ASKED, news).is_(Status.PENDING)
    given(PLACED, ASKED, TIMED_OUT, RELEASED).is_(Status.CANCELLED)
