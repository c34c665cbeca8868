"""What ticket sales may not decide about an order alone: by the limit that it was placed under."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.kernel.refusals import SecondPersonNeeded
from ledger.order.commands import (
    CancelOrder,
    RefundByHand,
    RefundPayment,
    WithdrawPayment,
    WriteNote,
)
from ledger.order.decisions.second_person import money_of, returned_by_staff
from ledger.order.stamps import Cause, LinesSwapped, NoteWritten, PaymentWithdrawn
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    HANDED_BACK,
    NOON,
    OUTSIDE,
    PAID,
    PLACED,
    POLICY,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_REFUSED,
    REFUNDED,
    SECOND,
    WISH,
    eur,
    given,
    order_of,
    put,
)

LIMIT = eur(3000)
LIMITED = replace(PLACED, cancellation=replace(POLICY, approval_above=LIMIT))
BOUGHT = (LIMITED, ASKED, PAID)
SMALL = (
    LIMITED,
    replace(ASKED, provider="manual", amount=eur(1)),
    replace(PAID, provider="manual", amount=eur(1)),
)


def by(kind: Any, **fields: Any) -> Any:
    return kind(**{"correlation_id": SECOND, "actor": "ada", "at": NOON, "reason": "r", **fields})


def earlier(cents: int, *outcomes: Any, cause: Cause = Cause.STAFF) -> tuple[Any, ...]:
    """A refund of so much that was asked for before, and what became of it."""
    asked = replace(REFUND_ASKED, amount=eur(cents), cause=cause)
    told = [replace(one, amount=eur(cents)) if hasattr(one, "amount") else one for one in outcomes]
    return tuple(put(one, under=OUTSIDE) for one in (asked, *told))


@pytest.mark.parametrize("kind", [RefundPayment, RefundByHand])
@pytest.mark.parametrize(
    ("before", "alone"),
    [
        ((), 3000),
        (earlier(1000), 2000),
        (earlier(1000, REFUND_ACCEPTED), 2000),
        (earlier(1000, REFUND_ACCEPTED, REFUNDED), 2000),
        (earlier(1000, cause=Cause.DESPITE_DISPUTE), 2000),
        (earlier(1000, REFUND_REFUSED), 3000),
        (earlier(1000, cause=Cause.CUSTOMER), 3000),
        (earlier(1000, REFUND_ACCEPTED, cause=Cause.SHOP_MOVED), 3000),
        ((put(replace(HANDED_BACK, amount=eur(1000)), under=OUTSIDE),), 2000),
        ((put(replace(REFUND_ACCEPTED, amount=eur(1000)), under=OUTSIDE),), 3000),
    ],
    ids=[
        "nothing before",
        "asked",
        "accepted",
        "settled",
        "despite a dispute",
        "refused",
        "its customer",
        "its shop",
        "by hand",
        "at the provider",
    ],
)
def test_one_person_returns_up_to_the_limit_all_that_staff_returned_before_included(
    kind, before, alone
):
    order = given(*BOUGHT, *before)
    assert order.when(by(kind, amount=eur(alone))).stamps
    more = by(kind, amount=eur(alone + 1))
    order.when(more).then_refuses(SecondPersonNeeded, limit=LIMIT)
    assert order.when(replace(more, approval=WISH)).stamps


def test_an_order_that_was_placed_without_a_limit_has_none():
    assert given(PLACED, ASKED, PAID).when(by(RefundPayment)).stamps


def test_what_stamps_nothing_needs_nobody():
    done = put(replace(REFUND_ASKED, cause=Cause.STAFF), under=SECOND)
    given(*BOUGHT, done).when(by(RefundPayment)).then()
    back = PaymentWithdrawn(payment=ATTEMPT, amount=eur(1), approver="bea", reason="r")
    given(*SMALL, put(back, under=SECOND)).when(by(WithdrawPayment, approver="bea")).then()


def test_what_returns_no_money_needs_nobody_however_much_went_back_before():
    much = earlier(6000)
    given(*BOUGHT, *much).when(by(WriteNote)).then(NoteWritten(text="r"))
    assert given(*BOUGHT, *much).when(by(CancelOrder)).stamps
    refused = given(*BOUGHT).when(by(CancelOrder, refund=True))
    refused.then_refuses(SecondPersonNeeded, limit=LIMIT)


def test_a_correction_needs_somebody_who_signed_in_however_small_it_is():
    wish = by(WithdrawPayment, approver="bea")
    given(*SMALL).when(wish).then_refuses(SecondPersonNeeded, limit=LIMIT)
    assert given(*SMALL).when(replace(wish, approval=WISH)).stamps


def test_what_is_set_against_another_order_stays_in_the_shop():
    order = order_of(*BOUGHT)
    handed = replace(HANDED_BACK, amount=eur(3500))
    asked = replace(REFUND_ASKED, amount=eur(1000))
    kept = LinesSwapped(order=OUTSIDE, amount=eur(3500))
    assert money_of((), order) == eur(0)
    assert money_of((handed, asked, NoteWritten(text="r")), order) == eur(4500)
    assert money_of((handed, kept, asked), order) == eur(1000)
    swapped = order_of(*BOUGHT, put(handed, under=OUTSIDE), put(kept, under=OUTSIDE))
    assert returned_by_staff(swapped) == eur(0)
    assert returned_by_staff(order_of(*BOUGHT, put(handed, under=OUTSIDE))) == eur(3500)
    assert order.held_by(ATTEMPT) == eur(7000)
