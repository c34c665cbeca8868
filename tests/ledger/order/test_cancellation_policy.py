"""Who may cancel, until when, and what comes back (SPEC X1)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.order.cancellation_policy import deadline, eligibility, quote
from ledger.shop.stamps import CancellationPolicy
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    CONFIRMED_FREE,
    DISPUTED,
    FREE,
    NOON,
    PAID,
    PAID_TWICE,
    PLACED,
    PRICE,
    REFUND_ASKED,
    REFUND_REFUSED,
    SECOND,
    TIMED_OUT,
    eur,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAID)
NEVER = CancellationPolicy(period_days=0, fee_fixed=eur(0))
BY_HAND = (replace(ASKED, provider="manual"), replace(PAID, provider="manual"))

REASONS: dict[str, tuple[Any, ...]] = {
    "": BOUGHT,
    "not_paid": (PLACED, ASKED),
    "cancelled": (PLACED, ASKED, TIMED_OUT),
    "disputed": (*BOUGHT, DISPUTED),
    "refund_under_way": (*BOUGHT, REFUND_ASKED),
    "no_self_service": (replace(PLACED, cancellation=NEVER), ASKED, PAID),
    "not_refundable": (PLACED, *BY_HAND),
    "too_late": (replace(PLACED, starts_at=NOON + timedelta(minutes=30)), ASKED, PAID),
}


@pytest.mark.parametrize("reason", REASONS)
def test_every_no_has_its_code(reason):
    answer = eligibility(order_of(*REASONS[reason]), NOON + timedelta(hours=1))
    assert (answer.allowed, answer.reason) == (not reason, reason)


def test_a_no_tells_what_it_looked_at():
    answer = eligibility(order_of(*BOUGHT, DISPUTED), NOON)
    assert set(answer.inputs) == {"status", "deadline", "total", "providers"}
    assert answer.inputs["status"] == "DISPUTED"


def test_the_deadline_is_so_many_days_of_24_hours():
    assert deadline(order_of(*BOUGHT)) == NOON + timedelta(hours=14 * 24)


def test_the_deadline_is_capped_at_the_start():
    starts = NOON + timedelta(days=2)
    assert deadline(order_of(replace(PLACED, starts_at=starts), ASKED, PAID)) == starts


def test_the_deadline_itself_is_too_late():
    order = order_of(*BOUGHT)
    last = deadline(order)
    assert last is not None
    assert eligibility(order, last - timedelta(microseconds=1)).allowed
    assert eligibility(order, last).reason == "too_late"


def test_a_refused_refund_is_still_under_way():
    order = order_of(*BOUGHT, REFUND_ASKED, REFUND_REFUSED)
    assert eligibility(order, NOON).reason == "refund_under_way"


def test_paid_twice_is_for_a_person_to_sort_out():
    twice = (*BOUGHT, put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND))
    assert eligibility(order_of(*twice), NOON).reason == "not_refundable"


def test_a_free_order_returns_nothing_but_may_be_cancelled():
    order = order_of(FREE, CONFIRMED_FREE)
    assert eligibility(order, NOON).allowed
    assert (quote(order).amount, quote(order).payment) == (eur(0), None)


def test_the_quote_names_the_payment_and_the_fee():
    policy = CancellationPolicy(period_days=14, fee_fixed=eur(150), fee_percent="2.5")
    found = quote(order_of(replace(PLACED, cancellation=policy), ASKED, PAID))
    assert (found.amount, found.fee) == (PRICE - eur(325), eur(325))
    assert (found.payment, found.payment_reference) == (ATTEMPT, "pi_1")


def test_an_order_taken_from_the_shelf_is_not_alive():
    assert eligibility(order_of(*BOUGHT, CANCELLED), NOON).reason == "cancelled"
