"""What each projection says about an order, from its fold alone."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from ledger.order.cancellation_policy import eligibility
from ledger.order.stamps import (
    CreatePaymentRequest,
    CreatePaymentSuccess,
    CreateRefundRequest,
    CreateRefundSuccess,
    OrderPlaced,
    Paid,
    SeatsReleased,
)
from projections.all import PROJECTIONS
from tests.kits import spec
from tests.kits.histories import PRICE, WHEN
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CANCELLED,
    CAPTURE_ASKED,
    CAPTURE_REFUSED,
    LAPSED,
    LATER,
    NOON,
    PAID,
    RELEASED,
    VOID_ASKED,
    VOID_REFUSED,
    VOIDED,
)
from tests.projections.test_order_json import full_story, order_of

STAMPS = full_story(1)


def rows(name, until):
    return PROJECTIONS[name].rows_of(order_of(STAMPS[:until]))


def after(kind):
    """How many stamps there are when the first of this kind is there."""
    return 1 + next(at for at, (_, stamp) in enumerate(STAMPS) if isinstance(stamp, kind))


@pytest.mark.parametrize("until", range(1, len(STAMPS) + 1))
def test_eligibility_rows_and_time_give_the_ledgers_own_answer(until):
    order, (row,) = order_of(STAMPS[:until]), rows("refund_eligibility", until)
    for when in (WHEN, WHEN + timedelta(days=13), WHEN + timedelta(days=14)):
        allowed = not row.blocked and when < row.deadline
        assert allowed is eligibility(order, when).allowed


def test_an_order_waits_for_money_until_it_comes():
    assert [row.due_at for row in rows("unpaid", after(CreatePaymentRequest))] == [
        WHEN + timedelta(days=3)
    ]
    assert not rows("unpaid", after(Paid))


def test_a_question_is_open_until_it_is_answered():
    (payment,) = rows("open_intents", after(CreatePaymentRequest))
    assert (payment.kind, payment.provider, payment.try_number) == ("payment", "stripe", 1)
    assert not rows("open_intents", after(CreatePaymentSuccess))
    (refund,) = rows("open_intents", after(CreateRefundRequest))
    assert (refund.kind, refund.order) == ("refund", order_of(STAMPS).id)
    assert not rows("open_intents", after(CreateRefundSuccess))


def test_seats_are_held_then_sold_then_free():
    moments = (after(OrderPlaced), after(Paid), after(SeatsReleased))
    taken = [[(one.held, one.sold) for one in rows("seats", until)] for until in moments]
    assert taken == [[(1, 0)], [(0, 1)], []]


def test_a_paid_order_owes_a_letter_with_its_amount():
    (letter,) = rows("outbox", after(Paid))
    assert (letter.letter, letter.state, letter.try_number, letter.owed) == ("paid", "due", 0, True)
    (receipt,) = rows("receipts", after(Paid))
    assert (receipt.kind, receipt.amount, receipt.state) == ("paid", PRICE.amount, "due")


def test_every_name_of_a_provider_leads_to_the_attempt():
    found = {row.reference.split("_")[0] for row in rows("provider_references", len(STAMPS))}
    assert found == {"cs", "pi", "re"}


@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=lambda one: one.name)
def test_rows_begin_with_the_stream_that_owns_them(projection):
    names = [one.name for one in fields(projection.row)]
    assert names[0] == "stream"
    assert {*projection.key} <= {*names}


KEPT = (LATER, ASKED, AUTHORIZED)


def rows_of(name: str, *stack: object) -> list[Any]:
    return [*PROJECTIONS[name].rows_of(spec.order_of(*stack))]


def test_an_authorized_order_does_not_wait_for_money():
    assert rows_of("unpaid", LATER, ASKED)
    assert not rows_of("unpaid", *KEPT)
    assert rows_of("unpaid", *KEPT, LAPSED)


def test_a_reservation_is_due_when_the_grace_period_ends():
    (row,) = rows_of("reservations", *KEPT)
    assert (row.kind, row.attempt, row.due_at) == ("capture", ATTEMPT, NOON + timedelta(hours=1))
    assert not rows_of("reservations", *KEPT, CAPTURE_ASKED)
    assert not rows_of("reservations", *KEPT, CAPTURE_ASKED, PAID)


def test_captures_and_voids_are_open_until_they_are_answered():
    (row,) = rows_of("open_intents", *KEPT, CAPTURE_ASKED)
    assert (row.kind, row.correlation_id, row.try_number) == ("capture", ATTEMPT, 1)
    assert row.requested_at == NOON + timedelta(minutes=3)
    assert not rows_of("open_intents", *KEPT, CAPTURE_ASKED, CAPTURE_REFUSED)
    (row,) = rows_of("open_intents", *KEPT, CANCELLED, RELEASED, VOID_ASKED)
    assert (row.kind, row.correlation_id, row.try_number) == ("void", ATTEMPT, 1)
    assert not rows_of("open_intents", *KEPT, CANCELLED, RELEASED, VOID_ASKED, VOIDED)


def test_a_void_that_was_refused_is_due_again():
    refused = (*KEPT, CANCELLED, RELEASED, VOID_ASKED, VOID_REFUSED)
    (row,) = rows_of("reservations", *refused)
    assert (row.kind, row.attempt) == ("void", ATTEMPT)
    assert not rows_of("reservations", *refused, VOIDED)


def test_the_provider_s_name_of_an_authorized_payment_leads_to_its_attempt():
    assert {row.reference for row in rows_of("provider_references", *KEPT)} == {"pi_1"}


def test_pieces_are_counted_by_product_and_revision_as_long_as_they_are_taken():
    (placed,) = rows("product_sales", 1)
    assert (placed.product, placed.revision, placed.ordered) == ("weekend", 1, 1)
    assert (placed.held, placed.sold) == (1, 0)
    (paid,) = rows("product_sales", after(Paid))
    assert (paid.held, paid.sold) == (0, 1)
    (released,) = rows("product_sales", after(SeatsReleased))
    assert (released.ordered, released.held, released.sold) == (1, 0, 0)
