"""Good JSON of a shape that Stripe does not document is no answer, and never an error."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.providers.named_ids import named_ids
from adapters.providers.stripe import StripeDoor
from adapters.sandbox import SandboxSettings, running_sandbox
from ledger.payments.capture import CapturingProvider
from ledger.payments.payment_pages import PageState
from ledger.payments.provider import BadMessage, NoAnswer, ProviderAway
from ledger.reconciliation.records import Kind, Period, Unread
from tests.adapters.providers.stripe.test_captures import capture, void
from tests.kits.stripe import API_KEY, Provider, payment_ask, refund_ask

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SHAPES: list[Any] = [
    *(None, [], [1, "2"], "yes", 7, True, {}),
    {"object": "checkout.session"},
    {"id": 5, "url": ["https://pay.example"], "expires_at": "soon", "status": 1},
    {"id": "cs_1", "url": "javascript:alert(1)", "expires_at": 1_900_000_000, "status": "open"},
    {"id": "cs_1", "url": "https://pay.example/1", "expires_at": 10**30, "status": "open"},
    {"id": "x_1", "object": "refund", "amount": -5, "currency": "eur", "status": "succeeded"},
    {"id": "x_1", "object": "refund", "amount": 5.5, "currency": 3, "status": {}},
    {"id": "x_1", "object": "list", "data": {"a": 1}, "has_more": "perhaps"},
    {"object": "list", "data": [1, "two", None], "has_more": False, "url": "/v1/refunds"},
    {"object": "list", "data": [], "has_more": True, "url": "/v1/refunds"},
    {"id": "x_1", "object": "payment_intent", "status": "succeeded", "amount_received": "all"},
    {"error": "no"},
    {"error": {"code": ["a"], "type": 7}},
]
SHAPE = pytest.mark.parametrize("shape", SHAPES, ids=str)


@pytest.fixture
def provider(tmp_path):
    with running_sandbox(SandboxSettings(home=tmp_path, api_key=API_KEY)) as sandbox:
        yield Provider(sandbox)


def says(provider: Provider, shape: Any, *, method: str, status: int = 200) -> None:
    provider.trouble("misshapen", "/v1/", method=method, answer=shape, status=status, count=8)


@SHAPE
def test_nothing_is_known_of_what_was_asked_for(provider, shape):
    payment = payment_ask()
    says(provider, shape, method="POST")
    assert isinstance(provider.stripe.create_payment(payment, try_number=1), NoAnswer)
    assert isinstance(provider.stripe.refund(refund_ask(payment, "pi_1")), NoAnswer)
    assert not provider.stripe.expire_payment("cs_1")
    later: Any = provider.stripe
    assert isinstance(later, CapturingProvider)
    assert isinstance(later.capture(capture((payment, "pi_1"))), NoAnswer)
    assert isinstance(later.void(void((payment, "pi_1"))), NoAnswer)


@SHAPE
def test_nothing_is_known_of_what_was_looked_up(provider, shape):
    says(provider, shape, method="GET")
    page = provider.stripe.page("cs_1")
    assert page is not None
    assert (page.state, page.order, page.attempt) == (PageState.UNREADABLE, None, None)
    assert page.news is not None
    assert named_ids(page.news.body).object == "cs_1"
    with pytest.raises(BadMessage):
        StripeDoor("whsec").reread(page.news.body)
    assert isinstance(provider.stripe.authorization("pi_1"), NoAnswer)
    assert isinstance(provider.stripe.find_refund(refund_ask(payment_ask(), "pi_1")), NoAnswer)


@SHAPE
def test_one_object_that_cannot_be_read_is_told_by_its_name(provider, shape):
    says(provider, shape, method="GET")
    for kind in Kind:
        found = provider.stripe.record(kind, "x_1")
        assert isinstance(found, Unread)
        assert (found.kind, found.reference) == (kind, "x_1")


@SHAPE
def test_books_that_are_no_list_are_not_there(provider, shape):
    says(provider, shape, method="GET")
    members = shape.get("data") if isinstance(shape, dict) else None
    if isinstance(members, list) and not shape["has_more"]:
        found = [*provider.stripe.records(Period(since=NOON, until=NOON))]
        assert all(isinstance(one, Unread) for one in found)
        assert len(found) == 4 * len(members)
        return
    with pytest.raises(ProviderAway):
        [*provider.stripe.records(Period(since=NOON, until=NOON))]


@SHAPE
@pytest.mark.parametrize("status", [400, 402, 500])
def test_a_refusal_of_any_shape_is_a_refusal_or_no_answer(provider, shape, status):
    for _ in range(2):
        provider.trouble("misshapen", "/v1/", answer=shape, status=status)
    answer = provider.stripe.create_payment(payment_ask(), try_number=1)
    assert isinstance(answer, NoAnswer) or (status < 500 and len(answer.code) <= 64)


def test_a_list_that_begins_again_ends(provider):
    refund = {"id": "re_1", "object": "refund", "amount": 5, "currency": "eur", "status": "failed"}
    endless = {"object": "list", "data": [refund], "has_more": True, "url": "/v1/refunds"}
    provider.trouble("misshapen", "/v1/refunds", method="GET", answer=endless, count=5)
    assert isinstance(provider.stripe.find_refund(refund_ask(payment_ask(), "pi_1")), NoAnswer)
