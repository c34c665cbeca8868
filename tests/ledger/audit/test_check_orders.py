"""What the auditor finds in one stamp of an order, and what it lets pass."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.audit import check_orders
from ledger.kernel.erasure import Erased, Ground
from ledger.order.payouts import payout_cause
from ledger.order.stamps import (
    Cause,
    Letter,
    LetterWordsUsed,
    OrderAmended,
    PaymentWithdrawn,
    Pieces,
    ReceiptSendStarted,
    SeatsReleased,
)
from tests.kits import spec
from tests.kits.audit_steps import BOUGHT, NOTHING, SWEDISH, laws, says
from tests.kits.spec import (
    ASKED,
    ATTEMPT,
    AUTHORIZED,
    CANCELLED,
    CAPTURE_ASKED,
    DISPUTED,
    ISSUED,
    LATER,
    ORDER,
    PAGE,
    PAID,
    PAID_OUT,
    PENDING,
    PLACED,
    PRICE,
    REFUND_ASKED,
    REFUNDED,
    RELEASED,
    SECOND,
    SHOP,
    VOID_ASKED,
    WISH,
    eur,
    order_of,
)


def test_law_4_an_order_begins_with_its_placement_and_once():
    check = check_orders.begins_with_a_placement
    assert not says(check, NOTHING, PLACED)
    assert not says(check, BOUGHT, PAID)
    assert says(check, BOUGHT, PLACED) == ["4: OrderPlaced on an order that was again placed"]
    assert says(check, NOTHING, PAID) == ["4: Paid on an order that was never placed"]
    assert not says(check, NOTHING, Erased(subject=ORDER, ground=Ground.ASKED))


WITHDRAWN = PaymentWithdrawn(payment=ATTEMPT, amount=PRICE, approver="staff:bea")


@pytest.mark.parametrize("stamp", [REFUND_ASKED, spec.HANDED_BACK, WITHDRAWN])
def test_law_7_at_most_what_is_held_goes_back(stamp):
    check = check_orders.never_beyond_held
    assert not says(check, BOUGHT, stamp)
    assert laws(check, BOUGHT, replace(stamp, amount=PRICE + eur(1))) == ["7"]
    assert laws(check, BOUGHT, replace(stamp, amount=SWEDISH)) == ["7"]
    assert laws(check, BOUGHT, replace(stamp, payment=SECOND)) == ["7"]
    assert not says(check, NOTHING, replace(stamp, amount=PRICE + eur(1)))


KEPT = order_of(LATER, ASKED, AUTHORIZED)


def test_law_7_at_most_what_is_authorized_is_captured_and_never_after_it_was_given_up():
    check = check_orders.never_beyond_authorized
    more = replace(CAPTURE_ASKED, amount=PRICE + eur(1))
    assert not says(check, KEPT, CAPTURE_ASKED, under=ATTEMPT)
    assert laws(check, KEPT, more, under=ATTEMPT) == ["7"]
    assert laws(check, KEPT, CAPTURE_ASKED, under=WISH) == ["7"]
    given_up = order_of(LATER, ASKED, AUTHORIZED, CANCELLED, RELEASED, VOID_ASKED)
    assert says(check, given_up, CAPTURE_ASKED, under=ATTEMPT) == ["G1: captures what was given up"]
    assert not says(check, KEPT, VOID_ASKED)
    capturing = order_of(LATER, ASKED, AUTHORIZED, CAPTURE_ASKED)
    assert says(check, capturing, VOID_ASKED) == ["G1: gives up what is being captured"]
    assert not says(check, capturing, replace(VOID_ASKED, payment=SECOND))
    nothing = replace(CAPTURE_ASKED, amount=eur(0))
    for attempt in (ATTEMPT, SECOND):
        assert not says(check, BOUGHT, nothing, under=attempt), "nothing was authorized or given up"


ONE = (Pieces(line=0, quantity=1),)


def amended(quantity: int, cents: int, fee: int = 0) -> OrderAmended:
    pieces = (Pieces(line=0, quantity=quantity),)
    return OrderAmended(pieces=pieces, amount=eur(cents), fee=eur(fee), cause=Cause.STAFF)


@pytest.mark.parametrize(
    ("stamp", "broken"),
    [
        (amended(1, 3500), []),
        (amended(1, 3000, 500), []),
        (amended(2, 7000), []),
        (amended(1, 3499), ["7"]),
        (amended(1, 3501), ["7"]),
        (amended(1, 3500, 1), ["7"]),
        (amended(3, 10500), ["7"]),
        (replace(REFUND_ASKED, pieces=ONE, amount=eur(3500)), []),
        (replace(REFUND_ASKED, pieces=ONE, amount=eur(3499)), ["7"]),
        (replace(REFUND_ASKED, pieces=(), amount=eur(3499)), []),
        (SeatsReleased(pieces=ONE), ["8"]),
        (SeatsReleased(), []),
    ],
)
def test_law_7_and_8_parts_are_whole(stamp, broken):
    assert laws(check_orders.parts_are_whole, BOUGHT, stamp) == broken


def test_law_8_seats_of_pieces_are_freed_with_them_and_once():
    check = check_orders.parts_are_whole
    part = order_of(PLACED, ASKED, PAGE, PAID, amended(1, 3500))
    assert not says(check, part, SeatsReleased(pieces=ONE))
    assert laws(check, part, SeatsReleased(pieces=ONE), under=SECOND) == ["8"]
    two = SeatsReleased(pieces=(Pieces(line=0, quantity=2),))
    assert laws(check, part, two) == ["8"]
    freed = order_of(PLACED, ASKED, PAGE, PAID, amended(1, 3500), SeatsReleased(pieces=ONE))
    assert laws(check, freed, SeatsReleased(pieces=ONE)) == ["8"]
    again = replace(REFUND_ASKED, pieces=(Pieces(line=0, quantity=2),), amount=PRICE)
    assert laws(check, part, again, under=SECOND) == ["7"]
    assert not says(check, part, again)


@pytest.mark.parametrize("stamp", [PAID, AUTHORIZED])
def test_law_11_money_is_of_the_provider_and_currency_that_were_asked(stamp):
    check = check_orders.bound
    asked = order_of(PLACED, ASKED, PAGE)
    assert not says(check, asked, stamp, under=ATTEMPT)
    assert laws(check, asked, stamp, under=WISH) == ["11"]
    assert laws(check, asked, replace(stamp, provider="paytrail"), under=ATTEMPT) == ["11"]
    other = replace(stamp, amount=SWEDISH)
    assert laws(check, asked, other, under=ATTEMPT) == ["11"]
    assert laws(check, asked, replace(other, provider="x"), under=ATTEMPT) == ["11", "11"]


OF_AN_ATTEMPT = (
    PAGE,
    spec.NO_PAGE,
    PENDING,
    spec.DECLINED,
    spec.EXPIRED,
    CAPTURE_ASKED,
    spec.CAPTURE_REFUSED,
    spec.VOIDED,
    spec.VOID_REFUSED,
    spec.LAPSED,
)
OF_A_PAYMENT = (
    REFUND_ASKED,
    spec.REFUND_ACCEPTED,
    REFUNDED,
    spec.REFUND_FAILED,
    spec.HANDED_BACK,
    WITHDRAWN,
    DISPUTED,
    spec.WON,
    VOID_ASKED,
)


@pytest.mark.parametrize("stamp", OF_AN_ATTEMPT, ids=lambda one: type(one).__name__)
def test_law_11_news_of_an_attempt_that_nobody_made(stamp):
    assert not says(check_orders.bound, BOUGHT, stamp, under=ATTEMPT)
    assert laws(check_orders.bound, BOUGHT, stamp, under=WISH) == ["11"]


@pytest.mark.parametrize("stamp", OF_A_PAYMENT, ids=lambda one: type(one).__name__)
def test_law_11_news_of_a_payment_that_is_not_this_orders(stamp):
    assert not says(check_orders.bound, BOUGHT, stamp)
    assert laws(check_orders.bound, BOUGHT, replace(stamp, payment=SECOND)) == ["11"]
    if hasattr(stamp, "amount"):
        other = replace(stamp, amount=SWEDISH)
        assert laws(check_orders.bound, BOUGHT, other) == ["11"]


def test_law_3_and_11_a_line_of_a_payout_stands_under_the_id_of_its_money():
    check = check_orders.paid_out_once
    cause = payout_cause(PAID_OUT, account="acct_1")
    assert not says(check, BOUGHT, PAID_OUT, under=cause)
    assert laws(check, BOUGHT, PAID_OUT, under=WISH) == ["3"]
    assert laws(check, BOUGHT, replace(PAID_OUT, provider="sumup"), under=cause) == ["11"]
    assert laws(check, BOUGHT, replace(PAID_OUT, amount=SWEDISH), under=cause) == ["11"]


def begun(letter: Letter) -> ReceiptSendStarted:
    return ReceiptSendStarted(letter=letter, try_number=1, numbered_for=SHOP)


def test_law_9_one_receipt_under_one_id():
    check = check_orders.one_receipt
    sent = order_of(PLACED, ASKED, PAGE, PAID, begun(Letter.PAID))
    assert not says(check, BOUGHT, begun(Letter.REFUNDED), under=ATTEMPT)
    assert not says(check, sent, begun(Letter.PAID), under=ATTEMPT)
    assert says(check, sent, begun(Letter.REFUNDED), under=ATTEMPT) == [
        "9: a receipt “refunded” beside a receipt “paid”"
    ]
    assert not says(check, sent, begun(Letter.REFUNDED), under=WISH)
    assert not says(check, sent, begun(Letter.CORRECTION), under=ATTEMPT)
    assert laws(check, sent, begun(Letter.CANCELLED), under=ATTEMPT) == ["9"]


@pytest.mark.parametrize("kind", [ReceiptSendStarted, LetterWordsUsed])
def test_law_9_a_letter_is_begun_while_it_is_owed(kind):
    def letter(one: Letter) -> Any:
        more = {} if kind is ReceiptSendStarted else {"version": 1}
        return kind(letter=one, try_number=1, **more)

    check = check_orders.receipts_owed
    assert not says(check, BOUGHT, letter(Letter.PAID), under=ATTEMPT)
    assert laws(check, BOUGHT, letter(Letter.PAID), under=WISH) == ["9"]
    assert laws(check, BOUGHT, letter(Letter.REFUNDED), under=ATTEMPT) == ["9"]


@pytest.mark.parametrize(
    ("before", "hashes", "texts"),
    [
        (BOUGHT, ("a", "b"), []),
        (BOUGHT, ("a",), ["issues 1 tickets, bought were 2"]),
        (BOUGHT, ("a", "b", "c"), ["issues 3 tickets, bought were 2"]),
        (BOUGHT, ("a", "a"), ["issues two tickets with one code"]),
        (order_of(PLACED, ASKED), ("a", "b"), ["issues tickets for seats that are not sold"]),
        (
            order_of(PLACED, ASKED, PAGE, PAID, ISSUED),
            ("a", "b"),
            ["issues tickets a second time"],
        ),
    ],
)
def test_r4_one_set_of_tickets_as_bought(before, hashes, texts):
    stamp = replace(ISSUED, hashes=hashes, codes=None)
    found = says(check_orders.tickets_as_bought, before, stamp)
    assert found == [f"R4: {one}" for one in texts]
