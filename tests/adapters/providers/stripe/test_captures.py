"""Authorized first and taken later: whole, in part, not at all, or too late; never twice."""

import pytest

from adapters.sandbox import SandboxSettings, running_sandbox
from ledger.kernel.money import Money
from ledger.order.stamps import (
    AuthorizationExpired,
    Authorized,
    CreateCaptureFailure,
    Paid,
    Voided,
)
from ledger.payments.capture import CaptureAsk, CapturingProvider, VoidAsk
from ledger.payments.provider import NoAnswer, PaymentAsk
from tests.adapters.providers.stripe.test_events import reports, stamped, told
from tests.kits.sandbox import until
from tests.kits.stripe import API_KEY, Provider, payment_ask

INTENTS = "/v1/payment_intents"


@pytest.fixture
def provider(tmp_path):
    with running_sandbox(SandboxSettings(home=tmp_path, api_key=API_KEY)) as sandbox:
        yield Provider(sandbox)


@pytest.fixture
def payment(provider):
    """What was asked for, and the provider's name of the payment that was authorized."""
    ask = payment_ask(capture_later=True)
    page = provider.page(ask)
    provider.lever(f"sessions/{page.provider_reference}/pay")
    return ask, str(provider.objects("payment_intents")[0]["id"])


def capture(payment: tuple[PaymentAsk, str], *, amount: int = 7000, number: int = 1) -> CaptureAsk:
    ask, reference = payment
    return CaptureAsk(
        order=ask.order,
        shop=ask.shop,
        correlation_id=ask.correlation_id,
        idempotency_key=f"{ask.correlation_id}/capture/{number}",
        payment_reference=reference,
        amount=Money(amount, "EUR"),
        try_number=number,
    )


def void(payment: tuple[PaymentAsk, str], *, number: int = 1) -> VoidAsk:
    ask, reference = payment
    return VoidAsk(
        order=ask.order,
        shop=ask.shop,
        correlation_id=ask.correlation_id,
        idempotency_key=f"{ask.correlation_id}/void/{number}",
        payment_reference=reference,
        try_number=number,
    )


def kept(reference: str) -> Authorized:
    return Authorized(amount=Money(7000, "EUR"), provider="stripe", provider_reference=reference)


def paid(reference: str, amount: int = 7000) -> Paid:
    return Paid(amount=Money(amount, "EUR"), provider="stripe", provider_reference=reference)


def facts(provider: Provider) -> set:
    events = provider.objects("events")
    return {report.fact for event in events for report in reports(event)}


def test_stripe_can_capture_later(provider):
    assert isinstance(provider.stripe, CapturingProvider)


def test_an_authorization_is_one_fact_whoever_tells_it(provider, payment):
    ask, reference = payment
    events = provider.objects("events")
    told = [report for event in events for report in reports(event)]
    assert len(told) == 2
    assert {stamped(one) for one in told} == {stamped(told[0])}
    assert {(one.fact, one.order, one.attempt) for one in told} == {
        (kept(reference), ask.order, ask.correlation_id)
    }
    session = provider.objects("checkout/sessions")[0]["id"]
    (looked,) = provider.looked(session)
    assert looked.fact == kept(reference)
    assert provider.stripe.authorization(reference) == kept(reference)


def test_a_page_that_charges_at_once_is_not_asked_to_wait(provider):
    provider.paid(payment_ask())
    assert provider.objects("payment_intents")[0]["capture_method"] != "manual"
    assert "capture" not in provider.objects("checkout/sessions")[0]["metadata"]


@pytest.mark.parametrize("amount", [7000, 4500])
def test_it_is_taken_whole_or_in_part_and_told_as_its_news_will(provider, payment, amount):
    answer = provider.stripe.capture(capture(payment, amount=amount))
    assert answer == paid(payment[1], amount)
    assert facts(provider) == {kept(payment[1]), answer}
    assert provider.stripe.authorization(payment[1]) == answer
    session = provider.objects("checkout/sessions")[0]["id"]
    (looked,) = provider.looked(session)
    assert looked.fact == kept(payment[1])


def test_more_than_was_kept_is_refused(provider, payment):
    assert provider.stripe.capture(capture(payment, amount=7001)) == CreateCaptureFailure(
        code="amount_too_large"
    )
    assert provider.stripe.authorization(payment[1]) == kept(payment[1])


def test_the_same_capture_after_a_restart_is_the_same(provider, payment):
    first = provider.stripe.capture(capture(payment))
    assert provider.another().capture(capture(payment)) == first
    assert provider.another().capture(capture(payment, number=2)) == first
    assert provider.objects("payment_intents")[0]["amount_received"] == 7000


def test_it_is_given_up_and_given_up_again(provider, payment):
    gone = Voided(provider_reference=payment[1])
    for number in (1, 1, 2):
        assert provider.another().void(void(payment, number=number)) == gone
    assert facts(provider) == {kept(payment[1]), gone}
    assert provider.stripe.authorization(payment[1]) == gone


def test_what_was_captured_cannot_be_given_up_and_is_told_as_paid(provider, payment):
    provider.stripe.capture(capture(payment, amount=3000))
    assert provider.stripe.void(void(payment)) == paid(payment[1], 3000)


def test_what_was_given_up_cannot_be_captured_and_is_told_as_given_up(provider, payment):
    provider.stripe.void(void(payment))
    assert provider.stripe.capture(capture(payment)) == Voided(provider_reference=payment[1])


def test_what_nobody_captured_lapses_by_itself(provider, payment):
    provider.lever("clock", advance=8 * 24 * 3600)
    lapsed = AuthorizationExpired(provider_reference=payment[1])
    assert provider.stripe.authorization(payment[1]) == lapsed
    assert facts(provider) == {kept(payment[1]), lapsed}
    assert provider.stripe.capture(capture(payment)) == lapsed
    assert provider.stripe.void(void(payment)) == lapsed


def test_a_page_that_closed_after_a_decline_gave_nothing_up(provider):
    page = provider.page(payment_ask(capture_later=True))
    provider.lever(f"sessions/{page.provider_reference}/decline")
    provider.stripe.expire_payment(page.provider_reference)
    kinds = {type(one).__name__ for one in facts(provider)}
    assert kinds == {"PaymentFailed", "PaymentExpired"}
    reference = provider.objects("payment_intents")[0]["id"]
    assert isinstance(provider.stripe.authorization(reference), NoAnswer)


@pytest.mark.parametrize("verb", ["capture", "cancel"])
@pytest.mark.parametrize("trouble", ["late", "cut", "500-after"])
def test_a_lost_answer_is_unknown_and_looking_tells_the_truth(provider, payment, verb, trouble):
    provider.trouble(trouble, f"{INTENTS}/{payment[1]}/{verb}", seconds=1.5)
    hasty = provider.another(patience=0.5)
    asked = hasty.capture(capture(payment)) if verb == "capture" else hasty.void(void(payment))
    assert isinstance(asked, NoAnswer)
    gone = Voided(provider_reference=payment[1])
    done = paid(payment[1]) if verb == "capture" else gone
    until(lambda: provider.stripe.authorization(payment[1]) == done)


@pytest.mark.parametrize("trouble", ["429", "500"])
def test_a_provider_that_is_busy_has_not_answered(provider, payment, trouble):
    provider.trouble(trouble, f"{INTENTS}/{payment[1]}/capture")
    assert isinstance(provider.stripe.capture(capture(payment)), NoAnswer)
    provider.trouble(trouble, f"{INTENTS}/{payment[1]}", method="GET")
    assert isinstance(provider.stripe.authorization(payment[1]), NoAnswer)
    assert provider.stripe.authorization(payment[1]) == kept(payment[1])


def test_a_payment_that_nobody_knows_is_refused(provider):
    stranger = (payment_ask(), "pi_nobody_knows")
    assert provider.stripe.capture(capture(stranger)) == CreateCaptureFailure(
        code="resource_missing"
    )
    assert isinstance(provider.stripe.authorization("pi_nobody_knows"), NoAnswer)


def test_what_was_captured_in_parts_is_paid_and_the_rest_given_up(provider, payment):
    """The provider captures more than once where it is asked to: nobody here does."""
    _, reference = payment
    provider.post(
        f"payment_intents/{reference}/capture", amount_to_capture=1000, final_capture="false"
    )
    part = Paid(amount=Money(1000, "EUR"), provider="stripe", provider_reference=reference)
    assert provider.stripe.authorization(reference) == part
    assert provider.stripe.void(void(payment)) == part
    news = {one.fact for one in told(provider) if isinstance(one.fact, Paid | Voided)}
    assert news == {part}
    assert {one.amount for one in told(provider) if one.fact == part} == {part.amount}


@pytest.mark.parametrize("code", ["charge_expired_for_capture", "capture_unauthorized_payment"])
def test_whatever_a_refusal_says_the_payment_itself_tells_what_it_came_to(provider, payment, code):
    _, reference = payment
    provider.stripe.void(void(payment))
    error = {"type": "invalid_request_error", "message": "no", "code": code}
    provider.trouble("misshapen", INTENTS, answer={"error": error}, status=400)
    assert provider.stripe.capture(capture(payment)) == Voided(provider_reference=reference)
