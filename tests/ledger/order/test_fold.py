"""An order is folded into frozen values: each stays as it was, whatever is folded on."""

from itertools import accumulate

import pytest

from ledger.kernel.events import Foreign
from ledger.order.evolve import evolve, fold, folded_on
from ledger.order.observe import contradicts, observe
from ledger.order.order import Order
from ledger.order.status import Status, status
from ledger.shop.stamps import QuotaSet
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    DECLINED,
    DISPUTED,
    LINK,
    NOON,
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


def test_what_was_worked_out_of_an_order_is_not_copied_with_it():
    order = order_of(*LIFE[:-1])
    assert (order.received, order.refunded) == (eur(7000), eur(7000))
    assert "received" in vars(order)
    assert vars(folded_on(order, history(*LIFE)[-1:])) == {}


def test_an_order_is_frozen():
    order = order_of(*LIFE)
    with pytest.raises(AttributeError):
        setattr(order, "released", False)  # noqa: B010 (the type check refuses the statement)
    with pytest.raises(AttributeError):
        setattr(order.attempts[ATTEMPT], "expired", True)  # noqa: B010 (as above)


def test_a_stamp_of_another_kind_of_stream_is_no_order_s():
    with pytest.raises(Foreign, match="QuotaSet"):
        order_of(PLACED, QuotaSet(slug="weekend", capacity=5))


def test_orders_that_stand_alike_are_alike_in_whichever_order_the_news_came():
    assert order_of(PLACED, ASKED, PAGE, DECLINED) != order_of(PLACED, ASKED, PAGE)
    later = order_of(PLACED, ASKED, put(DECLINED, told=NOON), put(PAGE, told=NOON))
    assert order_of(PLACED, ASKED, put(PAGE, told=NOON), put(DECLINED, told=NOON)) == later
    assert "Seen(…)" in repr(later)


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
