"""Law 5: in whatever order and however often the news comes, the order stands the same."""

from dataclasses import replace
from typing import Any
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.order.issues import troubles
from ledger.order.letters_due import owed
from ledger.order.observe import observe
from ledger.order.order import Order
from ledger.order.payouts import by_our_books
from ledger.order.stamps import CancellationWithdrawn, Cancelled, Cause, Paid, PaymentWithdrawn
from ledger.order.status import flags, status
from tests.kits.examples import examples
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CANCELLED,
    CAPTURE_ASKED,
    CAPTURE_REFUSED,
    DECLINED,
    DISPUTED,
    EXPIRED,
    LAPSED,
    LATER,
    LINK,
    LOST,
    NOON,
    ORDER,
    OUTSIDE,
    PAGE,
    PAID,
    PAID_OUT,
    PAID_TWICE,
    PENDING,
    PLACED,
    PLACING,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUND_REFUSED,
    REFUNDED,
    RELEASED,
    SECOND,
    VOID_ASKED,
    VOID_REFUSED,
    VOIDED,
    WISH,
    WON,
    Put,
    eur,
    order_of,
    put,
)

BY_HAND, CALLED_OFF, STANDS, TAKEN_BACK = (uuid5(ORDER, name) for name in "hcst")
OURS = (PLACED, ASKED, PAGE, put(replace(ASKED, try_number=1), under=SECOND), LINK, REFUND_ASKED)
ELSEWHERE = replace(REFUNDED, amount=eur(1000), provider_reference="re_9")
ELSEWHERE_FAILED = replace(
    REFUND_FAILED, amount=eur(1000), provider_reference="re_9", code="closed"
)
KEPT_BACK = replace(PAID_OUT, provider_reference="re_9", amount=eur(1000), kept_back=True)
NEWS: tuple[Any, ...] = (
    AUTHORIZED,
    put(LAPSED),
    put(replace(AUTHORIZED, provider_reference="pi_2"), under=SECOND),
    put(replace(VOIDED, provider_reference="pi_2"), under=SECOND),
    put(PENDING, told=NOON),
    put(DECLINED, told=NOON),
    EXPIRED,
    PAID,
    put(PAID_TWICE, under=SECOND),
    REFUND_ACCEPTED,
    REFUND_REFUSED,
    REFUNDED,
    REFUND_FAILED,
    put(ELSEWHERE, under=OUTSIDE),
    put(ELSEWHERE_FAILED, under=OUTSIDE),
    put(replace(ELSEWHERE, provider_reference="re_8"), under=WISH),
    put(replace(ELSEWHERE, provider_reference="re_7"), under=PLACING),
    put(PAID_OUT, under=OUTSIDE),
    put(KEPT_BACK, under=WISH),
    DISPUTED,
    WON,
    put(replace(LOST, provider_reference="dp_2")),
    put(replace(DISPUTED, provider_reference="dp_2", amount=eur(500))),
    put(replace(LOST, payment=SECOND, provider_reference="dp_3"), under=SECOND),
    put(replace(DISPUTED, payment=SECOND, provider_reference="dp_3"), under=SECOND),
)


def standing(order: Order) -> Any:
    """What people see of it, and what we owe."""
    return (
        status(order),
        order.received,
        order.reserved,
        order.refunded,
        order.refund_pending,
        order.disputed,
        order.lost,
        order.held,
        order.covered,
        order.lacking,
        order.sold,
        order.held_by(ATTEMPT),
        order.held_by(SECOND),
        order.seats,
        [(one, by_our_books(order, one)) for _, one in sorted(order.payouts.items())],
        order.confirmed,
        frozenset(one.correlation_id for one in order.reservations()),
        frozenset(one.correlation_id for one in order.attempts.values() if one.failed),
        frozenset((due.correlation_id, due.letter) for due in owed(order)),
        frozenset((one.kind, one.mark) for one in troubles(order) if one.kind != "overpaid"),
    )


@examples(400)
@given(
    st.lists(st.sampled_from(NEWS), unique_by=id).flatmap(
        lambda news: st.tuples(st.permutations(news), st.permutations(news))
    )
)
def test_any_order_of_the_news_tells_the_same_story(orders):
    one, other = orders
    assert standing(order_of(*OURS, *one)) == standing(order_of(*OURS, *other))


CORRECTED = (
    put(replace(ASKED, provider="manual", account=""), under=BY_HAND),
    put(Paid(amount=PRICE, provider="manual", provider_reference=""), under=BY_HAND),
    put(Cancelled(cause=Cause.STAFF), under=CALLED_OFF),
    put(RELEASED, under=CALLED_OFF),
    put(CancellationWithdrawn(cancellation=CALLED_OFF, approver="boss"), under=STANDS),
    put(PaymentWithdrawn(payment=BY_HAND, amount=PRICE, approver="boss"), under=TAKEN_BACK),
)


@examples(300)
@given(
    st.lists(st.sampled_from(NEWS), unique_by=id).flatmap(
        lambda news: st.tuples(st.permutations(news), st.permutations(news))
    ),
    st.integers(0, len(CORRECTED)),
    st.integers(0, len(CORRECTED)),
)
def test_any_order_of_the_news_around_corrections_tells_the_same_story(orders, here, there):
    """Our own stamps keep their order; the news comes before, between or after them."""
    stacks = [
        (*CORRECTED[:at], *news, *CORRECTED[at:])
        for news, at in zip(orders, (here, there), strict=True)
    ]
    one, other = (order_of(*OURS, *stack) for stack in stacks)
    assert standing(one) == standing(other)
    assert one.received == order_of(*OURS, *orders[0]).received


ASKED_OF_A_RESERVATION = (LATER, ASKED, PAGE, CAPTURE_ASKED, CANCELLED, RELEASED, VOID_ASKED)
NEWS_OF_A_RESERVATION = (AUTHORIZED, CAPTURE_REFUSED, VOID_REFUSED, VOIDED, LAPSED, PAID, EXPIRED)


@examples(300)
@given(
    st.lists(st.sampled_from(NEWS_OF_A_RESERVATION), unique_by=id).flatmap(
        lambda news: st.tuples(st.permutations(news), st.permutations(news))
    )
)
def test_any_order_of_what_became_of_an_authorization_tells_the_same_story(orders):
    one, other = (order_of(*ASKED_OF_A_RESERVATION, *news) for news in orders)
    assert (standing(one), flags(one)) == (standing(other), flags(other))
    assert observe(orders[0][0], ATTEMPT, one) == () if orders[0] else True


@examples(200)
@given(st.lists(st.sampled_from(NEWS), max_size=12))
def test_the_fold_itself_does_not_care_how_often_it_was_told(news):
    once = list({id(one): one for one in news}.values())
    assert standing(order_of(*OURS, *news)) == standing(order_of(*OURS, *once))


@examples(200)
@given(st.lists(st.sampled_from(NEWS), max_size=12))
def test_repeats_are_dropped_before_they_are_stamped(news):
    stack: list[Any] = [*OURS]
    for fact in news:
        told = fact if isinstance(fact, Put) else put(fact)
        stack += [fact] if observe(told.stamp, told.under, order_of(*stack)) else []
    assert len(stack) == len(OURS) + len({id(one) for one in news})


@pytest.mark.parametrize("first", [REFUNDED, REFUND_FAILED])
def test_failed_is_final_over_an_older_success(first):
    second = REFUND_FAILED if first is REFUNDED else REFUNDED
    order = order_of(*OURS, PAID, first, second)
    assert (order.refunded, order.held_by(ATTEMPT)) == (eur(0), eur(7000))
