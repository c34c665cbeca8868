"""What a receipt is about, and since when a letter is owed: of mistakes, of money by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.kernel.money import Money
from ledger.order.stamps import (
    CancellationWithdrawn,
    Cancelled,
    Cause,
    Letter,
    LinesSwapped,
    ManualRefund,
    ReceiptSendStarted,
    ReceiptSent,
    Refunded,
    RefundFailed,
)
from projections.outbox import outbox
from projections.receipts import receipts
from tests.kits.letter_orders import (
    ACCEPTED,
    BOUGHT,
    NOT_PAID,
    PAYMENT,
    REFUND,
    REFUNDING,
    REFUSED,
    REQUEST,
    SHOP,
    THEN,
    TOTAL,
    order,
    sent_on,
)

Stack = Sequence[tuple[UUID, Any]]


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def out(letter: Letter, cause: UUID) -> Stack:
    """A letter that went out."""
    begun = ReceiptSendStarted(letter=letter, try_number=1, numbered_for=SHOP)
    sent = ReceiptSent(letter=letter, try_number=1, message_id="<1>", body_hash="h")
    return (cause, begun), (cause, sent)


TOLD: Stack = (*BOUGHT, *out(Letter.PAID, PAYMENT))
SOME: Stack = (
    (REFUND, replace(REFUNDING, amount=euros(5000))),
    (REFUND, replace(ACCEPTED, amount=euros(5000))),
)
ELSEWHERE = Refunded(payment=PAYMENT, amount=euros(5000), provider_reference="re_9")
FAILED = RefundFailed(payment=PAYMENT, amount=TOTAL, provider_reference="re_1", code="closed")
BY_HAND = (REFUND, ManualRefund(payment=PAYMENT, amount=euros(100), reason="at the door"))
SWAPPED = (REFUND, LinesSwapped(order=UUID(int=3), amount=euros(100)))
TAKEN_BACK = (REFUND, CancellationWithdrawn(cancellation=REQUEST, approver="boss"))
NOT_YET: Stack = ((REFUND, Cancelled(cause=Cause.CUSTOMER)), (REFUND, REFUSED))
REVIVED: Stack = (
    (REQUEST, Cancelled(cause=Cause.STAFF)),
    *out(Letter.CANCELLED, REQUEST),
    TAKEN_BACK,
)


@pytest.mark.parametrize(
    ("stack", "about"),
    [
        (TOLD, {"paid": 12345}),
        ((*TOLD, (REFUND, NOT_PAID)), {"correction": 12345}),
        ((*TOLD, *REVIVED), {"paid": 12345, "correction": 0}),
        (
            (*TOLD, (REFUND, REFUNDING), (REFUND, ACCEPTED), *out(Letter.REFUNDED, REFUND)),
            {"paid": 12345, "refunded": 12345},
        ),
        (
            (
                *TOLD,
                (REFUND, REFUNDING),
                (REFUND, ACCEPTED),
                *out(Letter.REFUNDED, REFUND),
                (REFUND, FAILED),
            ),
            {"paid": 12345, "refunded": 12345, "correction": 12345},
        ),
        ((*TOLD, (REFUND, REFUNDING), *NOT_YET), {"paid": 12345, "cancelled": 0}),
        ((*TOLD, (REFUND, ELSEWHERE), BY_HAND), {"paid": 12345, "refunded": 5100}),
        ((*TOLD, *SOME, BY_HAND), {"paid": 12345, "refunded": 5000}),
        ((*TOLD, *SOME, SWAPPED, BY_HAND), {"paid": 12345, "refunded": 5100}),
    ],
    ids=[
        "paid",
        "not paid after all",
        "not cancelled after all",
        "refunded",
        "not refunded after all",
        "cancelled and not yet refunded",
        "refunded elsewhere and by hand",
        "given back by hand what the refund had not done",
        "set against another order beside the refund",
    ],
)
def test_a_receipt_is_about_all_that_came_or_goes_back(stack, about):
    assert {one.kind: one.amount for one in receipts(order(*stack))} == about


@pytest.mark.parametrize(
    ("stack", "letter", "since"),
    [
        ((*TOLD, (REFUND, NOT_PAID)), "correction", 5),
        ((*TOLD, *REVIVED), "correction", 8),
        ((*TOLD, *REVIVED, (UUID(int=5), NOT_PAID)), "correction", 8),
        ((*TOLD, *SOME), "refunded", 5),
    ],
)
def test_a_correction_is_called_for_when_the_mistake_was_taken_back(stack, letter, since):
    corrections = [one for one in outbox(order(*stack)) if one.letter == letter]
    told = {one.correlation_id: one.since for one in corrections}
    assert told[REFUND] == THEN + timedelta(minutes=since)


def test_the_letter_with_a_ticket_is_called_for_when_the_ticket_was_sent_on():
    sent = sent_on()
    (letter,) = (one for one in outbox(sent) if one.letter == "ticket")
    assert letter.state == "due"
    assert letter.since == sent.sendings[0].sent_at == THEN + timedelta(minutes=7)
