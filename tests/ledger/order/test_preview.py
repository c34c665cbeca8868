"""What a wish would come to is worked out by the deciders, and what is done then is just that."""

from uuid import uuid4

import pytest

from ledger.codec import NAMES
from ledger.kernel.refusals import NotRefundable, OrderMoved, Refusal
from ledger.kernel.values import replace
from ledger.order import commands as c
from ledger.order.decide import decide
from ledger.order.options import ASKED
from ledger.order.preview import By, preview
from ledger.order.stamps import Letter
from ledger.order.status import Status, status
from ledger.order.transitions import Situation, Who
from tests.kits.situations import order_in

STAFF = [event for event in ASKED if event.who is Who.STAFF]


def names(foreseen, *by):
    return [NAMES[type(one.draft.stamp)][0] for one in foreseen.stamps if one.by in by]


@pytest.mark.parametrize("event", STAFF, ids=lambda one: one.name)
def test_its_stamps_are_those_that_are_decided_in_every_situation(event):
    for situation in Situation:
        order, at = order_in(situation)
        wish = ASKED[event](order, at)
        try:
            decided = [NAMES[type(one)][0] for one in decide(wish, order)]
        except Refusal as refusal:
            with pytest.raises(type(refusal)):
                preview(order, wish)
        else:
            assert names(preview(order, wish), By.WISH) == decided, situation


def wished(command, order, at, **more):
    return command(correlation_id=uuid4(), actor="staff", at=at, reason="asked", **more)


def test_a_cancellation_with_refund_tells_seats_money_letters_and_what_follows():
    order, at = order_in(Situation.PAID)
    seen = preview(order, wished(c.CancelOrder, order, at, refund=True))
    assert names(seen, By.WISH) == ["CREATE_REFUND_REQUEST", "CANCELLED", "SEATS_RELEASED"]
    assert names(seen, By.PROVIDER) == ["CREATE_REFUND_SUCCESS"]
    assert (seen.goes_back, seen.kept.amount) == (order.held, 0)
    assert (seen.freed, seen.taken) == (sum(sum(of) for of in order.seats.values()), 0)
    assert Letter.REFUNDED in [one.letter for one in seen.letters]
    assert status(seen.after) is Status.REFUND_REQUESTED


def test_money_of_an_order_that_timed_out_takes_its_seats_again_by_itself():
    order, at = order_in(Situation.TIMED_OUT)
    seen = preview(order, wished(c.MarkPaid, order, at))
    assert names(seen, By.WISH) == ["CREATE_PAYMENT_REQUEST", "PAID"]
    assert names(seen, By.LEDGER) == ["SEATS_RETAKEN"]
    assert (seen.received, status(seen.after)) == (order.due, Status.PAID)
    assert seen.taken == sum(one.seats for one in order.terms.seats)


def test_nothing_is_foreseen_where_there_is_nothing_to_do():
    order, at = order_in(Situation.PAID)
    again = c.RetryRefund(correlation_id=order.id, actor="staff", at=at)
    seen = preview(order, again)
    assert (seen.stamps, seen.letters, seen.seats) == ((), (), ())


@pytest.mark.parametrize(
    "command", [c.RefundPayment, c.RefundByHand, c.CancelOrder, c.ResendLetter]
)
def test_whoever_looked_at_an_older_version_is_refused_as_when_it_is_done(command):
    order, at = order_in(Situation.LINK_SENT)
    wish = wished(command, order, at, version=order.version)
    assert preview(order, wish).stamps
    with pytest.raises(OrderMoved):
        preview(replace(order, version=order.version + 1), wish)


def test_a_refusal_is_that_of_the_decider():
    by_hand, at = order_in(Situation.BY_HAND)
    with pytest.raises(NotRefundable):
        preview(by_hand, wished(c.CancelOrder, by_hand, at, refund=True))
