"""Held money is captured, let go or lapses."""

import pytest
import stripe

from tests.kits.sandbox import Shop

WEEK = 7 * 86400


def test_manual_capture_holds_the_amount_and_the_session_stays_unpaid(shop: Shop):
    session = shop.held(1500)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert session.payment_intent.status == "requires_capture"
    assert session.payment_intent.amount_capturable == 1500
    assert "payment_intent.amount_capturable_updated" in shop.event_types()


def test_capturing_takes_it(shop: Shop):
    session = shop.held(1500)
    intent = shop.v1.payment_intents.capture(session.payment_intent.id)
    assert (intent.status, intent.amount_received) == ("succeeded", 1500)
    assert shop.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert shop.event_types()[-2:] == ["charge.captured", "payment_intent.succeeded"]


def test_a_partial_capture_lets_the_rest_go_without_a_refund(shop: Shop):
    session = shop.held(1500)
    params: dict[str, object] = {"amount_to_capture": 900, "expand": ["latest_charge"]}
    intent = shop.v1.payment_intents.capture(session.payment_intent.id, params)
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (intent.amount_received, charge.amount_captured, charge.amount_refunded) == (900, 900, 0)
    assert shop.v1.refunds.list().data == []


def test_more_than_is_held_cannot_be_captured(shop: Shop):
    session = shop.held(1500)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.v1.payment_intents.capture(session.payment_intent.id, {"amount_to_capture": 1501})
    assert refusal.value.code == "amount_too_large"


def test_capturing_twice_is_refused(shop: Shop):
    intent = shop.held().payment_intent.id
    shop.v1.payment_intents.capture(intent)
    with pytest.raises(stripe.InvalidRequestError, match="status of succeeded") as refusal:
        shop.v1.payment_intents.capture(intent)
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_voiding_lets_it_go_once(shop: Shop):
    intent = shop.held().payment_intent.id
    voided = shop.v1.payment_intents.cancel(intent, {"cancellation_reason": "abandoned"})
    assert (voided.status, voided.cancellation_reason) == ("canceled", "abandoned")
    assert shop.event_types()[-1] == "payment_intent.canceled"
    for act in (shop.v1.payment_intents.cancel, shop.v1.payment_intents.capture):
        with pytest.raises(stripe.InvalidRequestError, match="status of canceled"):
            act(intent)


def test_a_held_amount_lapses_after_seven_days(shop: Shop):
    intent = shop.held().payment_intent.id
    shop.lever("clock", advance=WEEK - 60)
    assert shop.v1.payment_intents.retrieve(intent).status == "requires_capture"
    shop.lever("clock", advance=61)
    lapsed = shop.v1.payment_intents.retrieve(intent)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")
