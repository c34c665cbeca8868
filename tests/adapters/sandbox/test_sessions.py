"""A session is paid, declined, delayed or given up, and tells every step."""

from typing import Any

import pytest
import stripe

from tests.kits.sandbox import Shop, line


def test_an_open_session_has_a_page_and_no_intent(shop: Shop):
    session = shop.session()
    assert session.payment_intent is None
    assert session.url.startswith(shop.url)
    assert (session.status, session.payment_status) == ("open", "unpaid")


def test_paying_takes_the_money_and_tells_it(shop: Shop):
    session = shop.paid(1500)
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert session.payment_intent.amount_received == 1500
    assert session.payment_intent.metadata["order"] == "order-1"
    assert shop.event_types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_paying_twice_is_refused(shop: Shop):
    session = shop.paid()
    shop.lever(f"sessions/{session.id}/pay", 400)


def test_a_declined_card_leaves_the_session_open_for_another_try(shop: Shop):
    session = shop.session()
    shop.lever(f"sessions/{session.id}/decline")
    declined = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert declined.status == "open"
    assert declined.payment_intent.last_payment_error.code == "card_declined"
    shop.lever(f"sessions/{session.id}/pay")
    paid = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert paid.payment_intent.id == declined.payment_intent.id
    assert paid.payment_intent.status == "succeeded"
    assert "charge.failed" in shop.event_types()
    assert "payment_intent.payment_failed" in shop.event_types()


@pytest.mark.parametrize(
    ("answer", "payment_status", "last"),
    [
        ("settle", "paid", "checkout.session.async_payment_succeeded"),
        ("fail", "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_a_delayed_payment_completes_unpaid_and_is_decided_later(
    shop: Shop, answer: str, payment_status: str, last: str
):
    session = shop.session()
    completed = shop.lever(f"sessions/{session.id}/pay-later")
    assert (completed["status"], completed["payment_status"]) == ("complete", "unpaid")
    assert "payment_intent.processing" in shop.event_types()
    shop.lever(f"payments/{session.id}/{answer}")
    decided = shop.v1.checkout.sessions.retrieve(session.id)
    assert decided.payment_status == payment_status
    assert shop.event_types()[-1] == last


def test_a_session_that_takes_cards_only_offers_no_delay(shop: Shop):
    session = shop.session(allowed_payment_method_types=["card"])
    shop.lever(f"sessions/{session.id}/pay-later", 400)


def test_expiring_ends_the_session_and_its_declined_intent(shop: Shop):
    session = shop.session()
    shop.lever(f"sessions/{session.id}/decline")
    expired = shop.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    intent = shop.v1.payment_intents.retrieve(str(expired.payment_intent))
    assert intent.status == "canceled"
    shop.lever(f"sessions/{session.id}/pay", 400)


def test_a_session_expires_by_itself_after_a_day(shop: Shop):
    session = shop.session()
    shop.lever("clock", advance=24 * 3600 + 1)
    assert shop.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert shop.event_types() == ["checkout.session.expired"]


def test_only_an_open_session_can_be_expired(shop: Shop):
    session = shop.paid()
    with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
        shop.v1.checkout.sessions.expire(session.id)


def test_an_open_session_protects_its_intent(shop: Shop):
    session = shop.session()
    shop.lever(f"sessions/{session.id}/decline")
    intent = shop.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="open Checkout Session"):
        shop.v1.payment_intents.cancel(str(intent))


def test_nothing_to_pay_needs_no_intent(shop: Shop):
    session = shop.session(0)
    completed = shop.lever(f"sessions/{session.id}/pay")
    assert completed["payment_status"] == "no_payment_required"
    assert completed["payment_intent"] is None


def test_lines_are_listed_in_their_order_page_by_page(shop: Shop):
    items = [line("First", 1000, quantity=2), line("Second", 500), line("Third", 200)]
    session = shop.session(line_items=items)
    assert session.amount_total == 2700
    page = shop.v1.checkout.sessions.line_items.list(session.id, {"limit": 2})
    assert page.has_more
    assert [item.description for item in page.auto_paging_iter()] == ["First", "Second", "Third"]


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"wish": "x"}, "wish", "parameter_unknown"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]", "parameter_missing"),
        ({"expires_at": 1}, "expires_at", None),
        ({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown"),
        ({"mode": "subscription"}, "mode", None),
        ({"line_items": [line("Crumb", 10)]}, "line_items", "amount_too_small"),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
        ({"success_url": "/thanks"}, "success_url", "url_invalid"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(
    shop: Shop, params: dict[str, Any], param: str, code: str | None
):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.session(**params)
    assert (refusal.value.http_status, refusal.value.param) == (400, param)
    assert refusal.value.code == code


def test_unknown_ids_and_wrong_keys_are_told_apart(shop: Shop):
    with pytest.raises(stripe.InvalidRequestError) as missing:
        shop.v1.payment_intents.retrieve("pi_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    stranger = stripe.StripeClient("sk_test_wrong", base_addresses={"api": shop.url})
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.refunds.list()
