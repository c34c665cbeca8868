"""Every published sample of Stripe's through the real door: stamped, a case, ignored, or 400."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from stripe import WebhookSignature

from adapters.providers.stripe import StripeDoor
from ledger.cases.stamps import CaseOpened
from ledger.kernel.money import Money
from ledger.order.stamps import CreatePaymentSuccess
from tests.kits.api_shop import winterfest
from tests.kits.product import Product, open_shop

FOLDER = Path(os.environ.get("CONTRACT_DATA", "../shared/data")) / "stripe"
SECRET = "whsec_of_the_samples"
STORY = 3  # stamps that an order begins with: placed, page asked for, page made


@pytest.fixture(scope="module", autouse=True)
def published():
    if FOLDER.is_dir():
        return
    if os.environ.get("CI"):
        pytest.fail("CONTRACT_DATA does not name a folder with Stripe's published vectors")
    pytest.skip("Stripe's published vectors are not here: set CONTRACT_DATA to their folder")


@cache
def vectors() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "signed_events.json").read_text()))


@cache
def payloads() -> dict[str, str]:
    return {event["name"]: event["payload"] for event in vectors()["events"]}


@dataclass
class Shop:
    """An order of 15 euros whose page is `cs_test_o1`, as the published events have it."""

    product: Product
    order: UUID

    def post(self, body: bytes, header: str | None) -> int:
        headers = {} if header is None else {"Stripe-Signature": header}
        return int(
            self.product.client.post("/webhooks/stripe", data=body, headers=headers).status_code
        )

    def tell(self, name: str) -> None:
        (event,) = [one for one in vectors()["events"] if one["name"] == name]
        assert self.post(event["payload"].encode(), event["header"]) == 200

    def outcome(self) -> tuple[list[str], list[str], list[str]]:
        """Stamps since the page was made, cases, and how the messages are marked."""
        history = self.product.parts.orders.history(self.order)
        feed = self.product.store.ledger.feed(0, limit=1000)
        return (
            [type(one.stamp).__name__ for one in history[STORY:]],
            [one.stamp.kind.value for one in feed if isinstance(one.stamp, CaseOpened)],
            [*self.product.inbox.states.values()],
        )


def shop(*, secret: str, now: int) -> Shop:
    product = open_shop()
    product.clock.now = datetime.fromtimestamp(now, UTC)
    doors: Any = product.parts.doors
    doors["stripe"] = StripeDoor(secret, account="acct_test")
    spec = winterfest()
    cheap = [replace(one, price=Money(1500, "EUR")) for one in spec.products[:1]]
    product.parts.shops.import_shop(
        replace(spec, products=(*cheap, *spec.products[1:])), actor="test", at=product.clock()
    )
    product.provider.mood = "silent"
    address, attempt = product.placed()
    order = UUID(address.rpartition("/")[2])
    page = CreatePaymentSuccess(
        provider_reference="cs_test_o1",
        redirect_url="https://pay.example/cs_test_o1",
        expires_at=product.clock(),
    )
    product.parts.orders.record(order, page, correlation_id=UUID(attempt), actor="test")

    def order_of(provider: str, reference: str) -> UUID | None:
        known = product.parts.orders.get(order).attempts.values()
        return order if any(reference in (one.session, one.reference) for one in known) else None

    views: Any = product.parts.views
    views.order_of = order_of
    return Shop(product, order)


# What each published event comes to: for an order that waits for money / that was paid by pi_o1.
# A word in capitals is a case; `waits` is for the worker, which looks up the refunds that a charge
# does not tell; everything else is stamped. Nothing at all is ignored.
SIGNED = {
    "evt_cs_done": ("Paid", ""),
    "evt_cs_unpaid": ("PaymentPending", "PaymentPending"),
    "evt_cs_async_ok": ("Paid", ""),
    "evt_cs_async_fail": ("PaymentFailed", "PaymentFailed"),
    "evt_cs_expired": ("PaymentExpired", "PaymentExpired"),
    "evt_cs_free": ("", ""),
    "evt_cs_nometa": ("Paid", ""),
    "evt_pi_ok": ("UNMATCHED_MONEY", ""),
    "evt_pi_auth": ("UNBOUND_FACT", "Authorized"),
    "evt_pi_partial": ("UNMATCHED_MONEY", "CONTRADICTION"),
    "evt_pi_cancel": ("UNBOUND_FACT", "Voided"),
    "evt_pi_autocancel": ("UNBOUND_FACT", "AuthorizationExpired"),
    "evt_pi_fail": ("UNBOUND_FACT", "PaymentFailed"),
    "evt_re_created": ("UNMATCHED_MONEY", "CreateRefundSuccess"),
    "evt_re_ok": ("UNMATCHED_MONEY", "CreateRefundSuccess Refunded"),
    "evt_re_fail": ("UNMATCHED_MONEY", "RefundFailed"),
    "evt_re_upd_fail": ("UNMATCHED_MONEY", "RefundFailed"),
    "evt_cru_fail": ("UNMATCHED_MONEY", "RefundFailed"),
    "evt_re_cancel": ("UNMATCHED_MONEY", "RefundFailed"),
    "evt_ch_ref_part": ("waits", "waits"),
    "evt_ch_ref_full": ("waits", "waits"),
    "evt_du_new": ("UNMATCHED_MONEY", "Disputed"),
    "evt_du_lost": ("UNMATCHED_MONEY", "Disputed DisputeClosed"),
    "evt_du_won": ("UNMATCHED_MONEY", "Disputed DisputeClosed"),
}
# What others published, signed by us: `waits` is kept and becomes a case by the worker.
SAMPLES = {
    "pay-connector/charge_dispute.json": "",
    "pay-connector/charge_dispute_lost_with_multiple_balance_transactions.json": "",
    "pay-connector/charge_refund_updated.json": "UNMATCHED_MONEY",
    "pay-connector/error_response.json": "waits",
    "pay-connector/notification_payment_intent.json": "waits",
    "pay-connector/notification_payment_intent_payment_failed.json": "waits",
    "pay-connector/payment_intent_cancel_response.json": "waits",
    "pay-connector/payment_intent_capture_success_response.json": "waits",
    "pay-connector/refund_error_charge_already_refunded.json": "waits",
    "pay-connector/refund_error_greater_amount.json": "waits",
    "pay-connector/refund_full_charge.json": "waits",
    "stripe-ruby-mock/charge.captured.json": "",
    "stripe-ruby-mock/charge.dispute.closed.json": "waits",
    "stripe-ruby-mock/charge.dispute.created.json": "",
    "stripe-ruby-mock/charge.dispute.funds_reinstated.json": "",
    "stripe-ruby-mock/charge.dispute.funds_withdrawn.json": "UNMATCHED_MONEY",
    "stripe-ruby-mock/charge.dispute.updated.json": "",
    "stripe-ruby-mock/charge.failed.json": "",
    "stripe-ruby-mock/charge.refund.updated.json": "UNMATCHED_MONEY",
    "stripe-ruby-mock/charge.refunded.json": "UNMATCHED_MONEY",
    "stripe-ruby-mock/charge.succeeded.json": "",
    "stripe-ruby-mock/charge.updated.json": "",
    "stripe-ruby-mock/checkout.session.completed.json": "UNMATCHED_MONEY",
    "stripe-ruby-mock/checkout.session.completed.payment_mode.json": "UNMATCHED_MONEY",
    "stripe-ruby-mock/checkout.session.completed.setup_mode.json": "",
    "stripe-ruby-mock/payment_intent.amount_capturable_updated.json": "UNBOUND_FACT",
    "stripe-ruby-mock/payment_intent.canceled.json": "",
    "stripe-ruby-mock/payment_intent.created.json": "",
    "stripe-ruby-mock/payment_intent.payment_failed.json": "UNBOUND_FACT",
    "stripe-ruby-mock/payment_intent.processing.json": "",
    "stripe-ruby-mock/payment_intent.requires_action.json": "",
    "stripe-ruby-mock/payment_intent.succeeded.json": "UNMATCHED_MONEY",
}


def told(found: Shop, *, before: int = 0) -> str:
    """Stamps, cases, and whether something waits, in one line."""
    stamps, cases, states = found.outcome()
    waits = ["waits"] if "waiting" in states else []
    return " ".join([*stamps[before:], *(case.upper() for case in cases), *waits])


def test_the_tables_name_every_published_message():
    assert set(SIGNED) == set(payloads())
    found = {str(one.relative_to(FOLDER / "third-party")) for one in samples()}
    assert set(SAMPLES) == found


def samples() -> Sequence[Path]:
    return sorted((FOLDER / "third-party").rglob("*.json"))


@pytest.mark.parametrize("name", SIGNED)
def test_a_published_event_of_an_order_that_waits(name):
    waiting = shop(secret=vectors()["secret"], now=vectors()["timestamp"])
    waiting.tell(name)
    assert told(waiting) == SIGNED[name][0]


@pytest.mark.parametrize("name", SIGNED)
def test_a_published_event_of_an_order_that_is_paid(name):
    paid = shop(secret=vectors()["secret"], now=vectors()["timestamp"])
    paid.tell("evt_cs_done")
    before = len(paid.outcome()[0])
    paid.tell(name)
    assert told(paid, before=before) == SIGNED[name][1]
    paid.tell(name)
    assert told(paid, before=before) == SIGNED[name][1]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_that_others_published(name):
    now = vectors()["timestamp"]
    waiting = shop(secret=SECRET, now=now)
    body = (FOLDER / "third-party" / name).read_text()
    header = WebhookSignature.generate_signature_header(body, SECRET, now)
    assert waiting.post(body.encode(), header) == 200
    assert told(waiting) == SAMPLES[name]
    wrong = WebhookSignature.generate_signature_header(body, "whsec_of_nobody", now)
    assert waiting.post(body.encode(), wrong) == 400
    assert len(waiting.outcome()[2]) == 1


def test_every_signature_check_ends_as_published_but_the_future_is_refused():
    for check in vectors()["signature_checks"]:
        waiting = shop(secret=check["secret"], now=check["now"])
        body = (check["payload"] or payloads()[check["payload_of"]]).encode()
        right = check["expect"] == "ok"
        assert waiting.post(body, check["header"]) == (200 if right else 400), check["label"]
        assert waiting.outcome()[2] == (["done"] if right else []), check["label"]
