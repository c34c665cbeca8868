"""Promises: how long each question may stay unanswered before a person is told (SPEC P11)."""

from datetime import timedelta

import pytest

from ledger.cases.stamps import CaseKind
from ledger.order.overdue import flags_at, overdue, unanswered
from tests.kits.spec import (
    ASKED,
    AUTHORIZED,
    CAPTURE_ASKED,
    LATER,
    PAGE,
    PAID,
    PLACED,
    REFUND_ASKED,
    TIMED_OUT,
    VOID_ASKED,
    VOID_REFUSED,
    order_of,
)

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
KEPT_READY = (LATER, ASKED, PAGE, AUTHORIZED)


@pytest.mark.parametrize(
    ("stamps", "promise", "kind"),
    [
        ((PLACED, ASKED), 10 * MINUTE, CaseKind.PAYMENT_UNKNOWN),
        ((*KEPT_READY, VOID_ASKED), MINUTE, CaseKind.VOID_FAILED),
        ((*KEPT_READY, CAPTURE_ASKED), 10 * MINUTE, CaseKind.CAPTURE_FAILED),
        ((PLACED, ASKED, PAGE, PAID, REFUND_ASKED), 60 * MINUTE, CaseKind.REFUND_UNKNOWN),
    ],
    ids=["page", "void", "capture", "refund"],
)
def test_a_person_is_told_when_the_promise_is_over_and_not_before(stamps, promise, kind):
    order = order_of(*stamps)
    (question,) = unanswered(order)
    assert question.asked_at is not None
    assert overdue(order, question.asked_at + promise - SECOND) == ()
    (trouble,) = overdue(order, question.asked_at + promise)
    assert trouble.kind == kind


def test_nobody_waits_for_the_page_of_an_order_that_is_cancelled():
    assert [*unanswered(order_of(PLACED, ASKED, TIMED_OUT))] == []


def test_a_void_without_an_answer_counts_as_failed_once_its_promise_is_over():
    order = order_of(*KEPT_READY, VOID_ASKED)
    (question,) = unanswered(order)
    assert question.asked_at is not None
    assert "void_failed" not in flags_at(order, question.asked_at + MINUTE - SECOND)
    assert flags_at(order, question.asked_at + MINUTE).count("void_failed") == 1
    refused = order_of(*KEPT_READY, VOID_ASKED, VOID_REFUSED)
    assert flags_at(refused, question.asked_at + MINUTE).count("void_failed") == 1
    captured = order_of(*KEPT_READY, CAPTURE_ASKED)
    assert "void_failed" not in flags_at(captured, question.asked_at + 60 * MINUTE)
