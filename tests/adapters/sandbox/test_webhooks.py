"""Webhooks are signed, sent until they are taken, and can be sent again."""

from typing import Any

import pytest
import stripe

from tests.kits.sandbox import HTTP, SECRET, Receiver, Shop, until


def test_a_webhook_carries_the_event_and_a_signature_that_the_sdk_accepts(
    told_shop: Shop, receiver: Receiver
):
    session = told_shop.paid()
    receiver.wait_for("checkout.session.completed")
    received = next(r for r in receiver.received if r.event.type == "checkout.session.completed")
    event = received.event
    assert event.data.object["id"] == session.id
    assert event.data.object["client_reference_id"] == "order-1"
    assert told_shop.v1.events.retrieve(event.id).type == event.type
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(received.body, received.signature, SECRET + "x", 300)


def test_a_webhook_comes_again_until_it_is_taken(told_shop: Shop, receiver: Receiver):
    receiver.answers = [500, 500, 302]
    session = told_shop.session()
    told_shop.v1.checkout.sessions.expire(session.id)
    receiver.wait_for("checkout.session.expired", times=4)
    until(lambda: _deliveries(told_shop)["pending"] == 0)
    assert len({r.event.id for r in receiver.received}) == 1
    assert _deliveries(told_shop)["data"][0]["tries"] == 4
    assert len({r.body for r in receiver.received}) == 1


def test_after_three_days_a_webhook_is_given_up(told_shop: Shop, receiver: Receiver):
    receiver.answers = [500] * 1000
    told_shop.v1.checkout.sessions.expire(told_shop.session().id)
    receiver.wait_for("checkout.session.expired")
    told_shop.lever("clock", advance=3 * 86400 + 60)
    until(lambda: _deliveries(told_shop)["data"][0]["state"] == "given up")


def test_the_event_names_the_call_that_caused_it(told_shop: Shop, receiver: Receiver):
    intent = told_shop.paid().payment_intent.id
    told_shop.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r-1"})
    receiver.wait_for("refund.created")
    event = next(r.event for r in receiver.received if r.event.type == "refund.created")
    assert event.request
    assert event.request.idempotency_key == "r-1"


def test_events_can_be_sent_again_many_times_in_any_order(told_shop: Shop, receiver: Receiver):
    told_shop.paid()
    receiver.wait_for("checkout.session.completed")
    types = ["checkout.session.completed", "payment_intent.succeeded"]
    sent = told_shop.lever("redeliver", types=types, times=3, shuffle=True, seed=7)
    assert len(sent["deliveries"]) == 6
    for event_type in types:
        receiver.wait_for(event_type, times=4)


def test_news_about_another_order_is_signed_but_never_happened(told_shop: Shop, receiver: Receiver):
    told_shop.paid()
    receiver.wait_for("checkout.session.completed")
    real = next(r.event for r in receiver.received if r.event.type == "checkout.session.completed")
    metadata = {"order": "order-2"}
    stranger = told_shop.lever(f"events/{real.id}/elsewhere", metadata=metadata)
    receiver.wait_for("checkout.session.completed", times=2)
    came = next(r.event for r in receiver.received if r.event.id == stranger["id"])
    assert came.data.object["metadata"]["order"] == "order-2"
    with pytest.raises(stripe.InvalidRequestError):
        told_shop.v1.events.retrieve(stranger["id"])


def _deliveries(shop: Shop) -> Any:
    return HTTP.get(f"{shop.url}/sandbox/deliveries").json()
