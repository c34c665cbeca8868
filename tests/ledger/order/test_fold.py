"""The fold's working state is nobody's business: what leaves it is frozen, and stays as it was."""

from dataclasses import FrozenInstanceError, fields
from itertools import accumulate
from typing import get_args

import pytest

from ledger.kernel.changing import changed
from ledger.order.attempt_news import AttemptSoFar
from ledger.order.evolve import CHANGES, evolve, fold, folded_on
from ledger.order.letter_delivery import Posting
from ledger.order.observe import contradicts, observe
from ledger.order.order import Order
from ledger.order.payment_attempt import Attempt
from ledger.order.posting_news import PostingSoFar
from ledger.order.refund import Refund
from ledger.order.refund_news import RefundSoFar
from ledger.order.stamps import OrderStamp
from ledger.order.status import Status, status
from ledger.order.working import Working, thawed
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    DECLINED,
    DISPUTED,
    LINK,
    ORDER,
    PAGE,
    PAID,
    PENDING,
    PLACED,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUNDED,
    RELEASED,
    WON,
    eur,
    history,
    order_of,
    put,
)

PAYING = (PLACED, ASKED, PAGE, PENDING, DECLINED, PAID)
LEAVING = (LINK, REFUND_ASKED, REFUND_ACCEPTED, CANCELLED, RELEASED, REFUNDED, DISPUTED, WON)
LIFE = (*PAYING, *LEAVING)


def test_every_stamp_of_an_order_can_be_folded():
    assert set(CHANGES) == set(get_args(OrderStamp))


@pytest.mark.parametrize(
    ("working", "value"),
    [(Working, Order), (AttemptSoFar, Attempt), (RefundSoFar, Refund), (PostingSoFar, Posting)],
)
def test_a_working_copy_is_its_value_field_by_field(working, value):
    assert list(working.__annotations__) == [one.name for one in fields(value)]


def test_stamp_by_stamp_or_all_at_once_is_the_same_order():
    one_by_one = [*accumulate(history(*LIFE), evolve, initial=Order(id=ORDER))][-1]
    assert one_by_one == fold(ORDER, history(*LIFE))


@pytest.mark.parametrize("cut", range(len(LIFE)))
def test_an_order_that_is_folded_on_stays_as_it_was(cut):
    before = order_of(*LIFE[:cut])
    told = repr(before)
    folded_on(before, history(*LIFE)[cut:])
    assert repr(before) == told
    assert before == order_of(*LIFE[:cut])


def test_what_was_answered_before_is_asked_anew_afterwards():
    before = order_of(PLACED, ASKED)
    assert (status(before), before.received) == (Status.PENDING, eur(0))
    after = folded_on(before, history(PLACED, ASKED, PAID)[2:])
    assert (status(after), after.received) == (Status.PAID, eur(7000))
    assert (status(before), before.received) == (Status.PENDING, eur(0))


def test_a_working_copy_holds_fields_and_no_words():
    order = order_of(*LIFE)
    assert (order.received, order.refunded) == (eur(7000), eur(7000))
    assert "received" in vars(order)
    assert [*thawed(order).fields] == [one.name for one in fields(Order)]


def test_an_order_is_frozen():
    order = order_of(*LIFE)
    with pytest.raises(FrozenInstanceError):
        setattr(order, "released", False)  # noqa: B010 (the type check refuses the statement)
    with pytest.raises(FrozenInstanceError):
        setattr(order.attempts[ATTEMPT], "expired", True)  # noqa: B010 (as above)


def test_only_fields_can_be_changed():
    with pytest.raises(AssertionError, match="no such field"):
        changed(order_of(PLACED), payed=True)


def test_what_was_seen_is_known_by_its_identity_and_contradicted_by_its_binding_fields():
    order = order_of(*LIFE)
    assert observe(PAID, ATTEMPT, order) == ()
    assert observe(PAID, ORDER, order) == (PAID,)
    assert not contradicts(PAID, ATTEMPT, order)
    assert contradicts(changed_amount(), ATTEMPT, order)


def changed_amount():
    return type(PAID)(amount=eur(1), provider="stripe", provider_reference="pi_1")


def test_a_long_stream_is_folded_in_one_pass():
    again = [put(type(DECLINED)(provider_reference=f"pi_{n}", code="no")) for n in range(5_000)]
    order = order_of(PLACED, ASKED, *again, PAID)
    assert (order.version, status(order)) == (5_003, Status.PAID)
    assert observe(again[0].stamp, ATTEMPT, order) == ()
