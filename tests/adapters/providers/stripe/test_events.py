"""What Stripe's events mean: the same facts, whichever events tell them, in any order."""

import json
import random
from typing import Any
from uuid import uuid4

import pytest

from adapters.providers.stripe import StripeDoor
from adapters.providers.stripe.fields import news_id
from adapters.providers.stripe.metadata import of_payment
from adapters.sandbox import SandboxSettings, running_sandbox
from ledger.inbox.ports import Report
from ledger.kernel.events import bound, identity
from ledger.kernel.money import Money
from ledger.order.stamps import (
    CreateRefundSuccess,
    DisputeClosed,
    Disputed,
    Paid,
    PaymentExpired,
    PaymentFailed,
    PaymentPending,
    Refunded,
    RefundFailed,
)
from ledger.payments.provider import Accepted
from tests.kits.stripe import API_KEY, LEVERS, SECRET, Provider, payment_ask, refund_ask

DOOR = StripeDoor(SECRET)
ALL = Money(7000, "EUR")


@pytest.fixture
def provider(tmp_path):
    with running_sandbox(SandboxSettings(home=tmp_path, api_key=API_KEY)) as sandbox:
        yield Provider(sandbox)


def events(provider: Provider) -> list[dict]:
    return provider.objects("events")[::-1]


def told(provider: Provider) -> list[Report]:
    return [report for event in events(provider) for report in reports(event)]


def reports(event: dict) -> list[Report]:
    return list(DOOR.reread(json.dumps(event).encode()))


def facts(provider: Provider) -> set:
    """What would be stamped: each identity with what is bound to it."""
    return {stamped(one) for one in told(provider)}


def stamped(report: Report) -> tuple:
    return identity(report.correlation_id, report.fact), bound(report.fact)


def of(ask, fact) -> tuple:
    return identity(ask.correlation_id, fact), bound(fact)


def paid(reference: str) -> Paid:
    return Paid(amount=ALL, provider="stripe", provider_reference=reference)


def test_a_payment_is_one_fact_whoever_tells_it(provider):
    ask = payment_ask()
    reference = provider.paid(ask)
    news = told(provider)
    assert len(news) == 2
    assert {stamped(one) for one in news} == {of(ask, paid(reference))}
    assert {(one.order, one.attempt, one.amount) for one in news} == {
        (ask.order, ask.correlation_id, ALL)
    }


def test_a_delayed_payment_is_pending_then_paid(provider):
    ask = payment_ask()
    page = provider.page(ask)
    provider.lever(f"sessions/{page.provider_reference}/pay-later")
    pending = of(ask, PaymentPending(provider_reference=page.provider_reference))
    assert facts(provider) == {pending}
    provider.lever(f"payments/{page.provider_reference}/settle")
    reference = provider.objects("payment_intents")[0]["id"]
    assert facts(provider) == {pending, of(ask, paid(reference))}


def test_a_delayed_payment_may_fail(provider):
    ask = payment_ask()
    page = provider.page(ask)
    provider.lever(f"sessions/{page.provider_reference}/pay-later")
    provider.lever(f"payments/{page.provider_reference}/fail")
    kinds = [type(one.fact) for one in told(provider)]
    assert sorted(kinds, key=str) == [PaymentFailed, PaymentFailed, PaymentPending]
    assert {one.correlation_id for one in told(provider)} == {ask.correlation_id}


def test_each_decline_is_a_fact_of_its_own_and_the_page_may_expire(provider):
    ask = payment_ask()
    page = provider.page(ask)
    for _ in range(2):
        provider.lever(f"sessions/{page.provider_reference}/decline")
    assert len(facts(provider)) == 2
    declines = [one.fact for one in told(provider) if isinstance(one.fact, PaymentFailed)]
    assert [one.code for one in declines] == ["generic_decline", "generic_decline"]
    provider.stripe.expire_payment(page.provider_reference)
    assert of(ask, PaymentExpired(provider_reference=page.provider_reference)) in facts(provider)


def test_our_refund_is_the_same_fact_in_the_answer_and_in_every_event(provider):
    payment = payment_ask()
    reference = provider.paid(payment)
    before = facts(provider)
    ask = refund_ask(payment, reference)
    answer = provider.stripe.refund(ask)
    assert isinstance(answer, Accepted)
    assert answer.settled is not None
    assert facts(provider) - before == {of(ask, answer.outcome), of(ask, answer.settled)}
    assert {one.order for one in told(provider)} == {payment.order}


def test_a_refund_waits_settles_and_fails_after_all(provider):
    payment = payment_ask()
    reference = provider.paid(payment)
    before = facts(provider)
    provider.lever("refunds/next", behaviour="pending")
    ask = refund_ask(payment, reference, amount=3000)
    answer = provider.stripe.refund(ask)
    assert isinstance(answer, Accepted)
    refund = answer.outcome.provider_reference
    about: dict[str, Any] = {
        "payment": payment.correlation_id,
        "amount": ask.amount,
        "provider_reference": refund,
    }
    accepted, settled = of(ask, answer.outcome), of(ask, Refunded(**about))
    assert facts(provider) - before == {accepted}
    provider.lever(f"refunds/{refund}/settle")
    assert facts(provider) - before == {accepted, settled}
    provider.lever(f"refunds/{refund}/fail", reason="lost_or_stolen_card")
    failed = of(ask, RefundFailed(**about, code="whatever"))
    assert facts(provider) - before == {accepted, settled, failed}


def test_a_refund_from_the_dashboard_has_an_identity_of_its_own(provider):
    payment = payment_ask()
    reference = provider.paid(payment)
    LEVERS.post(
        f"{provider.sandbox.url}/v1/refunds",
        data={"payment_intent": reference, "amount": 500},
        headers={"Authorization": f"Bearer {API_KEY}"},
    )
    (refund,) = provider.objects("refunds")
    news = [one for one in told(provider) if not isinstance(one.fact, Paid)]
    assert {type(one.fact) for one in news} == {CreateRefundSuccess, Refunded}
    assert {(one.order, one.attempt, one.reference) for one in news} == {(None, None, reference)}
    assert {one.correlation_id for one in news} == {news_id(refund["id"])}


@pytest.mark.parametrize(("outcome", "won"), [("won", True), ("lost", False)])
def test_a_dispute_opens_and_closes(provider, outcome, won):
    reference = provider.paid(payment_ask())
    dispute = provider.lever("disputes", payment_intent=reference)
    provider.lever(f"disputes/{dispute['id']}/close", outcome=outcome)
    news = [one for one in told(provider) if not isinstance(one.fact, Paid)]
    payment = news_id(reference)
    wanted = {
        Disputed(payment=payment, amount=ALL, provider_reference=dispute["id"]),
        DisputeClosed(payment=payment, provider_reference=dispute["id"], won=won),
    }
    assert {one.fact for one in news} == wanted
    assert {(one.reference, one.order) for one in news} == {(reference, None)}


def test_an_inquiry_takes_no_money_and_is_no_dispute(provider):
    reference = provider.paid(payment_ask())
    before = facts(provider)
    dispute = provider.lever("disputes", payment_intent=reference, inquiry=True)
    provider.lever(f"disputes/{dispute['id']}/close", outcome="warning_closed")
    assert facts(provider) == before


def test_any_order_and_any_repetition_tell_the_same(provider):
    payment = payment_ask()
    page = provider.page(payment)
    provider.lever(f"sessions/{page.provider_reference}/decline")
    provider.lever(f"sessions/{page.provider_reference}/pay")
    reference = provider.objects("payment_intents")[0]["id"]
    provider.lever("refunds/next", behaviour="pending")
    answer = provider.stripe.refund(refund_ask(payment, reference, amount=3000))
    assert isinstance(answer, Accepted)
    provider.lever(f"refunds/{answer.outcome.provider_reference}/settle")
    provider.lever(f"refunds/{answer.outcome.provider_reference}/fail")
    provider.stripe.refund(refund_ask(payment, reference, amount=4000))
    sent, wanted = events(provider), facts(provider)
    dice = random.Random(1)
    for _ in range(100):
        shuffled = dice.choices(sent, k=len(sent)) + dice.sample(sent, len(sent))
        first: dict = {}
        for event in shuffled:
            for report in reports(event):
                key, binding = stamped(report)
                assert first.setdefault(key, binding) == binding
        assert set(first.items()) == wanted


def test_two_orders_in_one_message_are_a_contradiction(provider):
    ask = payment_ask()
    provider.paid(ask)
    (event,) = [e for e in events(provider) if e["type"] == "checkout.session.completed"]
    event["data"]["object"]["client_reference_id"] = str(uuid4())
    (report,) = reports(event)
    assert report.contradiction
    assert report.order is None


def test_nothing_of_the_customer_or_the_card_is_taken_over(provider):
    payment = payment_ask()
    provider.stripe.refund(refund_ask(payment, provider.paid(payment)))
    assert "4242" in str(events(provider))
    for word in ("4242", "ada@shop.example", "Sandbox Customer", "visa"):
        assert word not in str(told(provider))


def test_what_another_system_calls_its_order_is_kept_for_whoever_looks_for_the_payer():
    ours = str(uuid4())
    for said, kept in (("invoice 17", "invoice 17"), (ours, ""), (None, "")):
        session: dict[str, Any] = {"client_reference_id": said, "metadata": {}}
        assert of_payment(session, about="cs_1").payer_reference == kept
