"""Paytrail's report, read row by row: as published, as it may come, and as it must not."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.providers.pace import Pace
from adapters.providers.paytrail import PaytrailReports
from adapters.providers.paytrail.parse_report import message, read
from adapters.providers.paytrail.references import payment_stamp, refund_stamp
from adapters.providers.paytrail.request_report import ReportAddresses
from ledger.order.stamps import CreateRefundSuccess, Paid, Refunded, RefundFailed
from ledger.payments.provider import BadMessage
from ledger.reconciliation.records import Kind, Row, State, Unread
from tests.kits.paytrail import ACCOUNT, DOOR, NOW, SECRET

ORDER, ATTEMPT, REFUND = (UUID(int=number) for number in (1, 2, 3))
REPORTS = PaytrailReports(ACCOUNT, SECRET, public_url="https://shop.example")
# The fields that we ask for, of the example in Paytrail's documentation.
PUBLISHED: dict[str, Any] = {
    "entryDate": "19-06-2019",
    "created": "22:41",
    "amount": 25.55,
    "status": "Paid",
    "reference": "12345-545454",
    "stamp": "11-1560973275",
    "checkoutReference": "1255939828",
    "originalTradeReference": None,
    "paymentMethodFee": 0.12,
    "paymentMethodCommission": 0.024,
    "settlementId": 123456,
}


def row(**changed: Any) -> Row:
    (found,) = read(json.dumps([PUBLISHED | changed]).encode())
    assert isinstance(found, Row)
    return found


def test_the_published_example_is_read():
    assert row() == Row(
        number="report-1255939828",
        kind=Kind.PAYMENT,
        names=("11-1560973275",),
        amount=row().amount,
        state=State.DONE,
        at=datetime(2019, 6, 19, 19, 41, tzinfo=UTC),
        said="12345-545454",
        fees=Decimal("0.144"),
        settlement="123456",
    )
    assert (row().amount.amount, row().amount.currency) == (2555, "EUR")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Paid", State.DONE),
        ("Paid and settled", State.DONE),
        ("waiting for approval", State.UNDER_WAY),
        ("Delayed", State.UNDER_WAY),
        ("New", State.FAILED),
        ("Cancelled", State.FAILED),
        ("Timeout", State.FAILED),
        ("Halted", State.FAILED),
    ],
)
def test_every_published_status_is_known(status, state):
    assert row(status=status).state is state


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": -25.55},
        {"originalTradeReference": "12345-545454"},
        {"stamp": refund_stamp(ORDER, ATTEMPT, REFUND, try_number=1)},
    ],
)
def test_a_refund_is_told_by_its_sign_its_payment_or_its_stamp(changed):
    found = row(**changed)
    assert (found.kind, found.amount.amount) == (Kind.REFUND, 2555)


def test_a_refund_is_known_by_its_stamp_and_by_its_reference():
    assert row(amount=-1, reference=str(REFUND)).names == ("11-1560973275", str(REFUND))
    assert row(amount=-1, reference="their own").names == ("11-1560973275",)


def test_two_rows_of_one_number_are_two():
    twice = read(json.dumps([PUBLISHED, PUBLISHED]).encode())
    assert [one.number for one in twice if isinstance(one, Row)] == [
        "report-1255939828",
        "report-1255939828-2",
    ]


def test_a_row_without_a_number_is_told_apart_by_what_it_says():
    numbers = {row(checkoutReference=None, reference=one).number for one in ("a", "b", "a")}
    assert len(numbers) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 25.555},
        {"amount": "1e3"},
        {"amount": "NaN"},
        {"amount": None},
        {"amount": True},
        {"amount": "9" * 20},
        {"status": "Perhaps"},
        {"status": None},
        {"entryDate": "31-02-2019"},
        {"entryDate": "yesterday"},
        {"created": "25:00"},
        {"stamp": "x" * 201},
        {"reference": "two\nlines"},
        {"paymentMethodFee": "much"},
    ],
)
def test_a_row_that_says_what_cannot_be_is_named_and_not_repeated(changed):
    body = json.dumps([PUBLISHED, PUBLISHED | changed, PUBLISHED]).encode()
    first, unread, third = read(body)
    assert isinstance(unread, Unread)
    assert (unread.kind, unread.reference) == ("report", str(PUBLISHED["checkoutReference"]))
    assert re.fullmatch(r"row 2: [a-zA-Z ,]+", unread.why)
    assert isinstance(first, Row)
    assert isinstance(third, Row)


@pytest.mark.parametrize(
    ("written", "read_as"), [("25,55", 2555), ("25.5", 2550), ("25", 2500), (" 25,55 ", 2555)]
)
def test_a_downloaded_file_may_have_commas_and_no_customer_is_looked_at(written, read_as):
    head = "\ufeffentryDate;amount;status;reference;stamp;firstname"
    body = f'{head}\n"2019-06-19";"{written}";"Paid";"a";"b";"Ada; \xe4"\n'.encode()
    (found,) = read(body)
    assert isinstance(found, Row)
    assert found.amount.amount == read_as
    assert "Ada" not in repr(found)


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
@example(b"[" * 100_000)
@example(b"a\rb")
@example(b'[{"amount": 1e999999999}]')
@example(b'entryDate;amount;status;reference;stamp\n"' + b"x" * 200_000)
def test_whatever_is_no_report_is_unreadable(body):
    try:
        read(body)
    except BadMessage:
        return


@given(
    st.fixed_dictionaries(
        {}, optional={key: st.none() | st.text() | st.floats() | st.integers() for key in PUBLISHED}
    )
)
def test_whatever_stands_in_a_row_is_read_or_unreadable(changed):
    (found,) = read(json.dumps([PUBLISHED | changed]).encode())
    if isinstance(found, Unread):
        return
    assert DOOR.reread(message(found, account=ACCOUNT).body) is not None


@given(address=st.text(max_size=200), body=st.binary(max_size=50), name=st.text(max_size=20))
def test_whatever_is_brought_is_turned_away(address, body, name):
    with pytest.raises(BadMessage):
        REPORTS.accept(address, body, {name: name, "signature": name}, now=NOW)


def facts(**changed: Any) -> list[type]:
    kept = replace(row(), **changed)
    return [type(one.fact) for one in DOOR.reread(message(kept, account=ACCOUNT).body)]


def test_a_row_tells_what_its_state_is_and_reaches_no_order():
    assert facts() == [Paid]
    assert facts(state=State.FAILED) == []
    assert facts(kind=Kind.REFUND) == [CreateRefundSuccess, Refunded]
    assert facts(kind=Kind.REFUND, state=State.UNDER_WAY) == [CreateRefundSuccess]
    assert facts(kind=Kind.REFUND, state=State.FAILED) == [RefundFailed]
    ours = replace(row(), names=(payment_stamp(ORDER, ATTEMPT, try_number=1),))
    (report,) = DOOR.reread(message(ours, account=ACCOUNT).body)
    assert (report.order, report.attempt, report.payer_reference) == (ORDER, None, "")
    assert report.contradiction


def test_what_is_kept_of_a_row_does_not_change_when_it_is_paid_out():
    before, after = row(settlementId=None), row(status="Paid and settled")
    assert message(before, account=ACCOUNT) == message(after, account=ACCOUNT)


def test_looks_are_taken_evenly_and_whoever_comes_rarely_does_not_wait():
    waited, clock = list[float](), [0.0]

    def sleep(seconds: float) -> None:
        waited.append(round(seconds, 3))
        clock[0] += seconds

    pace = Pace(10, now=lambda: clock[0], sleep=sleep)
    for _ in range(3):
        pace.wait()
    clock[0] += 60
    pace.wait()
    assert waited == [0.1, 0.1]


def test_an_address_is_made_for_one_report_and_lives_a_day():
    addresses = ReportAddresses(ACCOUNT, SECRET)
    (address, name), (other, _) = (addresses.make(now=NOW) for _ in range(2))
    assert (address != other, len(address) < 150) == (True, True)
    assert addresses.read(address, now=NOW + timedelta(hours=23)) == name
    with pytest.raises(BadMessage):
        addresses.read(address, now=NOW + timedelta(hours=25))
