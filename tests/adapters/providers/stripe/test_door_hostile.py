"""Whatever comes to the door is read or unreadable, and never anything else."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe import WebhookSignature

from adapters.providers.stripe import StripeDoor
from ledger.payments.provider import BadMessage
from tests.kits.stripe import SECRET

NOW = datetime(2027, 2, 12, 10, tzinfo=UTC)
DOOR = StripeDoor(SECRET)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NEWS = st.sampled_from(
    [
        ("checkout.session.completed", "checkout.session"),
        ("checkout.session.async_payment_failed", "checkout.session"),
        ("payment_intent.succeeded", "payment_intent"),
        ("payment_intent.payment_failed", "payment_intent"),
        ("payment_intent.amount_capturable_updated", "payment_intent"),
        ("payment_intent.canceled", "payment_intent"),
        ("refund.updated", "refund"),
        ("charge.refunded", "charge"),
        ("charge.dispute.closed", "dispute"),
    ]
)
FIELDS = st.sampled_from(
    [
        "id",
        "amount",
        "amount_capturable",
        "amount_received",
        "amount_total",
        "balance_transactions",
        "cancellation_reason",
        "capture_method",
        "charge",
        "client_reference_id",
        "currency",
        "failure_reason",
        "last_payment_error",
        "latest_charge",
        "metadata",
        "mode",
        "payment_intent",
        "payment_status",
        "refunds",
        "status",
    ]
)
METADATA = st.dictionaries(
    st.sampled_from(["order", "correlation_id", "payment", "try_number", "capture"]), JSON
)
PLAIN = {
    "id": "xx_1",
    "mode": "payment",
    "payment_status": "paid",
    "payment_intent": "pi_1",
    "amount": 1,
    "amount_capturable": 1,
    "amount_received": 1,
    "amount_total": 1,
    "currency": "eur",
    "status": "failed",
}


def read(event: object):
    text = json.dumps(event)
    header = WebhookSignature.generate_signature_header(text, SECRET, int(NOW.timestamp()))
    return DOOR.read(text.encode(), {"Stripe-Signature": header}, now=NOW)


@given(st.binary(max_size=200), st.text(max_size=80))
def test_anything_unsigned_is_unreadable_and_nothing_else(body, header):
    with pytest.raises(BadMessage):
        DOOR.read(body, {"Stripe-Signature": header}, now=NOW)


@given(NEWS, st.dictionaries(FIELDS, JSON, max_size=2), METADATA)
def test_anything_signed_is_read_or_unreadable(news, changed, metadata):
    type, kind = news
    event = {
        "id": "evt_1",
        "object": "event",
        "created": int(NOW.timestamp()),
        "livemode": False,
        "type": type,
        "data": {"object": PLAIN | {"object": kind, "metadata": metadata} | changed},
    }
    try:
        reports = read(event)
    except BadMessage:
        return
    assert all(report.provider == "stripe" for report in reports)


@given(JSON)
def test_anything_signed_that_is_no_event_is_unreadable(value):
    with pytest.raises(BadMessage):
        read(value)
