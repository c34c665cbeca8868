"""What is said of one payment attempt, word by word, after every short history of it."""

import pytest

from ledger.order.payment_attempt import Attempt
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CANCELLED,
    CAPTURE_ASKED,
    CAPTURE_REFUSED,
    DECLINED,
    EXPIRED,
    LAPSED,
    LATER,
    NO_PAGE,
    PAGE,
    PAID,
    PENDING,
    PRICE,
    SECOND,
    VOID_ASKED,
    VOID_REFUSED,
    VOIDED,
    order_of,
)
from tests.ledger.order.test_corrections import MARKED, TAKEN_BACK

WORDS = (
    "unanswered",
    "silent",
    "assigned",
    "refused",
    "failed",
    "under_way",
    "open",
    "given_up",
    "capture_unanswered",
    "void_unanswered",
    "capture_refused",
    "void_refused",
    "void_failed",
)
KEPT = (ASKED, PAGE, AUTHORIZED)


@pytest.mark.parametrize(
    ("stack", "said"),
    [
        ((ASKED,), "unanswered silent open"),
        ((ASKED, PENDING), "unanswered under_way open"),
        ((ASKED, DECLINED), "unanswered failed open"),
        ((ASKED, PAGE), "open"),
        ((ASKED, NO_PAGE), "refused failed"),
        ((ASKED, PAGE, PENDING), "under_way open"),
        ((ASKED, PAGE, PENDING, EXPIRED), "failed"),
        ((ASKED, PAGE, PENDING, PAID), ""),
        ((ASKED, PAGE, DECLINED), "failed open"),
        ((ASKED, PAGE, EXPIRED), "failed"),
        ((ASKED, PAID), ""),
        ((ASKED, NO_PAGE, PAID), "refused"),
        ((ASKED, AUTHORIZED), ""),
        ((ASKED, NO_PAGE, AUTHORIZED), "refused"),
        ((ASKED, PAGE, PENDING, AUTHORIZED), ""),
        (KEPT, ""),
        ((*KEPT, CAPTURE_ASKED), "capture_unanswered"),
        ((*KEPT, CAPTURE_ASKED, CAPTURE_REFUSED), "capture_refused"),
        ((*KEPT, CAPTURE_ASKED, PAID), ""),
        ((*KEPT, CAPTURE_ASKED, CAPTURE_REFUSED, PAID), ""),
        ((*KEPT, CAPTURE_ASKED, LAPSED), "failed given_up"),
        ((*KEPT, CANCELLED, VOID_ASKED), "void_unanswered"),
        ((*KEPT, CANCELLED, VOID_ASKED, VOID_REFUSED), "void_refused void_failed"),
        ((*KEPT, CANCELLED, VOID_ASKED, VOID_REFUSED, VOIDED), "failed given_up"),
        ((*KEPT, CANCELLED, VOID_ASKED, VOIDED), "failed given_up"),
        ((*KEPT, CANCELLED, VOID_ASKED, PAID), ""),
        ((*KEPT, CANCELLED, VOID_ASKED, VOID_REFUSED, PAID), ""),
        ((*KEPT, VOIDED, PAID), ""),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_words_for_an_attempt(stack, said):
    attempt: Attempt = order_of(LATER, *stack).attempts[ATTEMPT]
    assert {word for word in WORDS if getattr(attempt, word)} == {*said.split()}


def test_what_was_marked_and_taken_back_has_failed_and_is_not_open():
    marked, withdrawn = (order_of(*one).attempts[SECOND] for one in (MARKED, (*MARKED, TAKEN_BACK)))
    assert [word for word in WORDS if getattr(marked, word)] == []
    assert [word for word in WORDS if getattr(withdrawn, word)] == ["failed"]
    assert marked.marked == withdrawn.marked == PRICE
    assert (marked.received, withdrawn.received) == (PRICE, None)
