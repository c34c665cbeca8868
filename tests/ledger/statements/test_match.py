"""What a movement on the account is: every verdict, and each thing that alone changes it."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.kernel.money import Money
from ledger.order.numbers import payment_reference
from ledger.order.order import Order
from ledger.order.stamps import Paid, PaymentWithdrawn
from ledger.statements.entry import BankEntry
from ledger.statements.match import MovementVerdict, match_entry
from ledger.statements.transfers import end_to_end_of
from tests.kits.spec import ASKED, PLACED, PRICE, RELEASED, TIMED_OUT, order_of, put

OURS = payment_reference(2026, 42)
CAME = BankEntry(
    account="FI3715903000000776",
    booked=date(2027, 1, 11),
    amount=PRICE,
    credit=True,
    reference=OURS,
)
WENT = replace(CAME, credit=False)
BY_HAND = Paid(amount=PRICE, provider="manual", provider_reference="at the counter")
BY_BANK = replace(BY_HAND, provider_reference="BANK20270111AN1")
BY_CARD = replace(BY_HAND, provider="stripe")
HAND = UUID(int=7)
NEVER_CAME = PaymentWithdrawn(payment=HAND, amount=PRICE, approver="staff:bea", reason="a typo")


def verdict(
    entry: BankEntry,
    order: Order | None,
    *,
    shops: tuple[str, ...] = ("winterfest",),
    ours_only: bool = False,
) -> MovementVerdict:
    return match_entry(entry, order, shops=shops, ours_only=ours_only).verdict


def unpaid(*more: Any) -> Order:
    return order_of(PLACED, ASKED, *more)


@pytest.mark.parametrize(
    ("cents", "expected"),
    [
        (PRICE.amount - 1, MovementVerdict.TOO_LITTLE),
        (PRICE.amount, MovementVerdict.PAYS),
        (PRICE.amount + 1, MovementVerdict.TOO_MUCH),
    ],
)
def test_money_of_an_order_pays_it_only_to_the_cent(cents, expected):
    assert verdict(replace(CAME, amount=Money(cents, "EUR")), unpaid()) is expected


@pytest.mark.parametrize(
    ("changes", "stamps", "expected"),
    [
        ({}, [BY_CARD], MovementVerdict.PAID_TWICE),
        ({}, [TIMED_OUT, RELEASED], MovementVerdict.ORDER_OVER),
        ({"amount": Money(PRICE.amount, "SEK")}, [], MovementVerdict.OTHER_CURRENCY),
        ({"reversal": True}, [], MovementVerdict.CAME_BACK),
        ({"reversal": True, "credit": False}, [], MovementVerdict.TAKEN_BACK),
        ({"credit": False}, [], MovementVerdict.NOT_OURS),
    ],
)
def test_what_else_a_movement_with_the_reference_of_an_order_may_be(changes, stamps, expected):
    assert verdict(replace(CAME, **changes), unpaid(*stamps)) is expected


def test_a_verdict_on_an_order_names_it_and_another_accounts_does_not():
    order = unpaid()
    for entry in (CAME, replace(CAME, reversal=True), replace(CAME, amount=Money(1, "SEK"))):
        assert match_entry(entry, order, shops=["winterfest"], ours_only=False).order is order
    found = match_entry(CAME, order, shops=["summerfest"], ours_only=False)
    assert (found.verdict, found.order) == (MovementVerdict.OTHER_ACCOUNT, None)


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ([BY_HAND], MovementVerdict.BY_HAND),
        ([replace(BY_HAND, amount=PRICE - Money(1, "EUR"))], MovementVerdict.TOO_MUCH),
        ([BY_BANK], MovementVerdict.PAID_TWICE),
        ([BY_CARD], MovementVerdict.PAID_TWICE),
        ([BY_HAND, NEVER_CAME], MovementVerdict.PAYS),
    ],
    ids=["the same", "another sum", "from a file before", "by card", "taken back as never come"],
)
def test_only_what_staff_entered_by_hand_and_still_stands_may_be_the_same_money(stamps, expected):
    asked = replace(ASKED, provider=stamps[0].provider)
    order = order_of(PLACED, *(put(one, under=HAND) for one in (asked, *stamps)))
    assert verdict(CAME, order) is expected


@pytest.mark.parametrize("ours_only", [False, True])
@pytest.mark.parametrize(
    ("credit", "reversal", "reference", "expected"),
    [
        (True, False, OURS, (MovementVerdict.UNKNOWN, MovementVerdict.UNKNOWN)),
        (True, False, "", (MovementVerdict.UNKNOWN, MovementVerdict.NOT_OURS)),
        (True, True, OURS, (MovementVerdict.CAME_BACK,) * 2),
        (False, True, OURS, (MovementVerdict.TAKEN_BACK,) * 2),
        (True, True, "2348236", (MovementVerdict.NOT_OURS,) * 2),
        (False, True, "2348236", (MovementVerdict.NOT_OURS,) * 2),
    ],
)
def test_a_movement_of_no_order(credit, reversal, reference, expected, ours_only):
    entry = replace(CAME, credit=credit, reversal=reversal, reference=reference)
    assert verdict(entry, None, ours_only=ours_only) is expected[ours_only]


def test_a_debit_is_a_refund_that_we_sent_if_it_bears_our_name_of_it():
    sent = replace(WENT, end_to_end=end_to_end_of(uuid4()))
    assert verdict(sent, None) is MovementVerdict.REFUND_SENT
    assert verdict(WENT, None) is MovementVerdict.NOT_OURS
    assert verdict(replace(sent, credit=True), None) is MovementVerdict.UNKNOWN
