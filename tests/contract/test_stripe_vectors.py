"""Stripe's own vectors: signatures, events, and samples that others published."""

import json
import os
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from adapters.providers.stripe import StripeDoor
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Refunded,
    RefundFailed,
    Voided,
)
from ledger.payments.provider import BadMessage

FOLDER = Path(os.environ.get("CONTRACT_DATA", "../shared/data")) / "stripe"
MEANT = {
    "evt_cs_done": [Paid],
    "evt_cs_unpaid": [PaymentPending],
    "evt_cs_async_ok": [Paid],
    "evt_cs_async_fail": [PaymentFailed],
    "evt_cs_expired": [PaymentExpired],
    "evt_cs_free": [],
    "evt_cs_nometa": [Paid],
    "evt_pi_ok": [Paid],
    "evt_pi_auth": [Authorized],
    "evt_pi_partial": [Paid],
    "evt_pi_cancel": [Voided],
    "evt_pi_autocancel": [AuthorizationExpired],
    "evt_pi_fail": [PaymentFailed],
    "evt_re_created": [CreateRefundSuccess],
    "evt_re_ok": [CreateRefundSuccess, Refunded],
    "evt_re_fail": [RefundFailed],
    "evt_re_upd_fail": [RefundFailed],
    "evt_cru_fail": [RefundFailed],
    "evt_re_cancel": [RefundFailed],
    "evt_ch_ref_part": [],
    "evt_ch_ref_full": [],
    "evt_du_new": [Disputed],
    "evt_du_lost": [Disputed, DisputeClosed],
    "evt_du_won": [Disputed, DisputeClosed],
}


@pytest.fixture(scope="module", autouse=True)
def published():
    if FOLDER.is_dir():
        return
    if os.environ.get("CI"):
        pytest.fail("CONTRACT_DATA does not name a folder with Stripe's published vectors")
    pytest.skip("Stripe's published vectors are not here: set CONTRACT_DATA to their folder")


@cache
def vectors() -> dict:
    return dict(json.loads((FOLDER / "signed_events.json").read_text()))


def door() -> StripeDoor:
    return StripeDoor(vectors()["secret"])


def read(event: dict):
    now = datetime.fromtimestamp(vectors()["timestamp"], UTC)
    return door().read(event["payload"].encode(), {"Stripe-Signature": event["header"]}, now=now)


def test_every_signed_event_means_what_we_say():
    found = {e["name"]: [type(one.fact) for one in read(e)] for e in vectors()["events"]}
    assert found == MEANT


def test_session_and_intent_tell_the_same_payment():
    told = {e["name"]: read(e) for e in vectors()["events"]}
    facts = {one.fact for name in ("evt_cs_done", "evt_cs_async_ok") for one in told[name]}
    assert facts == {one.fact for one in told["evt_pi_ok"]}


def test_a_smaller_amount_is_told_as_it_came():
    (event,) = [e for e in vectors()["events"] if e["name"] == "evt_pi_partial"]
    (report,) = read(event)
    assert report.amount is not None
    assert (report.amount.amount, report.amount.currency) == (1000, "EUR")


def test_every_signature_check_ends_as_published_but_the_future_is_refused():
    payloads = {event["name"]: event["payload"] for event in vectors()["events"]}
    for check in vectors()["signature_checks"]:
        body = (check["payload"] or payloads[check["payload_of"]]).encode()
        headers = {} if check["header"] is None else {"Stripe-Signature": check["header"]}
        now = datetime.fromtimestamp(check["now"], UTC)
        try:
            StripeDoor(check["secret"]).check(body, headers, now=now)
            verdict = "ok"
        except BadMessage:
            verdict = "reject"
        # The library accepts times in the future; we do not.
        wanted = "reject" if check["expect"] == "sdk-ok" else check["expect"]
        assert verdict == wanted, check["label"]


def test_samples_that_others_published_are_read_or_unreadable():
    outcomes: Counter[str] = Counter()
    for path in sorted((FOLDER / "third-party").rglob("*.json")):
        try:
            reports = StripeDoor("whsec_any").reread(path.read_bytes())
        except BadMessage:
            outcomes["unreadable"] += 1
        else:
            outcomes.update(type(one.fact).__name__ for one in reports)
    for kind in ("Paid", "PaymentFailed", "RefundFailed", "Refunded"):
        assert outcomes[kind], (kind, outcomes)


def test_old_charges_list_their_refunds():
    sample = FOLDER / "third-party" / "stripe-ruby-mock" / "charge.refunded.json"
    accepted, settled = StripeDoor("whsec_any").reread(sample.read_bytes())
    assert isinstance(accepted.fact, CreateRefundSuccess)
    assert isinstance(settled.fact, Refunded)
    assert accepted.reference.startswith("ch_")
