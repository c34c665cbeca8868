"""JSON of a shape that Paytrail or SumUp does not document is no answer, and never an error."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from adapters.providers.paytrail import PaytrailReports
from ledger.payments.payment_pages import PageState
from ledger.payments.provider import NoAnswer, ProviderAway
from ledger.reconciliation.records import Kind, Period, Unread
from tests.kits import paytrail as paytrail_kit
from tests.kits import sumup as sumup_kit
from tests.kits.paytrail import ACCOUNT, SECRET, signed
from tests.kits.stripe import payment_ask, refund_ask

NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
DAY = Period(since=NOON, until=NOON)
SHAPES: list[Any] = [
    *(None, [], [1, "2", None], "yes", 7, True, {}, [[{}]], [{"id": {}, "settledAt": 5}]),
    {"transactionId": 5, "href": ["https://pay.example"], "status": "ok"},
    {"transactionId": "../x", "href": "https://pay.example/1", "status": "pending"},
    {"id": ["x"], "hosted_checkout_url": "https://pay.example", "amount": 70, "currency": "EUR"},
    {"id": "x", "hosted_checkout_url": "javascript:alert(1)", "amount": 70, "currency": "EUR"},
    {"transactionId": "x", "href": "javascript:alert(1)", "status": 7, "amount": True, "stamp": 1},
    {"id": "x", "status": {}, "amount": "many", "currency": 3, "stamp": [], "date": 10**30},
    {"id": "x", "status": "PAID", "amount": -5, "currency": "EUR", "transactions": {"a": 1}},
    {"id": "x", "amount": 1e300, "currency": "EUR", "transaction_events": [1, {"id": "y"}]},
    {"items": {"a": 1}, "links": 7, "requestId": 7},
]
SHAPE = pytest.mark.parametrize("shape", SHAPES, ids=str)
ASK, BACK = payment_ask(), refund_ask(payment_ask(), "x")


def away_or(call: Callable[[], Any]) -> Any:
    """What a call gives, or that the provider is away; any other error fails the test."""
    try:
        return call()
    except ProviderAway as away:
        return away


@SHAPE
def test_nothing_is_known_of_what_paytrail_was_asked_for(shape):
    for status in (200, 201):
        at = paytrail_kit.Teller(*[(status, shape)] * 2).payments
        assert isinstance(at.create_payment(ASK, try_number=1), NoAnswer)
        assert isinstance(at.refund(BACK), NoAnswer)


@SHAPE
def test_what_paytrail_shows_so_is_told_by_its_name(shape):
    at = paytrail_kit.Teller(*[(200, shape)] * 3).payments
    page = at.page("x")
    assert page is not None
    assert (page.state, page.order, page.attempt) == (PageState.UNREADABLE, None, None)
    for kind in (Kind.PAYMENT, Kind.REFUND):
        found = at.record(kind, "x")
        assert isinstance(found, Unread)
        assert (found.kind, found.reference) == (kind, "x")


@SHAPE
def test_reports_and_settlements_of_paytrail_that_are_none(shape):
    transport = httpx2.MockTransport(lambda request: signed(200, shape))
    public_url = "https://shop.example"
    reports = PaytrailReports(ACCOUNT, SECRET, public_url=public_url, transport=transport)
    for call in (
        lambda: reports.ask(DAY, now=NOON),
        lambda: reports.ask_settlement("1", now=NOON),
    ):
        assert isinstance(away_or(call), ProviderAway)
    listed = away_or(lambda: reports.settlements(DAY))
    assert isinstance(listed, list) is isinstance(shape, list)
    assert isinstance(listed, ProviderAway) or all(isinstance(one, Unread) for one in listed)


@SHAPE
def test_nothing_is_known_of_what_sumup_was_asked_for(shape):
    for answers in ([(200, shape)], [(201, shape)], [(409, shape), (200, shape), (200, shape)]):
        at = sumup_kit.Teller(*answers).payments
        assert isinstance(at.create_payment(ASK, try_number=1), NoAnswer)
    at = sumup_kit.Teller(*[(200, shape)] * 9).payments
    assert isinstance(at.refund(BACK), NoAnswer)
    assert isinstance(at.find_refund(BACK), NoAnswer | None)
    assert not sumup_kit.Teller((409, shape), *[(200, shape)] * 2).payments.expire_payment("x")


@SHAPE
def test_what_sumup_shows_so_is_told_by_its_name(shape):
    page = sumup_kit.Teller(*[(200, shape)] * 2).payments.page("x")
    assert page is not None
    assert page.state in (PageState.OPEN, PageState.UNREADABLE)
    for kind in (Kind.PAYMENT, Kind.REFUND, Kind.DISPUTE):
        found = sumup_kit.Teller(*[(200, shape)] * 2).payments.record(kind, "x")
        assert isinstance(found, Unread | None)
        assert found is None or (found.kind, found.reference) == (kind, "x")
    books = sumup_kit.Teller(*[(200, shape)] * 4).payments
    listed = away_or(lambda: [*books.records(DAY)])
    assert isinstance(listed, ProviderAway) or all(isinstance(one, Unread) for one in listed)


@SHAPE
@pytest.mark.parametrize("status", [400, 404, 422, 500])
def test_a_refusal_of_any_shape_is_a_refusal_or_no_answer(shape, status):
    for kit in (paytrail_kit, sumup_kit):
        for ask in (
            lambda at: at.create_payment(ASK, try_number=1),
            lambda at: at.refund(BACK),
        ):
            answer = ask(kit.Teller(*[(status, shape)] * 4).payments)
            assert isinstance(answer, NoAnswer) or (status < 500 and len(answer.code) <= 64)
