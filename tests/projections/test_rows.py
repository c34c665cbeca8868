"""What each projection says about an order, from its fold alone."""

from dataclasses import fields
from datetime import timedelta

import pytest

from ledger.cancellation import eligibility
from projections.catalogue import PROJECTIONS
from tests.projections.histories import PRICE, WHEN
from tests.projections.test_order_page import full_story, order_of

STAMPS = full_story(1)


def rows(name, until):
    return PROJECTIONS[name].rows_of(order_of(STAMPS[:until]))


@pytest.mark.parametrize("until", range(1, len(STAMPS) + 1))
def test_eligibility_rows_and_time_give_the_ledgers_own_answer(until):
    order, (row,) = order_of(STAMPS[:until]), rows("refund_eligibility", until)
    for when in (WHEN, WHEN + timedelta(days=13), WHEN + timedelta(days=14)):
        allowed = not row.blocked and when < row.deadline
        assert allowed is eligibility(order, when).allowed


def test_an_order_waits_for_money_until_it_comes():
    assert [row.due_at for row in rows("unpaid", 3)] == [WHEN + timedelta(days=3)]
    assert not rows("unpaid", 5)


def test_a_question_is_open_until_it_is_answered():
    (payment,) = rows("open_intents", 2)
    assert (payment.kind, payment.provider, payment.try_number) == ("payment", "stripe", 1)
    assert not rows("open_intents", 3)
    (refund,) = rows("open_intents", 8)
    assert (refund.kind, refund.order) == ("refund", order_of(STAMPS).id)
    assert not rows("open_intents", 9)


def test_seats_are_held_then_sold_then_free():
    taken = [[(one.held, one.sold) for one in rows("seats", until)] for until in (1, 5, 11)]
    assert taken == [[(1, 0)], [(0, 1)], []]


def test_a_paid_order_owes_a_letter_with_its_amount():
    (letter,) = rows("outbox", 5)
    assert (letter.letter, letter.state, letter.try_number, letter.owed) == ("paid", "due", 0, True)
    (receipt,) = rows("receipts", 5)
    assert (receipt.kind, receipt.amount, receipt.state) == ("paid", PRICE.amount, "due")


def test_every_name_of_a_provider_leads_to_the_attempt():
    found = {row.reference.split("_")[0] for row in rows("provider_references", len(STAMPS))}
    assert found == {"cs", "pi", "re"}


@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=lambda one: one.name)
def test_rows_begin_with_the_stream_that_owns_them(projection):
    names = [one.name for one in fields(projection.row)]
    assert names[0] == "stream"
    assert {*projection.key} <= {*names}
