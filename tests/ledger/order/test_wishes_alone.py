"""Each condition of a wish by itself: what is asked for twice, too much, too late, or of nobody."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.refusals import NothingToRefund, OrderMoved, PersonErased
from ledger.order.commands import (
    CancelUnpaid,
    CompleteCancellation,
    RefundByHand,
    RetakeSeats,
    RetryRefund,
    ReturnPayment,
    WriteNote,
)
from ledger.order.stamps import Cause, ManualRefund, SeatsRetaken
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    NOON,
    ORDER,
    OUTSIDE,
    PAID,
    PLACED,
    PRICE,
    REFUND_ASKED,
    REFUND_REFUSED,
    REFUNDED,
    RELEASED,
    SECOND,
    TIMED_OUT,
    WISH,
    eur,
    given,
    put,
)

SOON = NOON + timedelta(hours=1)
BOUGHT = (PLACED, ASKED, PAID)
LATE = (PLACED, ASKED, TIMED_OUT, RELEASED, PAID)
REFUSED = (*BOUGHT, REFUND_ASKED, REFUND_REFUSED)
ERASED = put(Erased(subject=ORDER, ground=Ground.ASKED), under=OUTSIDE)
NEVER_ASKED = (*BOUGHT, put(REFUND_REFUSED, under=WISH))
RETURNED = replace(REFUND_ASKED, cause=Cause.LATE_PAYMENT)


def by(kind: Any, *, under: Any = WISH, at: Any = SOON, **fields: Any) -> Any:
    return kind(correlation_id=under, actor="test", at=at, **fields)


RETAKE = by(RetakeSeats, payment=ATTEMPT)
BACK = by(ReturnPayment, payment=ATTEMPT, cause=Cause.LATE_PAYMENT)


def asks(*stack: Any, wish: Any, name: str, then: Any = ()) -> Any:
    return pytest.param(stack, wish, then, id=name)


@pytest.mark.parametrize(
    ("stack", "wish", "stamps"),
    [
        asks(
            *LATE,
            wish=by(RetakeSeats, payment=ATTEMPT),
            then=(SeatsRetaken(),),
            name="seats that were freed",
        ),
        asks(
            PLACED,
            ASKED,
            TIMED_OUT,
            PAID,
            wish=by(RetakeSeats, payment=ATTEMPT),
            name="seats that are there",
        ),
        asks(
            *BOUGHT,
            put(REFUNDED, under=WISH),
            CANCELLED,
            wish=by(CompleteCancellation),
            name="a refund that nobody here had asked for, of what is cancelled",
        ),
        asks(*LATE, wish=BACK, then=(RETURNED,), name="all of late money"),
        asks(
            *LATE,
            wish=replace(BACK, amount=eur(1)),
            then=(replace(RETURNED, amount=eur(1)),),
            name="a cent of late money",
        ),
        asks(*NEVER_ASKED, wish=by(RetryRefund), name="again what was never asked"),
        asks(*BOUGHT, REFUND_ASKED, wish=by(RetryRefund), name="again what has no answer"),
        asks(
            *REFUSED,
            wish=by(RetryRefund, version=5),
            then=(replace(REFUND_ASKED, try_number=2),),
            name="again what was refused",
        ),
        asks(
            *BOUGHT,
            ERASED,
            wish=by(RefundByHand, reason="cash", under=SECOND),
            then=(ManualRefund(payment=ATTEMPT, amount=PRICE, reason="cash"),),
            name="money of whom was erased",
        ),
        asks(
            PLACED,
            ASKED,
            TIMED_OUT,
            RELEASED,
            wish=by(CancelUnpaid, at=NOON + timedelta(days=9)),
            name="to cancel what is cancelled",
        ),
    ],
)
def test_a_wish_is_answered_with_exactly_these_stamps(stack, wish, stamps):
    given(*stack).when(wish).then(*stamps)


@pytest.mark.parametrize(
    ("stack", "wish", "refusal", "facts"),
    [
        (LATE, replace(BACK, amount=PRICE + eur(1)), NothingToRefund, {}),
        (REFUSED, by(RetryRefund, version=4), OrderMoved, {"version": 5}),
        ((*BOUGHT, ERASED), by(WriteNote, reason="hello"), PersonErased, {}),
    ],
)
def test_a_wish_is_refused_with_these_facts(stack, wish, refusal, facts):
    given(*stack).when(wish).then_refuses(refusal, **facts)
