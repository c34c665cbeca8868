"""Tickets are issued once, with the letter that brings them, and follow their seats (R4)."""

from dataclasses import replace

import pytest

from ledger.kernel.refusals import LetterNotDue
from ledger.order.admission import tickets
from ledger.order.commands import StartLetter
from ledger.order.stamps import (
    CancellationWithdrawn,
    Letter,
    PaymentWithdrawn,
    Pieces,
    ReceiptFailed,
    ReceiptResendRequested,
    ReceiptSendStarted,
    ReceiptSent,
    SeatsReleased,
    TicketsIssued,
)
from ledger.order.tickets import ticket_count, tickets_of
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    CANCELLED,
    CONFIRMED_FREE,
    DISPUTED,
    FREE,
    ISSUED,
    LINE,
    LOST,
    NOON,
    PAID,
    PLACED,
    PLACING,
    PRICE,
    RELEASED,
    RETAKEN,
    SHOP,
    TIMED_OUT,
    WISH,
    eur,
    given,
    order_of,
    put,
)
from tests.kits.ticket_codes import codes

BOUGHT = (PLACED, ASKED, PAID)
STARTED = ReceiptSendStarted(letter=Letter.PAID, try_number=1, numbered_for=SHOP)
SENT = ReceiptSent(letter=Letter.PAID, try_number=1, message_id="<1@x>", body_hash="00")
FAILED = ReceiptFailed(letter=Letter.PAID, try_number=1, code="451", permanent=False)
AGAIN = ReceiptResendRequested(receipt=ATTEMPT, letter=Letter.PAID)


def begin(*fresh, number=1, under=ATTEMPT):
    return StartLetter(
        correlation_id=under,
        actor="worker",
        at=NOON,
        letter=Letter.PAID,
        try_number=number,
        tickets=fresh,
    )


def admits(*stack) -> bool:
    return order_of(*stack).admits


def test_they_are_issued_beside_the_claim_of_their_letter():
    given(*BOUGHT).when(begin(*codes(2))).then(ISSUED, STARTED)


def test_a_free_order_has_tickets_too():
    given(FREE, CONFIRMED_FREE).when(begin(*codes(2), under=PLACING)).then(ISSUED, STARTED)


def test_no_letter_that_brings_them_is_claimed_without_them():
    one, two, three = codes(3)
    mistyped = replace(one, code=two.code[::-1])
    for fresh in ((), (one,), (one, two, three), (one, one), (one, mistyped)):
        given(*BOUGHT).when(begin(*fresh)).then_refuses(LetterNotDue)
    given(*BOUGHT).when(begin(one, replace(two, hash=one.hash))).then_refuses(LetterNotDue)


def test_a_second_try_and_a_letter_sent_again_bring_the_same():
    claimed = (*BOUGHT, ISSUED, STARTED)
    second = replace(STARTED, try_number=2)
    for before in ((FAILED,), (SENT, AGAIN)):
        given(*claimed, *before).when(begin(*codes(2), number=2)).then(second)


def test_a_letter_sent_again_issues_what_an_older_release_did_not():
    second = replace(STARTED, try_number=2)
    stack = (*BOUGHT, STARTED, SENT, AGAIN)
    given(*stack).when(begin(*codes(2), number=2)).then(ISSUED, second)


def test_what_is_for_no_ticket_has_none():
    shirts = replace(PLACED, lines=(replace(LINE, tickets=0),))
    given(shirts, ASKED, PAID).when(begin()).then(STARTED)


def test_a_letter_about_seats_that_are_gone_brings_none():
    gone = (*BOUGHT, CANCELLED, RELEASED)
    assert order_of(*gone).tickets_wanted == 0
    given(*gone).when(begin(*codes(2))).then(STARTED)


def test_pair_tickets_count_for_each_piece():
    pairs = replace(PLACED, lines=(replace(LINE, tickets=2), replace(LINE, product="one")))
    assert ticket_count(pairs) == 6
    made = [*tickets_of(pairs, [one.code for one in codes(6)])]
    assert [one.line.product for one in made] == ["weekend"] * 4 + ["one"] * 2
    assert [one.number for one in made] == [1, 2, 3, 4, 5, 6]


def test_with_some_pieces_their_tickets_are_gone_and_the_others_stay_as_they_were():
    pairs = replace(PLACED, lines=(replace(LINE, quantity=3, tickets=2),))
    fresh = codes(6)
    issued = TicketsIssued(
        hashes=tuple(one.hash for one in fresh), codes=tuple(one.code for one in fresh)
    )
    stack = (pairs, ASKED, PAID, issued)
    for pieces, left in ((1, 4), (2, 2), (3, 0)):
        freed = SeatsReleased(pieces=(Pieces(line=0, quantity=pieces),))
        valid = order_of(*stack, put(freed, under=WISH)).valid_tickets
        assert [one.code for one in valid] == [one.code for one in fresh[:left]]
        assert [(one.number, one.count) for one in valid] == [(n + 1, 6) for n in range(left)]


def test_nothing_is_wanted_before_the_money_is_there_nor_twice():
    assert order_of(PLACED, ASKED).tickets_wanted == 0
    assert order_of(*BOUGHT).tickets_wanted == 2
    assert order_of(*BOUGHT, ISSUED).tickets_wanted == 0


def test_of_two_sets_the_first_is_in_people_s_hands():
    other = TicketsIssued(hashes=("a", "b"), codes=("c", "d"))
    found = order_of(*BOUGHT, ISSUED, put(other, under=WISH)).tickets
    assert found is not None
    assert (found.hashes, found.codes) == (ISSUED.hashes, ISSUED.codes)


@pytest.mark.parametrize(
    ("after", "valid"),
    [
        ((), True),
        ((CANCELLED,), True),  # the seats are kept until the refund is accepted
        ((CANCELLED, RELEASED), False),
        ((TIMED_OUT, RELEASED, RETAKEN), True),
        ((DISPUTED,), True),
        ((DISPUTED, LOST), True),  # until somebody cancels the order
        ((PaymentWithdrawn(payment=ATTEMPT, amount=PRICE, approver="boss"),), False),
        (
            (CANCELLED, RELEASED, CancellationWithdrawn(cancellation=WISH, approver="boss")),
            True,
        ),
    ],
)
def test_they_are_valid_exactly_as_long_as_their_seats_are_sold(after, valid):
    stack = (*BOUGHT, ISSUED, *after)
    assert admits(*stack) is valid
    sold = sum(sold for _, sold in order_of(*stack).seats.values())
    assert bool(sold) is valid


def test_pieces_that_bring_several_tickets_bring_as_many_each():
    """Three pieces of four tickets are twelve, which have no code before they are issued."""
    line = replace(LINE, quantity=3, tickets=4)
    found = tickets(order_of(replace(PLACED, lines=(line,), total=eur(10500))))
    assert [(one.number, one.code) for one in found] == [(number, "") for number in range(1, 13)]
