"""Who ordered and has not paid gets one letter, in time and only while it is true (SPEC R1)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ledger.kernel import values
from ledger.kernel.events import derived
from ledger.kernel.refusals import LetterNotDue
from ledger.order.commands import StartLetter
from ledger.order.decisions.place import payment_letter
from ledger.order.letters_due import how_to_pay_id, owed
from ledger.order.payable import awaits_payer, overdue_since, pay_by, pay_until
from ledger.order.stamps import (
    Letter,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    ReceiptSendStarted,
    ReceiptSent,
)
from ledger.shop.stamps import BankAccount, PaymentLetter
from tests.kits.spec import ASKED, PAID, PLACED, PLACING, TIMED_OUT, given, order_of, put
from tests.kits.worlds import PREFERENCES
from tests.ledger.order.test_corrections import MARKED, TAKEN_BACK

HALF_AN_HOUR = PaymentLetter(after=1800)
WAITING = replace(PLACED, payment_letter=HALF_AN_HOUR)
PENDING = PaymentPending(provider_reference="cs_1")
ACCOUNT = BankAccount(iban="FI3715903000000776", holder="Winterfest ry")


def due(*stack):
    return [one for one in owed(order_of(*stack)) if one.letter is Letter.HOW_TO_PAY]


def test_it_is_due_half_an_hour_after_placing_and_only_while_the_order_is_held():
    order = order_of(WAITING, ASKED)
    (letter,) = due(WAITING, ASKED)
    assert order.placed_at is not None
    assert not letter.is_due(order.placed_at + timedelta(minutes=29))
    assert letter.is_due(order.placed_at + timedelta(minutes=30))
    assert not letter.is_due(pay_by(order))
    assert (letter.position, letter.correlation_id) == (1, derived(PLACING, "how_to_pay"))


@pytest.mark.parametrize(
    "stack",
    [
        (PLACED, ASKED),
        (WAITING, ASKED, PAID),
        (WAITING, ASKED, PENDING),
        (WAITING, ASKED, TIMED_OUT),
        (WAITING, ASKED, replace(PAID, amount=values.replace(PAID.amount, amount=1))),
    ],
    ids=["placed before there was such a letter", "paid", "under way", "timed out", "underpaid"],
)
def test_nobody_is_asked_to_pay_what_is_not_theirs_to_pay(stack):
    assert due(*stack) == []


def test_a_correction_has_told_so_that_no_other_letter_asks():
    assert MARKED[0] == PLACED
    stack = (WAITING, *MARKED[1:], TAKEN_BACK)
    assert awaits_payer(order_of(*stack))
    assert due(*stack) == []


def test_declined_is_not_paid():
    failed = PaymentFailed(provider_reference="pi_1", code="declined")
    assert len(due(WAITING, ASKED, failed)) == 1


def begin(order, at: datetime):
    return StartLetter(
        correlation_id=how_to_pay_id(order),
        actor="worker",
        at=at,
        letter=Letter.HOW_TO_PAY,
        try_number=1,
    )


def test_it_is_claimed_once_without_a_receipt_s_number_and_never_before_its_time():
    stack = (WAITING, ASKED)
    order = order_of(*stack)
    placed_at = order.placed_at
    assert placed_at is not None
    given(*stack).when(begin(order, placed_at)).then_refuses(LetterNotDue)
    given(*stack).when(begin(order, pay_by(order))).then_refuses(LetterNotDue)
    started = ReceiptSendStarted(letter=Letter.HOW_TO_PAY, try_number=1)
    at = placed_at + timedelta(minutes=30)
    given(*stack).when(begin(order, at)).then(started)
    claimed = (*stack, put(started, under=how_to_pay_id(order)))
    given(*claimed).when(begin(order, at)).then_refuses(LetterNotDue)
    done = ReceiptSent(letter=Letter.HOW_TO_PAY, try_number=1, message_id="<1@a>", body_hash="0")
    given(*claimed, put(done, under=how_to_pay_id(order))).still_owes()


def test_a_shop_paid_by_hand_writes_at_once_how_and_others_after_half_an_hour():
    texts = {"en": "Pay to our account."}
    by_hand = replace(PREFERENCES, provider="manual", how_to_pay=texts, bank_account=ACCOUNT)
    assert payment_letter(by_hand) == PaymentLetter(after=0, how_to_pay=texts, bank_account=ACCOUNT)
    assert payment_letter(PREFERENCES) == HALF_AN_HOUR
    assert payment_letter(replace(PREFERENCES, remind_unpaid=False)) is None


def test_a_payment_is_under_way_from_pending_until_it_came_or_failed():
    order = order_of(WAITING, ASKED, PENDING)
    assert len(order.under_way) == 1
    assert not awaits_payer(order)
    begun = order.under_way[0].pending_at
    assert begun is not None
    assert overdue_since(order) == begun + timedelta(days=30)
    for over in (
        PAID,
        PaymentFailed(provider_reference="cs_1", code="no"),
        PaymentExpired(provider_reference="cs_1"),
    ):
        assert order_of(WAITING, ASKED, PENDING, over).under_way == ()


@pytest.mark.parametrize(
    ("placed", "told"),
    [
        ("2026-11-29T22:00:00+00:00", "2026-12-02T21:59:00+00:00"),  # midnight in Helsinki
        ("2026-11-29T22:00:59+00:00", "2026-12-02T21:59:00+00:00"),
        ("2026-11-29T22:01:00+00:00", "2026-12-02T22:01:00+00:00"),
        ("2026-11-30T00:00:00+00:00", "2026-12-03T00:00:00+00:00"),  # midnight elsewhere
    ],
)
def test_the_last_moment_to_pay_is_in_time_on_its_own_date(placed: str, told: str):
    order = order_of(put(WAITING, at=datetime.fromisoformat(placed)), ASKED)
    last = pay_until(order)
    assert last == datetime.fromisoformat(told)
    assert last <= pay_by(order)
