"""Payment pages: asked for through the real library, from a provider that answers badly."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from adapters.providers.stripe import StripePayments
from adapters.sandbox import SandboxSettings, running_sandbox
from ledger.kernel.money import Money
from ledger.order.stamps import (
    CreatePaymentFailure,
    CreatePaymentSuccess,
    Paid,
    PaymentExpired,
    PaymentPending,
)
from ledger.payments.provider import NoAnswer, ProviderAway
from tests.kits.sandbox import until
from tests.kits.stripe import API_KEY, Provider, payment_ask

SESSIONS = "/v1/checkout/sessions"


@pytest.fixture
def provider(tmp_path):
    with running_sandbox(SandboxSettings(home=tmp_path, api_key=API_KEY)) as sandbox:
        yield Provider(sandbox)


def test_a_page_is_made_and_says_whose_it_is(provider):
    ask = payment_ask()
    page = provider.page(ask)
    (session,) = provider.objects("checkout/sessions")
    ours = {
        "order": str(ask.order),
        "order_number": "17",
        "shop": "winterfest",
        "correlation_id": str(ask.correlation_id),
        "try_number": "1",
    }
    assert page.provider_reference == session["id"]
    assert page.redirect_url == session["url"]
    assert page.expires_at == ask.expires_at
    assert session["client_reference_id"] == str(ask.order)
    assert session["metadata"] == ours
    assert (session["amount_total"], session["currency"]) == (7000, "eur")
    assert (session["locale"], session["customer_email"]) == ("fi", "ada@shop.example")
    provider.lever(f"sessions/{session['id']}/pay")
    assert provider.objects("payment_intents")[0]["metadata"] == ours


def test_the_lines_are_shown_in_the_language_of_the_order_else_in_english(provider):
    titles = {}
    for language in ("fi", "sv"):
        page = provider.page(payment_ask(language=language))
        path = f"checkout/sessions/{page.provider_reference}/line_items"
        titles[language] = [item["description"] for item in provider.objects(path)]
    assert titles == {"fi": ["Viikonloppulippu"], "sv": ["Weekend ticket"]}


def test_what_is_asked_for_is_what_is_charged_whatever_the_lines_say(provider):
    provider.page(payment_ask(amount=Money(5000, "EUR"), language="et", email=""))
    (session,) = provider.objects("checkout/sessions")
    assert (session["amount_total"], session["locale"]) == (5000, "auto")


def test_the_same_ask_after_a_restart_gives_the_same_page(provider):
    ask = payment_ask()
    first = provider.page(ask)
    assert provider.another().create_payment(ask, try_number=1) == first
    assert len(provider.objects("checkout/sessions")) == 1


def test_a_refusal_has_a_code(provider):
    ask = payment_ask(amount=Money(10, "EUR"))
    answer = provider.stripe.create_payment(ask, try_number=3)
    assert answer == CreatePaymentFailure(code="amount_too_small", try_number=3)


def test_a_refusal_without_a_code_names_what_was_wrong(provider):
    ask = payment_ask(expires_at=datetime.now(UTC) + timedelta(days=3))
    answer = provider.stripe.create_payment(ask, try_number=1)
    assert answer == CreatePaymentFailure(code="invalid_expires_at")


@pytest.mark.parametrize("trouble", ["429", "409", "500"])
def test_a_provider_that_cannot_answer_now_is_asked_again_under_the_same_key(provider, trouble):
    ask = payment_ask()
    provider.trouble(trouble, SESSIONS)
    answer = provider.stripe.create_payment(ask, try_number=1)
    assert isinstance(answer, NoAnswer)
    assert trouble in answer.reason
    if trouble != "500":  # a key remembers the 500 it was first answered with
        assert isinstance(
            provider.another().create_payment(ask, try_number=1), CreatePaymentSuccess
        )


@pytest.mark.parametrize("trouble", ["late", "cut"])
def test_a_lost_answer_is_unknown_and_the_same_key_tells_the_truth(provider, trouble):
    ask = payment_ask()
    provider.trouble(trouble, SESSIONS, seconds=1.5)
    answer = provider.another(patience=0.5).create_payment(ask, try_number=1)
    assert isinstance(answer, NoAnswer)
    until(lambda: provider.objects("checkout/sessions"))
    page = provider.another().create_payment(ask, try_number=1)
    assert isinstance(page, CreatePaymentSuccess)
    assert [one["id"] for one in provider.objects("checkout/sessions")] == [page.provider_reference]


def test_an_answer_that_was_lost_once_is_asked_for_again_by_the_library(provider):
    provider.trouble("late", SESSIONS, seconds=3)
    patient = provider.another(retries=1, patience=2)
    assert isinstance(patient.create_payment(payment_ask(), try_number=1), CreatePaymentSuccess)
    assert len(provider.objects("checkout/sessions")) == 1


def test_one_key_for_two_asks_is_not_taken_for_a_refusal(provider):
    ask = payment_ask()
    provider.page(ask)
    other = replace(ask, return_url="https://shop.example/elsewhere")
    assert isinstance(provider.stripe.create_payment(other, try_number=1), NoAnswer)


@pytest.mark.parametrize("key", ["sk_test_wrong", "rk_live_wrong"])
def test_a_wrong_key_is_for_a_person_to_mend(provider, key):
    ours = StripePayments(key, api_base=provider.sandbox.url, retries=0)
    answer = ours.create_payment(payment_ask(), try_number=1)
    assert isinstance(answer, NoAnswer)
    assert key not in answer.reason


def test_a_provider_that_is_away_is_unknown():
    ours = StripePayments(API_KEY, api_base="http://127.0.0.1:1", retries=0, patience=1)
    assert isinstance(ours.create_payment(payment_ask(), try_number=1), NoAnswer)
    assert not ours.expire_payment("cs_test_1")
    with pytest.raises(ProviderAway):
        ours.page("cs_test_1")


def test_a_page_is_closed_and_closed_again(provider):
    page = provider.page(payment_ask())
    assert provider.stripe.expire_payment(page.provider_reference)
    assert provider.stripe.expire_payment(page.provider_reference)
    (report,) = provider.looked(page.provider_reference)
    assert report.fact == PaymentExpired(provider_reference=page.provider_reference)


def test_a_paid_page_cannot_be_closed(provider):
    page = provider.page(payment_ask())
    provider.lever(f"sessions/{page.provider_reference}/pay")
    assert not provider.stripe.expire_payment(page.provider_reference)
    assert not provider.stripe.expire_payment("cs_test_nobody_knows")


def test_looking_tells_what_the_webhook_would(provider):
    ask = payment_ask()
    page = provider.page(ask)
    assert provider.looked(page.provider_reference) == []
    provider.lever(f"sessions/{page.provider_reference}/pay-later")
    (pending,) = provider.looked(page.provider_reference)
    assert isinstance(pending.fact, PaymentPending)
    provider.lever(f"payments/{page.provider_reference}/settle")
    (paid,) = provider.looked(page.provider_reference)
    assert isinstance(paid.fact, Paid)
    assert paid.fact.amount == ask.amount
    assert (paid.order, paid.attempt) == (ask.order, ask.correlation_id)
    assert paid.correlation_id == ask.correlation_id
    assert (paid.provider, paid.account, paid.live) == ("stripe", "", False)


def test_the_library_logs_nothing_of_what_was_asked(provider, caplog):
    with caplog.at_level(logging.DEBUG):
        provider.page(payment_ask())
    assert "ada@shop.example" not in caplog.text
    assert API_KEY not in caplog.text
    assert not stripe.enable_telemetry


@pytest.mark.parametrize(
    ("key", "live"),
    [("sk_live_1", True), ("rk_live_1", True), ("sk_test_1", False), ("rk_test_1", False)],
)
def test_the_key_tells_live_from_test(key, live):
    ours = StripePayments(key, account="acct_1")
    assert (ours.name, ours.account, ours.live) == ("stripe", "acct_1", live)


def test_an_empty_key_does_not_start():
    with pytest.raises(ValueError, match="API key"):
        StripePayments("  ")
