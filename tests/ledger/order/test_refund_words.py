"""Which refund took the place of one that failed, under which name news of one stands."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.order.part_policy import pieces_of
from ledger.order.refund import later, under_its_name
from ledger.order.stamps import Cause, CreateRefundRequest, OrderAmended, Pieces
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    HANDED_BACK,
    NOON,
    OUTSIDE,
    PAID,
    PLACED,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUND_REFUSED,
    REFUNDED,
    SECOND,
    WISH,
    eur,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAID)
WANTED = (*BOUGHT, REFUND_ASKED)
ACCEPTED = (*WANTED, REFUND_ACCEPTED)
LATE = (*ACCEPTED, REFUND_FAILED)
AGAIN = put(REFUND_ASKED, under=OUTSIDE)
MADE = put(replace(REFUND_ACCEPTED, provider_reference="re_2"), under=OUTSIDE)
SECOND_TRY = replace(REFUND_ASKED, try_number=2)
NEVER_MADE = replace(REFUND_REFUSED, code="never_made")
SOON = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("stack", "failed"),
    [
        (WANTED, False),
        (ACCEPTED, False),
        (LATE, True),
        ((*WANTED, REFUND_REFUSED), False),
        ((*ACCEPTED, replace(REFUND_ACCEPTED, provider_reference="re_2"), REFUND_FAILED), False),
        ((*LATE, SECOND_TRY), False),
        ((*LATE, SECOND_TRY, replace(REFUND_REFUSED, try_number=2)), True),
    ],
    ids=["asked", "accepted", "failed", "refused", "some stands", "tried again", "refused again"],
)
def test_a_refund_failed_late_when_all_that_was_accepted_of_it_failed(stack, failed):
    assert order_of(*stack).refunds[WISH].failed_late is failed


@pytest.mark.parametrize(
    ("stack", "took"),
    [
        ((*LATE, AGAIN), True),
        ((*LATE, put(HANDED_BACK, under=OUTSIDE)), True),
        ((*ACCEPTED, AGAIN, REFUND_FAILED), False),
        ((*ACCEPTED, AGAIN), False),
        ((*LATE, MADE), True),
        ((*ACCEPTED, MADE, REFUND_FAILED), True),
        ((*BOUGHT, MADE, *LATE[3:]), False),
        ((*LATE, put(replace(REFUND_FAILED, provider_reference="re_2"), under=OUTSIDE)), False),
        ((*LATE, put(replace(REFUND_ASKED, payment=SECOND), under=OUTSIDE)), False),
    ],
    ids=[
        "asked for since",
        "handed over since",
        "asked for before",
        "nothing failed",
        "made since",
        "made meanwhile",
        "made before it was wanted",
        "failed itself",
        "another payment",
    ],
)
def test_what_we_decide_knowing_of_the_failure_takes_its_place_and_what_went_well(stack, took):
    refunds = order_of(*stack).refunds
    assert later(refunds[OUTSIDE], refunds[WISH]) is took
    assert not later(refunds[WISH], refunds[WISH])


@pytest.mark.parametrize(
    ("told", "took"), [(-SOON, False), (timedelta(0), True), (SOON, True), (None, True)], ids=str
)
def test_by_the_providers_own_clock_what_was_made_before_the_failure_is_another_refund(told, took):
    failed = put(REFUND_FAILED, told=NOON)
    made = replace(MADE, told=None if told is None else NOON + told)
    refunds = order_of(*ACCEPTED, failed, made).refunds
    assert later(refunds[OUTSIDE], refunds[WISH]) is took


NAMELESS = replace(REFUND_ACCEPTED, provider_reference="")


@pytest.mark.parametrize(
    ("stack", "fact", "name"),
    [
        (WANTED, REFUND_ACCEPTED, "re_1"),
        (WANTED, replace(REFUNDED, provider_reference=""), ""),
        (ACCEPTED, replace(REFUNDED, provider_reference=""), "re_1"),
        (ACCEPTED, replace(REFUND_FAILED, provider_reference=""), "re_1"),
        (ACCEPTED, replace(REFUNDED, provider_reference="re_7"), "re_7"),
        (ACCEPTED, NAMELESS, "re_1"),
        (ACCEPTED, replace(REFUND_ACCEPTED, provider_reference="re_7"), "re_7"),
        ((*WANTED, NAMELESS), REFUNDED, ""),
        ((*WANTED, NAMELESS), REFUND_ACCEPTED, ""),
        ((*WANTED, REFUNDED), replace(REFUND_FAILED, provider_reference=""), "re_1"),
    ],
)
def test_news_of_a_refund_stands_under_the_name_that_it_has(stack, fact, name):
    told: Any = under_its_name(fact, order_of(*stack).refunds[WISH])
    assert told == replace(fact, provider_reference=name)


def test_news_of_a_refund_that_nobody_knows_stands_as_it_came():
    for fact in (REFUND_ACCEPTED, REFUNDED, REFUND_FAILED, REFUND_REFUSED, REFUND_ASKED):
        assert under_its_name(fact, None) is fact


def test_what_people_said_was_never_made_and_was_failed_when_the_provider_says_no():
    refund = order_of(*WANTED, NEVER_MADE, REFUND_ACCEPTED).refunds[WISH]
    failed = replace(REFUND_FAILED, code=REFUND_REFUSED.code)
    assert under_its_name(REFUND_REFUSED, refund) == failed
    refused = order_of(*WANTED, REFUND_REFUSED, REFUND_ACCEPTED).refunds[WISH]
    assert under_its_name(REFUND_REFUSED, refused) is REFUND_REFUSED
    nothing = order_of(*WANTED, NEVER_MADE).refunds[WISH]
    assert under_its_name(REFUND_REFUSED, nothing) is REFUND_REFUSED


def test_the_pieces_of_a_cancellation_are_those_that_went_or_that_were_asked_for():
    asked, went = (Pieces(line=0, quantity=1),), (Pieces(line=0, quantity=2),)
    some: CreateRefundRequest = replace(REFUND_ASKED, pieces=asked)
    part = OrderAmended(pieces=went, amount=eur(3500), fee=eur(0), cause=Cause.STAFF)
    for stack, pieces in (
        ((*BOUGHT, some), asked),
        ((*BOUGHT, some, part), went),
        ((*BOUGHT, part), went),
        (WANTED, ()),
        ((*BOUGHT, REFUND_ACCEPTED), ()),
        (BOUGHT, ()),
    ):
        assert pieces_of(order_of(*stack), WISH) == pieces
        assert pieces_of(order_of(*stack), None) == ()
    assert order_of(*BOUGHT).held_by(ATTEMPT) == PAID.amount
