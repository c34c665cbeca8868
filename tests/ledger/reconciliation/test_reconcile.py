"""Two records of one thing: what they come to, and how they add up."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.inbox.receive import Foresight
from ledger.kernel.events import Recorded
from ledger.kernel.money import Money
from ledger.order.stamps import (
    Authorized,
    CreatePaymentRequest,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    Refunded,
    RefundFailed,
    Voided,
)
from ledger.payments.provider import Message
from ledger.reconciliation.compare import Statement, StatementLine, Verdict, compared, unmatched
from ledger.reconciliation.our_records import our_records
from ledger.reconciliation.records import Kind, OurRecord, Period, State, TheirRecord

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
PERIOD = Period(since=NOON - timedelta(days=1), until=NOON + timedelta(days=1))
LONG_AGO = NOON - timedelta(days=2)
PRICE = Money(3500, "EUR")
ORDER, ATTEMPT = UUID(int=1), UUID(int=2)
NEWS = Message(provider="stripe", name="fetched/re_1/succeeded", body=b"{}")
THEIRS = TheirRecord(
    kind=Kind.REFUND, reference="re_1", amount=PRICE, state=State.DONE, at=NOON, message=NEWS
)
OURS = OurRecord(
    kind=Kind.REFUND, reference="re_1", amount=PRICE, state=State.DONE, at=NOON, order=ORDER
)


@pytest.mark.parametrize(
    ("theirs", "ours", "verdict"),
    [
        ({}, {}, "matched"),
        ({}, {"amount": Money(3499, "EUR")}, "amount_differs"),
        ({}, {"amount": Money(3500, "SEK")}, "amount_differs"),
        ({}, {"state": State.UNDER_WAY}, "timing"),
        ({"state": State.UNDER_WAY}, {}, "timing"),
        ({"state": State.FAILED}, {}, "state_differs"),
        ({}, {"state": State.FAILED}, "state_differs"),
        ({"kind": Kind.DISPUTE}, {"kind": Kind.DISPUTE, "state": State.UNDER_WAY}, "state_differs"),
        ({}, {"at": LONG_AGO}, "timing"),
        ({"at": LONG_AGO}, {}, "timing"),
    ],
)
def test_two_records_of_one_thing(theirs, ours, verdict):
    assert compared(replace(THEIRS, **theirs), replace(OURS, **ours), PERIOD) == verdict


@pytest.mark.parametrize(
    ("foreseen", "verdict"),
    [
        ([], "missing_here"),
        ([Foresight.STAMP], "missing_here"),
        ([Foresight.KNOWN, Foresight.CASE], "missing_here"),
        ([Foresight.OPEN_CASE, Foresight.OPEN_CASE], "open_case"),
        ([Foresight.OPEN_CASE, Foresight.RESOLVED_CASE], "open_case"),
        ([Foresight.RESOLVED_CASE], "resolved_case"),
        ([Foresight.KNOWN], "resolved_case"),
    ],
)
def test_a_record_that_no_order_has(foreseen, verdict):
    assert unmatched(foreseen) == verdict


def test_sums_are_to_the_cent_by_kind_and_currency_and_leave_out_what_failed():
    statement = Statement(period=PERIOD)
    lines = [
        (THEIRS, OURS),
        (replace(THEIRS, amount=Money(1, "EUR")), None),
        (None, replace(OURS, amount=Money(20, "SEK"))),
        (replace(THEIRS, state=State.FAILED), replace(OURS, state=State.FAILED)),
        (replace(THEIRS, at=LONG_AGO), replace(OURS, at=LONG_AGO)),
        (replace(THEIRS, kind=Kind.PAYMENT, state=State.UNDER_WAY), None),
        (replace(THEIRS, kind=Kind.PAYMENT), replace(OURS, at=LONG_AGO, kind=Kind.PAYMENT)),
    ]
    for theirs, ours in lines:
        statement.add(StatementLine(verdict=Verdict.TIMING, theirs=theirs, ours=ours))
    sums = {
        key: (one.theirs.amount, one.ours.amount, one.difference.amount)
        for key, one in statement.sums.items()
    }
    assert sums == {
        (Kind.REFUND, "EUR"): (3501, 3500, 1),
        (Kind.REFUND, "SEK"): (0, 20, -20),
        (Kind.PAYMENT, "EUR"): (3500, 0, 3500),
    }


@dataclass
class Account:
    """Whose books are compared."""

    name: str = "stripe"
    account: str = "acct_1"
    live: bool = False


BOOKS = Account()


def stamped(*stamps, correlation_id=ATTEMPT):
    return [
        Recorded(
            stream=ORDER,
            version=number,
            position=number,
            recorded_at=NOON + timedelta(minutes=number),
            stamp=stamp,
            correlation_id=correlation_id,
            actor="test",
        )
        for number, stamp in enumerate(stamps, start=1)
    ]


def asked(**changed: Any) -> CreatePaymentRequest:
    told: dict[str, Any] = {
        "amount": PRICE,
        "provider": "stripe",
        "account": "acct_1",
        "live": False,
    } | changed
    return CreatePaymentRequest(**told)


PAID = Paid(amount=PRICE, provider="stripe", provider_reference="pi_1")
ABOUT: dict[str, Any] = {"payment": ATTEMPT, "amount": PRICE, "provider_reference": "re_1"}
REFUND = (CreateRefundSuccess(**ABOUT), Refunded(**ABOUT), RefundFailed(**ABOUT, code="lost"))
RESERVED = (
    Authorized(amount=PRICE, provider="stripe", provider_reference="pi_1"),
    Voided(provider_reference="pi_1"),
)
DISPUTE = (
    Disputed(payment=ATTEMPT, amount=PRICE, provider_reference="du_1"),
    DisputeClosed(payment=ATTEMPT, provider_reference="du_1", won=False),
)


@pytest.mark.parametrize("news", [*permutations((PAID, *REFUND))], ids=lambda _: "")
def test_any_order_of_the_stamps_gives_the_same_records(news):
    found = {one.reference: one for one in our_records(stamped(asked(), *news), BOOKS)}
    assert {name: one.state for name, one in found.items()} == {
        "pi_1": State.DONE,
        "re_1": State.FAILED,
    }


@pytest.mark.parametrize(
    ("stamps", "state"),
    [
        (REFUND[:1], State.UNDER_WAY),
        (REFUND[:2], State.DONE),
        (RESERVED[:1], State.UNDER_WAY),
        (RESERVED, State.FAILED),
        ((*RESERVED, PAID), State.DONE),
        ((PAID, *RESERVED), State.DONE),
        (DISPUTE[:1], State.UNDER_WAY),
        (DISPUTE, State.DONE),
        ((DISPUTE[0], replace(DISPUTE[1], won=True)), State.FAILED),
    ],
)
def test_how_far_it_came(stamps, state):
    (record,) = our_records(stamped(asked(), *stamps), BOOKS)
    assert (record.state, record.amount, record.order) == (state, PRICE, ORDER)


@pytest.mark.parametrize("other", [{"provider": "cash"}, {"account": "acct_2"}, {"live": True}])
def test_money_in_other_books_is_left_out(other):
    assert [*our_records(stamped(asked(**other), PAID, *REFUND, *DISPUTE), BOOKS)] == []


def test_money_that_a_person_gave_to_the_order_is_there():
    (record,) = our_records(stamped(PAID, correlation_id=uuid4()), BOOKS)
    assert record.reference == "pi_1"
