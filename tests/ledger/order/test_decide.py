"""For every wish: the right stamp, the right refusal, the right silence."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ledger.kernel.refusals import (
    LetterNotDue,
    LetterTooSoon,
    LinkInvalid,
    NotCancellable,
    NothingToRefund,
    NotPayable,
    QuoteChanged,
)
from ledger.order.commands import (
    CancelUnpaid,
    CompleteCancellation,
    ConfirmCancellation,
    ReleaseSeats,
    RequestCancellation,
    RequestPayment,
    RetakeSeats,
    RetryRefund,
    ReturnPayment,
    StartLetter,
)
from ledger.order.stamps import (
    CancellationWithdrawn,
    Cancelled,
    Cause,
    Letter,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
    SeatsRetaken,
)
from ledger.shop.stamps import Release
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    CODE,
    CONFIRMED_FREE,
    FREE,
    HANDED_BACK,
    ISSUED,
    LINK,
    NO_PAGE,
    NOON,
    OPENING,
    OUTSIDE,
    PAID,
    PAID_TWICE,
    PLACED,
    PLACING,
    PRICE,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_REFUSED,
    RELEASED,
    RETAKEN,
    SECOND,
    SHOP,
    TIMED_OUT,
    WISH,
    eur,
    given,
    put,
    releasing,
)
from tests.kits.ticket_codes import codes

SOON = NOON + timedelta(hours=1)
BOUGHT = (PLACED, ASKED, PAID)
LINKED = (*BOUGHT, LINK)
LATE = (PLACED, ASKED, TIMED_OUT, RELEASED, PAID)
STAFF_CANCELLED = Cancelled(cause=Cause.STAFF, reason="sold twice")
WITHDRAWN = CancellationWithdrawn(cancellation=WISH, approver="boss", reason="was not")


def by(kind: Any, *, under: Any = WISH, at: datetime = SOON, **fields: Any) -> Any:
    return kind(correlation_id=under, actor="test", at=at, **fields)


def pay(*, under: Any = SECOND) -> Any:
    return by(RequestPayment, under=under, provider="stripe", account="acct_1", live=False)


def confirm(*, code: str = CODE, quote: Any = PRICE, **fields: Any) -> Any:
    return by(ConfirmCancellation, code=code, quote=quote, **fields)


# Paying again


def test_a_new_attempt_is_asked_for_what_is_missing():
    given(PLACED, ASKED, NO_PAGE).when(pay()).then(ASKED)


def test_a_new_attempt_after_too_small_a_payment_asks_for_the_rest():
    short = replace(PAID, amount=eur(5000))
    given(PLACED, ASKED, short).when(pay()).then(replace(ASKED, amount=eur(2000)))


def test_the_same_attempt_again_stamps_nothing():
    given(PLACED, ASKED).when(pay(under=ATTEMPT)).then()


def test_a_paid_order_is_not_paid_again():
    given(*BOUGHT).when(pay()).then_refuses(NotPayable, status="PAID")


def test_a_cancelled_order_is_not_paid():
    given(PLACED, ASKED, TIMED_OUT).when(pay()).then_refuses(NotPayable, status="CANCELLED")


def test_a_free_order_is_not_paid():
    given(FREE, CONFIRMED_FREE).when(pay()).then_refuses(NotPayable, status="PAID")


# Asking for the link


def test_a_link_is_stamped_with_the_hash_of_its_code():
    given(*BOUGHT).when(by(RequestCancellation, code=CODE)).then(LINK)


def test_asking_again_under_the_same_id_stamps_nothing():
    given(*LINKED).when(by(RequestCancellation, code=CODE)).then()


def test_a_second_link_waits_for_a_minute():
    asked_at = NOON + timedelta(minutes=3)
    early = asked_at + timedelta(seconds=59)
    again = by(RequestCancellation, under=SECOND, code="other", at=early)
    given(*LINKED).when(again).then_refuses(LetterTooSoon)
    late = replace(again, at=asked_at + timedelta(seconds=60))
    assert given(*LINKED).when(late).stamps


def test_no_link_for_an_unpaid_order():
    asked = by(RequestCancellation, code=CODE)
    given(PLACED, ASKED).when(asked).then_refuses(NotCancellable, code="not_paid")


# Confirming


def test_confirming_asks_for_the_refund_and_cancels_nothing_yet():
    given(*LINKED).when(confirm()).then(REFUND_ASKED)


def test_confirming_keeps_the_fee():
    placed = releasing(Release.AT_REFUND_ACCEPTED, fee=eur(100), percent="10")
    asked = replace(REFUND_ASKED, amount=eur(6200), fee=eur(800))
    given(placed, ASKED, PAID, LINK).when(confirm(quote=eur(6200))).then(asked)


def test_a_percentage_is_rounded_half_up_once():
    placed = releasing(Release.AT_REFUND_ACCEPTED, percent="0.35")
    asked = replace(REFUND_ASKED, amount=eur(6975), fee=eur(25))
    given(placed, ASKED, PAID, LINK).when(confirm(quote=eur(6975))).then(asked)


def test_a_fee_beyond_the_payment_refunds_nothing_and_cancels():
    placed = releasing(Release.AT_REFUND_ACCEPTED, fee=eur(9999))
    given(placed, ASKED, PAID, LINK).when(confirm(quote=eur(0))).then(CANCELLED, RELEASED)


def test_with_release_at_request_the_cancellation_comes_first_and_stays():
    placed = releasing(Release.AT_REQUEST)
    given(placed, ASKED, PAID, LINK).when(confirm()).then(REFUND_ASKED, CANCELLED, RELEASED)


def test_a_free_order_is_simply_cancelled():
    given(FREE, CONFIRMED_FREE, LINK).when(confirm(quote=eur(0))).then(CANCELLED, RELEASED)


def test_a_wrong_code_is_no_link():
    given(*LINKED).when(confirm(code="k" * 42)).then_refuses(LinkInvalid)


def test_no_link_at_all_is_no_link():
    given(*BOUGHT).when(confirm()).then_refuses(LinkInvalid)


def test_a_link_is_void_after_24_hours():
    asked_at = NOON + timedelta(minutes=3)
    last = asked_at + timedelta(hours=24)
    given(*LINKED).when(confirm(at=last)).then_refuses(LinkInvalid)
    assert given(*LINKED).when(confirm(at=last - timedelta(microseconds=1))).stamps


def test_a_newer_link_makes_the_older_one_void():
    newer = put(replace(LINK, code_hash="0" * 64), under=SECOND)
    given(*LINKED, newer).when(confirm()).then_refuses(LinkInvalid)


def test_a_link_works_once():
    given(*LINKED, REFUND_ASKED).when(confirm()).then_refuses(LinkInvalid)
    given(*LINKED, CANCELLED).when(confirm()).then_refuses(LinkInvalid)


def test_a_code_under_another_correlation_id_is_no_link():
    given(*LINKED).when(confirm(under=SECOND)).then_refuses(LinkInvalid)


def test_another_quote_than_the_page_showed_asks_again():
    answer = given(*LINKED).when(confirm(quote=eur(6999)))
    answer.then_refuses(QuoteChanged, quote=PRICE)


def test_eligibility_is_checked_again_at_the_confirmation():
    soon_opening = replace(PLACED, starts_at=NOON + timedelta(minutes=30))
    answer = given(soon_opening, ASKED, PAID, LINK).when(confirm())
    answer.then_refuses(NotCancellable, code="too_late")
    assert OPENING > SOON


# Completing and releasing


def test_an_accepted_refund_completes_the_cancellation_and_frees_the_seats():
    stack = (*LINKED, REFUND_ASKED, REFUND_ACCEPTED)
    given(*stack).when(by(CompleteCancellation)).then(CANCELLED, RELEASED)


def test_with_release_at_settlement_the_seats_wait():
    placed = releasing(Release.AT_REFUND_SETTLED)
    stack = (placed, ASKED, PAID, LINK, REFUND_ASKED, REFUND_ACCEPTED)
    given(*stack).when(by(CompleteCancellation)).then(CANCELLED)


def test_a_refused_or_unanswered_refund_completes_nothing():
    given(*LINKED, REFUND_ASKED).when(by(CompleteCancellation)).then()
    given(*LINKED, REFUND_ASKED, REFUND_REFUSED).when(by(CompleteCancellation)).then()


def test_completing_twice_stamps_nothing():
    stack = (*LINKED, REFUND_ASKED, REFUND_ACCEPTED, CANCELLED, RELEASED)
    given(*stack).when(by(CompleteCancellation)).then()


def test_seats_are_released_once():
    given(*LINKED, CANCELLED).when(by(ReleaseSeats)).then(RELEASED)
    given(*LINKED, CANCELLED, RELEASED).when(by(ReleaseSeats)).then()


# Unpaid orders


DUE = NOON + timedelta(days=3)


def test_an_unpaid_order_is_cancelled_when_its_time_is_over():
    given(PLACED, ASKED).when(by(CancelUnpaid, at=DUE)).then(TIMED_OUT, RELEASED)


def test_an_unpaid_order_lives_until_then():
    given(PLACED, ASKED).when(by(CancelUnpaid, at=DUE - timedelta(microseconds=1))).then()


def test_money_however_little_keeps_the_order():
    short = replace(PAID, amount=eur(1))
    for stack in (BOUGHT, (PLACED, ASKED, short), (FREE, CONFIRMED_FREE)):
        given(*stack).when(by(CancelUnpaid, at=DUE)).then()


def test_timing_out_twice_stamps_nothing():
    given(PLACED, ASKED, TIMED_OUT, RELEASED).when(by(CancelUnpaid, at=DUE)).then()


# Late money


def test_released_seats_can_be_retaken_once():
    stack = (PLACED, ASKED, TIMED_OUT, RELEASED, PAID)
    given(*stack).when(by(RetakeSeats, payment=ATTEMPT)).then(SeatsRetaken())
    given(*stack, SeatsRetaken()).when(by(RetakeSeats, payment=ATTEMPT)).then()


def returning(**fields: Any) -> Any:
    return by(ReturnPayment, under=OUTSIDE, payment=ATTEMPT, cause=Cause.LATE_PAYMENT, **fields)


def test_a_payment_goes_back_whole_and_without_a_fee():
    late = replace(REFUND_ASKED, cause=Cause.LATE_PAYMENT)
    given(PLACED, ASKED, TIMED_OUT, RELEASED, PAID).when(returning()).then(late)


def test_a_payment_goes_back_once():
    late = put(replace(REFUND_ASKED, cause=Cause.LATE_PAYMENT), under=OUTSIDE)
    given(PLACED, ASKED, TIMED_OUT, PAID, late).when(returning()).then()


def test_what_is_not_held_cannot_go_back():
    given(PLACED, ASKED, TIMED_OUT).when(returning()).then_refuses(NothingToRefund)
    given(*LATE, REFUND_ASKED).when(returning()).then_refuses(NothingToRefund)


# What called for a step of ours may be over by the time that it is taken.


def test_a_late_payment_does_not_go_back_once_its_order_was_taken_up_again():
    given(*LATE, RETAKEN).when(returning()).then()


def test_seats_are_not_taken_again_once_the_late_money_has_left():
    left = put(replace(HANDED_BACK, payment=ATTEMPT), under=OUTSIDE)
    given(*LATE, left).when(by(RetakeSeats, payment=ATTEMPT)).then()


def test_an_order_that_lives_keeps_its_seats():
    given(*BOUGHT).when(by(ReleaseSeats)).then()
    given(*BOUGHT, STAFF_CANCELLED, WITHDRAWN).when(by(ReleaseSeats)).then()


def test_a_surplus_that_is_gone_does_not_go_back():
    twice = (*BOUGHT, put(ASKED, under=SECOND), put(PAID_TWICE, under=SECOND))
    surplus = by(ReturnPayment, under=OUTSIDE, payment=SECOND, cause=Cause.OVERPAID)
    gone = put(replace(HANDED_BACK, payment=ATTEMPT), under=WISH)
    given(*twice).when(surplus).then(
        replace(REFUND_ASKED, payment=SECOND, payment_reference="pi_2", cause=Cause.OVERPAID)
    )
    given(*twice, gone).when(surplus).then()


# Asking again for a refused refund


def test_a_refused_refund_is_a_new_try_with_a_new_number():
    stack = (*LINKED, REFUND_ASKED, REFUND_REFUSED)
    given(*stack).when(by(RetryRefund)).then(replace(REFUND_ASKED, try_number=2))


def test_a_refund_that_was_not_refused_is_not_tried_again():
    given(*LINKED, REFUND_ASKED).when(by(RetryRefund)).then()
    given(*LINKED, REFUND_ASKED, REFUND_ACCEPTED).when(by(RetryRefund)).then()
    given(*LINKED).when(by(RetryRefund)).then()


def test_a_retry_never_asks_for_more_than_is_held():
    gone = put(replace(REFUND_ASKED, amount=eur(1)), under=OUTSIDE)
    stack = (*LINKED, REFUND_ASKED, REFUND_REFUSED, gone)
    given(*stack).when(by(RetryRefund)).then_refuses(NothingToRefund)


# Letters


def letter(kind: Letter = Letter.PAID, *, under: Any = ATTEMPT, number: int = 1) -> Any:
    return by(StartLetter, under=under, letter=kind, try_number=number, tickets=codes(2))


STARTED = ReceiptSendStarted(letter=Letter.PAID, try_number=1, numbered_for=SHOP)


def test_claiming_a_receipt_draws_its_number_and_issues_its_tickets():
    given(*BOUGHT).when(letter()).then(ISSUED, STARTED)


def test_a_link_letter_has_no_receipt_number():
    started = ReceiptSendStarted(letter=Letter.LINK, try_number=1)
    given(*LINKED).when(letter(Letter.LINK, under=WISH)).then(started)


def test_a_claimed_letter_is_not_claimed_again_under_the_same_try():
    given(*BOUGHT, STARTED).when(letter()).then_refuses(LetterNotDue)


def test_a_letter_that_failed_for_now_may_be_tried_again():
    failed = ReceiptFailed(letter=Letter.PAID, try_number=1, code="451", permanent=False)
    tried = given(*BOUGHT, STARTED, failed).when(letter(number=2))
    assert [getattr(stamp, "try_number", 0) for stamp in tried.stamps] == [0, 2]


def test_a_letter_that_was_sent_or_given_up_is_not_due():
    sent = ReceiptSent(letter=Letter.PAID, try_number=1, message_id="<1@x>", body_hash="00")
    given_up = ReceiptFailed(letter=Letter.PAID, try_number=1, code="550", permanent=True)
    for outcome in (sent, given_up):
        given(*BOUGHT, STARTED, outcome).when(letter(number=2)).then_refuses(LetterNotDue)


def test_a_letter_that_nothing_called_for_is_not_due():
    given(PLACED, ASKED).when(letter()).then_refuses(LetterNotDue)
    given(*BOUGHT).when(letter(Letter.REFUNDED)).then_refuses(LetterNotDue)
    given(*BOUGHT).when(letter(under=PLACING)).then_refuses(LetterNotDue)


def test_cancelled_has_a_cause_that_is_stored():
    assert Cancelled(cause=Cause.UNPAID) == TIMED_OUT
