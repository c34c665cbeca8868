"""Which letters an order owes: one receipt per correlation id (SPEC R1)."""

from dataclasses import replace
from datetime import timedelta

from ledger.order.due import Due
from ledger.order.letters_due import letters_left, owed
from ledger.order.stamps import (
    Letter,
    ReceiptFailed,
    ReceiptSendStarted,
    ReceiptSent,
    ReceiptUnknown,
)
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    CONFIRMED_FREE,
    FREE,
    HANDED_BACK,
    LINK,
    NOON,
    OUTSIDE,
    PAID,
    PLACED,
    PLACING,
    REFUND_ACCEPTED,
    REFUND_ASKED,
    REFUND_FAILED,
    REFUND_REFUSED,
    REFUNDED,
    RELEASED,
    RETAKEN,
    SECOND,
    TIMED_OUT,
    WISH,
    eur,
    given,
    put,
)

BOUGHT = (PLACED, ASKED, PAID)
PAID_LETTER = (ATTEMPT, Letter.PAID)
REFUND_LETTER = (WISH, Letter.REFUNDED)
ACKNOWLEDGED = (WISH, Letter.WITHDRAWAL)


def posted(stamp_type, letter, **fields):
    return stamp_type(letter=letter, try_number=1, **fields)


def sent(letter):
    return posted(ReceiptSent, letter, message_id="<1@shop>", body_hash="00")


def came(cents, *, under=ATTEMPT):
    """So much money, asked for and paid."""
    asked = put(replace(ASKED, amount=eur(cents)), under=under)
    known = {ATTEMPT: "pi_1", SECOND: "pi_2", OUTSIDE: "pi_3"}[under]
    return asked, put(replace(PAID, amount=eur(cents), provider_reference=known), under=under)


def test_a_price_that_came_in_parts_has_one_receipt_with_the_payment_that_was_the_last_of_it():
    price = PLACED.total.amount
    first, rest = came(price - 1000), came(1000, under=SECOND)
    given(PLACED, *first).owes()
    given(PLACED, *first, *rest).owes((SECOND, Letter.PAID))
    more = came(500, under=OUTSIDE)
    given(PLACED, *first, *more, *rest).owes((SECOND, Letter.PAID))
    given(PLACED, *first, *rest, *more).owes((SECOND, Letter.PAID), (OUTSIDE, Letter.PAID))


def test_a_placed_order_owes_nothing():
    given(PLACED, ASKED).owes()


def test_a_paid_order_owes_its_confirmation():
    given(*BOUGHT).owes(PAID_LETTER)


def test_a_free_order_owes_its_confirmation():
    given(FREE, CONFIRMED_FREE).owes((PLACING, Letter.PAID))


def test_too_little_money_says_nothing():
    given(PLACED, ASKED, replace(PAID, amount=eur(1))).owes()


def test_an_unpaid_order_that_times_out_says_nothing():
    given(PLACED, ASKED, TIMED_OUT, RELEASED).owes()


def test_a_refund_says_nothing_while_it_may_still_be_refused():
    given(*BOUGHT, LINK, REFUND_ASKED).owes(PAID_LETTER, ACKNOWLEDGED)


def test_an_accepted_refund_is_announced_once():
    accepted = (*BOUGHT, LINK, REFUND_ASKED, REFUND_ACCEPTED)
    given(*accepted).owes(PAID_LETTER, REFUND_LETTER)
    given(*accepted, CANCELLED, RELEASED).owes(PAID_LETTER, REFUND_LETTER)
    given(*accepted, CANCELLED, RELEASED, REFUNDED).owes(PAID_LETTER, REFUND_LETTER)


def test_a_refused_refund_that_cancelled_nothing_only_acknowledges_the_wish():
    given(*BOUGHT, LINK, REFUND_ASKED, REFUND_REFUSED).owes(PAID_LETTER, ACKNOWLEDGED)


def test_a_cancellation_waits_for_the_outcome_of_its_refund():
    waiting = (*BOUGHT, LINK, REFUND_ASKED, CANCELLED, RELEASED)
    given(*waiting).owes(PAID_LETTER, ACKNOWLEDGED)
    given(*waiting, REFUND_REFUSED).owes(PAID_LETTER, (WISH, Letter.CANCELLED))
    given(*waiting, REFUND_ACCEPTED).owes(PAID_LETTER, REFUND_LETTER)


def test_a_paid_order_that_is_cancelled_without_a_refund_says_so():
    given(*BOUGHT, CANCELLED).owes(PAID_LETTER, (WISH, Letter.CANCELLED))


def test_a_cancelled_free_order_says_so():
    given(FREE, CONFIRMED_FREE, CANCELLED).owes((PLACING, Letter.PAID), (WISH, Letter.CANCELLED))


def test_a_refund_made_outside_is_announced():
    given(*BOUGHT, put(REFUNDED, under=OUTSIDE)).owes(PAID_LETTER, (OUTSIDE, Letter.REFUNDED))


def test_money_handed_back_is_announced():
    given(*BOUGHT, put(HANDED_BACK, under=OUTSIDE)).owes(PAID_LETTER, (OUTSIDE, Letter.REFUNDED))


def test_a_refund_that_failed_before_its_letter_went_out_says_nothing():
    failed = (*BOUGHT, REFUND_ASKED, REFUND_ACCEPTED, REFUND_FAILED)
    given(*failed).owes(PAID_LETTER, ACKNOWLEDGED)


def test_a_refund_that_failed_after_its_letter_brings_one_correction():
    letter = Letter.REFUNDED
    begun = put(posted(ReceiptSendStarted, letter), under=WISH)
    stack = (*BOUGHT, REFUND_ASKED, REFUND_ACCEPTED, begun)
    correction = (WISH, Letter.CORRECTION)
    for outcome in (sent(letter), posted(ReceiptUnknown, letter)):
        told = (*stack, put(outcome, under=WISH), REFUND_FAILED)
        given(*told).owes(PAID_LETTER, REFUND_LETTER, correction)


def test_late_money_waits_for_its_decision_and_then_one_letter_tells():
    late = (PLACED, ASKED, TIMED_OUT, RELEASED, PAID)
    given(*late).owes()
    given(*late, RETAKEN).owes(PAID_LETTER)
    given(*late, REFUND_ASKED, REFUND_ACCEPTED).owes(REFUND_LETTER)


def test_only_the_newest_link_is_sent():
    given(*BOUGHT, LINK).owes(PAID_LETTER, (WISH, Letter.LINK))
    newer = put(LINK, under=SECOND)
    given(*BOUGHT, LINK, newer).owes(PAID_LETTER, (SECOND, Letter.LINK))


def test_a_letter_is_due_until_it_was_sent_or_given_up():
    begun = posted(ReceiptSendStarted, Letter.PAID)
    for_now = posted(ReceiptFailed, Letter.PAID, code="451", permanent=False)
    for_good = posted(ReceiptFailed, Letter.PAID, code="550", permanent=True)
    given(*BOUGHT, begun).still_owes(PAID_LETTER)
    given(*BOUGHT, begun, for_now).still_owes(PAID_LETTER)
    given(*BOUGHT, begun, for_good).still_owes()
    given(*BOUGHT, begun, sent(Letter.PAID)).still_owes()


def test_an_answer_that_comes_after_all_is_better_than_not_knowing():
    begun, unknown = (posted(t, Letter.PAID) for t in (ReceiptSendStarted, ReceiptUnknown))
    given(*BOUGHT, begun, unknown, sent(Letter.PAID)).still_owes()
    given(*BOUGHT, begun, sent(Letter.PAID), unknown).still_owes()


def left(*stack):
    """Which letters were begun and are owed no more, and since which position."""
    order = given(*stack).order
    return [(one.correlation_id, one.letter, one.position) for one in letters_left(order)]


def test_a_letter_that_was_begun_and_is_owed_no_more_is_left():
    begun = put(posted(ReceiptSendStarted, Letter.LINK), under=WISH)
    assert left(*BOUGHT, LINK, begun) == []
    # The link was used while its letter was on its way; another letter is owed under its id.
    used = (*BOUGHT, LINK, begun, REFUND_ASKED)
    given(*used).owes(PAID_LETTER, ACKNOWLEDGED)
    assert left(*used) == [(WISH, Letter.LINK, 6)]


def test_what_came_of_it_is_known_so_it_is_not_left():
    begun = put(posted(ReceiptSendStarted, Letter.LINK), under=WISH)
    used = (*BOUGHT, LINK, begun, REFUND_ASKED)
    outcomes = (
        sent(Letter.LINK),
        posted(ReceiptUnknown, Letter.LINK),
        posted(ReceiptFailed, Letter.LINK, code="451", permanent=False),
    )
    for outcome in outcomes:
        assert left(*used, put(outcome, under=WISH)) == []


def test_a_letter_has_its_time_from_its_begin_until_before_its_end():
    due = Due(correlation_id=WISH, letter=Letter.PAID, position=1)
    early, late = NOON, NOON + timedelta(hours=1)
    assert due.is_due(early)
    begins = replace(due, begin=late)
    assert (begins.is_due(early), begins.is_due(late)) == (False, True)
    ends = replace(due, end=late)
    assert (ends.is_due(early), ends.is_due(late)) == (True, False)


def test_a_wish_is_acknowledged_two_minutes_after_it_was_made():
    order = given(*BOUGHT, LINK, REFUND_ASKED).order
    (due,) = [one for one in owed(order) if one.letter is Letter.WITHDRAWAL]
    assert due.begin == NOON + timedelta(minutes=4 + 2)
    assert due.end is None
