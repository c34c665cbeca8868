"""Money by hand comes through the suite of payment providers, as far as its cases apply.

Manual payments have no HTTP of their own: what staff say at the API is their wire, with the bank
statement as the other side's books. What does not apply is named below, each with its reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.keys.key_ring import Keyring
from adapters.postgres.ledger.recorder import PostgresStampRecorder
from adapters.postgres.working.inbox import PostgresInbox
from tests.conftest import Database
from tests.contract import test_payment_providers as suite
from tests.contract.counter import PRICE, Counter, Manner, Shuffled
from tests.contract.payment_stories import STORIES, Story, a_payment, paid
from tests.contract.test_payment_providers import MANNERS, Wire, counter_of, rest, with_money
from tests.kits.examples import examples
from tests.stand_ins import till as ability
from tests.stand_ins.manual_till import ManualTill

NO_DECLINE = "nobody declines: whoever does not pay says nothing, and the order times out"
NO_SELF_SERVICE = "customers cannot return it themselves; staff do, by hand: told below"
NO_WIRE = "the page is the order's own: nothing is asked of anybody, so no answer can be lost"
WHY_NOT: Mapping[str, str] = {
    "a_decline_and_another_try": NO_DECLINE,
    "two_pages_and_both_are_paid": NO_DECLINE,
    "a_refund": NO_SELF_SERVICE,
    "a_refund_that_is_refused": NO_SELF_SERVICE,
    "two_orders_side_by_side": NO_SELF_SERVICE,
    "the_answer_to_a_page_is_lost": NO_WIRE,
    "the_provider_is_down_when_a_page_is_asked": NO_WIRE,
    "the_answer_to_a_refund_is_lost": NO_WIRE,
}
# Abilities that it lacks, and with them every story that needs one.
LACKS: Mapping[str, str] = {
    ability.LATER: "a transfer that is on its way is told by nobody",
    ability.SAME_PAGE_AGAIN: NO_DECLINE,
    ability.CAN_BE_ASKED: "there is nobody to ask but the statement, which staff read",
    ability.EXPIRES: "a reference is good for ever; late money has its own rule",
    ability.SETTLES_LATER: "money that was handed back is gone",
    ability.FAILS_AFTER_SETTLED: "money that was handed back is gone",
    ability.SAYS_FAILED: "staff say what they did, after they did it",
    ability.REFUNDS_OUTSIDE: "every refund is made outside, and told as one",
    ability.RESERVES: "cash cannot be authorized",
    ability.SIGNS_ANSWERS: NO_WIRE,
}


def till_of(counter: Counter) -> ManualTill:
    assert isinstance(counter.till, ManualTill)
    return counter.till


def money_handed_back(counter: Counter) -> None:
    order = paid(counter)
    page = counter.page(order)
    till_of(counter).hand_back(page, 1000)
    counter.tell()
    assert counter.status(order) == "PARTIALLY_REFUNDED"
    till_of(counter).hand_back(page, PRICE - 1000)
    counter.tell()
    counter.come_to_rest()
    assert counter.status(order) == "REFUNDED"
    assert (counter.till.held(page), counter.till.refunds_made(page)) == (0, 2)
    assert len(counter.receipts(order)) == 3
    assert counter.cases() == []


def a_line_of_the_statement_that_was_somebody_elses(counter: Counter) -> None:
    order = paid(counter)
    till_of(counter).mistake(counter.page(order))
    counter.tell()
    assert counter.status(order) == "PENDING"
    assert counter.shown(order)["money"]["received"] == 0
    counter.till.pay(counter.page(order))
    counter.tell()
    assert counter.status(order) == "PAID"
    assert counter.cases() == []


def two_orders_side_by_side_by_hand(counter: Counter) -> None:
    first, second = counter.place("first"), counter.place("second")
    for order in (first, second):
        counter.till.pay(counter.page(order))
    counter.tell()
    till_of(counter).hand_back(counter.page(first), PRICE)
    counter.tell()
    assert (counter.status(first), counter.status(second)) == ("REFUNDED", "PAID")


APPLY: Mapping[str, Story] = {
    story.__name__: story
    for story in (
        a_payment,
        money_handed_back,
        a_line_of_the_statement_that_was_somebody_elses,
        two_orders_side_by_side_by_hand,
    )
}
EVERY = pytest.mark.parametrize("name", APPLY)


def test_every_story_applies_or_it_is_told_why_not():
    assert ManualTill.can == frozenset()
    for told in STORIES:
        reasons = [LACKS[one] for one in told.needs]
        assert reasons or told.name in {*APPLY, *WHY_NOT}, told.name
    assert {*WHY_NOT} < {told.name for told in STORIES}


@pytest.mark.parametrize("manner", MANNERS)
@EVERY
def test_the_story_ends_well(name: str, manner: str):
    _ends_well(name, MANNERS[manner]())


@EVERY
@examples(3)
@given(seed=st.integers(0, 2**32))
def test_the_story_ends_well_in_any_order_of_its_news(name: str, seed: int):
    _ends_well(name, Shuffled(seed))


def _ends_well(name: str, manner: Manner) -> None:
    with counter_of("manual", manner=manner) as counter:
        APPLY[name](counter)
        counter.come_to_rest()
        counter.agrees_with_the_provider()


@EVERY
def test_the_story_ends_well_on_postgres(name: str, database: Database):
    def recorder(now: Callable[[], datetime]) -> PostgresStampRecorder:
        return PostgresStampRecorder(database.app, clock=now)

    def inbox(keyring: Keyring) -> PostgresInbox:
        return PostgresInbox(database.app, keyring=keyring)

    with counter_of("manual", recorder=recorder, inbox=inbox) as counter:
        APPLY[name](counter)
        counter.agrees_with_the_provider()


def test_killed_at_any_crossing_a_transfer_counts_once():
    wire = Wire()
    with counter_of("manual", wire=wire.around) as counter:
        with_money(counter)
    assert wire.crossed > 5
    for at in range(wire.crossed, 0, -1):
        with counter_of("manual", wire=Wire(at).around) as counter:
            order = with_money(counter)
            rest(counter)
            assert counter.status(order) == "PAID"
            assert len(counter.receipts(order)) == 1


def test_who_is_not_staff_is_turned_away_and_leaves_no_trace():
    with counter_of("manual") as counter:
        order = counter.place()
        counter.till.pay(counter.page(order))
        (message,) = counter.till.news()
        head = counter.ledger.head()
        forged = counter.till.forge(message)
        assert forged is not None
        assert counter.deliver(forged) == 401
        assert counter.ledger.head() == head


def test_the_news_of_one_order_never_moves_another():
    """The transfer was counted before, whatever reference is told with it."""
    with counter_of("manual") as counter:
        payer, other = paid(counter, "payer"), counter.place("other")
        (message,) = counter.heard
        strange = counter.till.elsewhere(message, order=str(other), attempt="")
        assert strange is not None
        assert counter.deliver(strange) == 409
        nameless = strange.body.replace(counter.page(payer).encode(), b"")
        assert counter.deliver(replace(strange, body=nameless)) == 409
        assert counter.cases() == ["contradiction"]
        assert counter.shown(other)["money"]["received"] == 0
        assert counter.status(payer) == "PAID"


@pytest.mark.parametrize(("cents", "flag"), [(PRICE - 1, "underpaid"), (PRICE + 1, "overpaid")])
def test_another_amount_than_asked_is_received_and_becomes_a_case(cents: int, flag: str):
    suite.test_another_amount_than_asked_is_received_and_becomes_a_case("manual", cents, flag)


def test_a_payment_is_paid_once_however_often_its_page_is_asked_for():
    suite.test_a_payment_is_paid_once_however_often_its_page_is_asked_for("manual")
