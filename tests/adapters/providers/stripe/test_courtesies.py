"""What Stripe refuses of our courtesies never decides whether people can pay (SPEC P16)."""

from dataclasses import replace

import pytest

from adapters.sandbox import SandboxSettings, running_sandbox
from ledger.kernel.money import Money
from ledger.order.stamps import CreatePaymentFailure
from tests.kits.stripe import API_KEY, WEEKEND, Provider, payment_ask

NOT_LIKED = ["å@shop.example", "ada@kirjå.example", "ada@my_shop.example", "ada@shop"]


@pytest.fixture
def provider(tmp_path):
    with running_sandbox(SandboxSettings(home=tmp_path, api_key=API_KEY)) as sandbox:
        yield Provider(sandbox)


@pytest.mark.parametrize("email", NOT_LIKED)
def test_an_address_that_stripe_does_not_like_is_left_out(provider, email):
    ask = payment_ask(email=email)
    page = provider.page(ask)
    (session,) = provider.objects("checkout/sessions")
    assert (session["id"], session["customer_email"]) == (page.provider_reference, None)
    assert session["metadata"]["correlation_id"] == str(ask.correlation_id)
    assert session["client_reference_id"] == str(ask.order)
    assert (session["amount_total"], session["currency"]) == (7000, "eur")
    assert provider.another().create_payment(ask, try_number=1) == page
    assert len(provider.objects("checkout/sessions")) == 1


def test_a_long_title_is_cut(provider):
    page = provider.page(payment_ask(lines=(replace(WEEKEND, title={"fi": "pitkä " * 100}),)))
    (line,) = provider.objects(f"checkout/sessions/{page.provider_reference}/line_items")
    assert len(line["description"]) == 250


def test_more_lines_than_stripe_shows_are_asked_for_as_one(provider):
    lines = (replace(WEEKEND, quantity=1),) * 101
    page = provider.page(payment_ask(lines=lines, amount=Money(101 * 3500, "EUR")))
    (line,) = provider.objects(f"checkout/sessions/{page.provider_reference}/line_items")
    assert (line["description"], line["amount_total"]) == ("winterfest 17", 101 * 3500)


@pytest.mark.parametrize("param", ["locale", "customer_email", "line_items[0][price_data]"])
def test_whatever_courtesy_is_refused_it_is_asked_without(provider, param):
    error = {"type": "invalid_request_error", "message": "no", "param": param}
    provider.trouble("misshapen", "/v1/checkout", answer={"error": error}, status=400)
    provider.page(payment_ask())


def test_what_is_no_courtesy_stays_refused(provider):
    refused = {
        10: "amount_too_small",
        100_000_000: "amount_too_large",
    }
    for amount, code in refused.items():
        line = replace(WEEKEND, quantity=1, unit_price=Money(amount, "EUR"))
        ask = payment_ask(amount=Money(amount, "EUR"), lines=(line,))
        assert provider.stripe.create_payment(ask, try_number=1) == CreatePaymentFailure(code=code)
