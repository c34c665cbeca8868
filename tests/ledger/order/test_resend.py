"""A letter goes out again because staff want it (SPEC R6)."""

from typing import Any

from ledger.kernel.refusals import LetterNotDue
from ledger.order.commands import ResendLetter
from ledger.order.stamps import (
    Letter,
    ReceiptFailed,
    ReceiptResendRequested,
    ReceiptSendStarted,
    ReceiptSent,
)
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    NOON,
    OUTSIDE,
    PAGE,
    PAID,
    PLACED,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    SECOND,
    WISH,
    given,
    order_of,
    put,
)

BOUGHT = (PLACED, ASKED, PAGE, PAID)
STARTED = ReceiptSendStarted(letter=Letter.PAID, try_number=1, numbered_for=PLACED.shop)
SENT = ReceiptSent(letter=Letter.PAID, try_number=1, message_id="<1@x>", body_hash="h")
BOUNCED = ReceiptFailed(letter=Letter.PAID, try_number=1, code="550", permanent=True)
AGAIN = ReceiptResendRequested(receipt=ATTEMPT, letter=Letter.PAID, reason="lost")
WRITTEN = (*BOUGHT, STARTED, SENT)


def wish(**changes: Any) -> ResendLetter:
    return ResendLetter(
        correlation_id=OUTSIDE, actor="token:till", at=NOON, reason="lost", **changes
    )


def test_a_letter_that_was_sent_is_due_once_more():
    given(*WRITTEN).when(wish()).then(AGAIN)
    given(*WRITTEN).still_owes()
    given(*WRITTEN, put(AGAIN, under=OUTSIDE)).still_owes((ATTEMPT, Letter.PAID))


def test_so_is_one_that_could_not_be_delivered():
    stack = (*BOUGHT, STARTED, BOUNCED)
    given(*stack).still_owes()
    given(*stack).when(wish()).then(AGAIN)
    given(*stack, put(AGAIN, under=OUTSIDE)).still_owes((ATTEMPT, Letter.PAID))


def test_it_keeps_its_number_and_is_sent_once_more():
    second = ReceiptSendStarted(letter=Letter.PAID, try_number=2)
    sent = ReceiptSent(letter=Letter.PAID, try_number=2, message_id="<2@x>", body_hash="h")
    order = order_of(*WRITTEN, put(AGAIN, under=OUTSIDE), second, sent)
    posting = order.postings[ATTEMPT, Letter.PAID]
    assert (posting.state, posting.last_try) == ("sent", 2)
    given(*WRITTEN, put(AGAIN, under=OUTSIDE), second, sent).still_owes()


def test_asked_for_twice_under_one_identity_it_is_due_once():
    given(*WRITTEN, put(AGAIN, under=OUTSIDE)).when(wish()).then()


def test_a_letter_that_waits_to_go_out_again_is_not_asked_for_twice():
    given(*WRITTEN, put(AGAIN, under=SECOND)).when(wish()).then_refuses(LetterNotDue)


def test_what_was_never_written_cannot_be_sent_again():
    given(*BOUGHT).when(wish()).then_refuses(LetterNotDue)
    given(*WRITTEN).when(wish(receipt=SECOND)).then_refuses(LetterNotDue)
    given(*WRITTEN).when(wish(letter=Letter.REFUNDED)).then_refuses(LetterNotDue)


def test_the_newest_goes_unless_one_is_named():
    told = ReceiptSendStarted(letter=Letter.REFUNDED, try_number=1, numbered_for=PLACED.shop)
    stack = (*WRITTEN, REFUND_ASKED, REFUND_ACCEPTED, put(told, under=WISH))
    newest = ReceiptResendRequested(receipt=WISH, letter=Letter.REFUNDED, reason="lost")
    given(*stack).when(wish()).then(newest)
    given(*stack).when(wish(receipt=ATTEMPT)).then(AGAIN)
