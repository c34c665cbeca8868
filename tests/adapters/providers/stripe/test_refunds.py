"""Refunds: accepted, settled, refused, failed, or unknown; never twice."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from adapters.providers.stripe.fields import news_id
from adapters.sandbox import SandboxSettings, running_sandbox
from ledger.order.stamps import CreateRefundFailure, CreateRefundSuccess, Refunded
from ledger.payments.provider import Accepted, NoAnswer, ReturnedOutside
from tests.kits.sandbox import until
from tests.kits.stripe import API_KEY, LEVERS, Provider, payment_ask, refund_ask

REFUNDS = "/v1/refunds"


@pytest.fixture
def provider(tmp_path):
    with running_sandbox(SandboxSettings(home=tmp_path, api_key=API_KEY)) as sandbox:
        yield Provider(sandbox)


@pytest.fixture
def payment(provider):
    ask = payment_ask()
    return ask, provider.paid(ask)


def test_a_refund_that_succeeds_at_once_is_settled(provider, payment):
    ask = refund_ask(*payment, amount=2500)
    answer = provider.stripe.refund(ask)
    (refund,) = provider.objects("refunds")
    assert answer == Accepted(
        outcome=CreateRefundSuccess(
            payment=ask.payment, amount=ask.amount, provider_reference=refund["id"]
        ),
        settled=Refunded(payment=ask.payment, amount=ask.amount, provider_reference=refund["id"]),
    )
    assert refund["metadata"] == {
        "order": str(ask.order),
        "shop": ask.shop,
        "correlation_id": str(ask.correlation_id),
        "payment": str(ask.payment),
        "try_number": "1",
    }


@pytest.mark.parametrize("behaviour", ["pending", "requires_action"])
def test_a_refund_that_waits_is_accepted_only(provider, payment, behaviour):
    provider.lever("refunds/next", behaviour=behaviour)
    answer = provider.stripe.refund(refund_ask(*payment))
    assert isinstance(answer, Accepted)
    assert answer.settled is None


def test_an_answer_that_says_failed_is_a_failure(provider, payment):
    provider.lever("refunds/next", behaviour="fail")
    ask = refund_ask(*payment)
    answer = provider.stripe.refund(ask)
    assert answer == CreateRefundFailure(code="unknown")
    assert provider.stripe.find_refund(ask) == answer


def test_a_declined_refund_is_refused_and_leaves_nothing_to_find(provider, payment):
    provider.lever("refunds/next", behaviour="decline")
    ask = refund_ask(*payment, try_number=2)
    assert provider.stripe.refund(ask) == CreateRefundFailure(
        code="balance_insufficient", try_number=2
    )
    assert provider.stripe.find_refund(ask) is None


def test_more_than_was_paid_is_refused_and_so_is_a_second_time(provider, payment):
    assert provider.stripe.refund(refund_ask(*payment, amount=7001)) == CreateRefundFailure(
        code="invalid_amount"
    )
    provider.stripe.refund(refund_ask(*payment))
    assert provider.stripe.refund(refund_ask(*payment)) == CreateRefundFailure(
        code="charge_already_refunded"
    )


def test_a_payment_that_nobody_knows_is_refused(provider):
    ask = refund_ask(payment_ask(), "pi_nobody_knows")
    assert provider.stripe.refund(ask) == CreateRefundFailure(code="resource_missing")


def test_the_same_ask_after_a_restart_gives_the_same_refund(provider, payment):
    ask = refund_ask(*payment, amount=1000)
    first = provider.stripe.refund(ask)
    assert provider.another().refund(ask) == first
    assert len(provider.objects("refunds")) == 1


@pytest.mark.parametrize("trouble", ["late", "cut", "500-after"])
def test_a_lost_answer_is_unknown_and_the_refund_is_found(provider, payment, trouble):
    ask = refund_ask(*payment)
    provider.trouble(trouble, REFUNDS, seconds=1.5)
    assert isinstance(provider.another(patience=0.5).refund(ask), NoAnswer)
    until(lambda: provider.objects("refunds"))
    found = provider.another().find_refund(ask)
    assert isinstance(found, Accepted)
    again = provider.another().refund(ask)
    # A key that was answered with 500 keeps that answer; the others tell the truth.
    assert isinstance(again, NoAnswer) if trouble == "500-after" else again == found
    assert len(provider.objects("refunds")) == 1


@pytest.mark.parametrize("trouble", ["429", "409", "500"])
def test_a_provider_that_is_busy_has_not_answered(provider, payment, trouble):
    ask = refund_ask(*payment)
    provider.trouble(trouble, REFUNDS)
    assert isinstance(provider.stripe.refund(ask), NoAnswer)
    assert provider.stripe.find_refund(ask) is None


def test_a_look_up_without_an_answer_says_so(provider, payment):
    ask = refund_ask(*payment)
    provider.trouble("500", REFUNDS, method="GET")
    assert isinstance(provider.stripe.find_refund(ask), NoAnswer)


def test_another_refund_of_the_same_payment_is_not_taken_for_ours(provider, payment):
    provider.stripe.refund(refund_ask(*payment, amount=1000))
    _, reference = payment
    LEVERS.post(
        f"{provider.sandbox.url}/v1/refunds",
        data={"payment_intent": reference, "amount": 500},
        headers={"Authorization": f"Bearer {API_KEY}"},
    )
    assert provider.stripe.find_refund(refund_ask(*payment, amount=1000)) is None


def test_a_refund_that_stands_is_found_before_one_that_failed(provider, payment):
    refund = uuid4()
    provider.lever("refunds/next", behaviour="fail")
    first = refund_ask(*payment, correlation_id=refund, try_number=1)
    second = refund_ask(*payment, correlation_id=refund, try_number=2)
    assert provider.stripe.refund(first) == CreateRefundFailure(code="unknown")
    assert provider.stripe.find_refund(second) is None
    answer = provider.stripe.refund(second)
    assert isinstance(answer, Accepted)
    assert answer.outcome.try_number == 2
    assert provider.stripe.find_refund(second) == answer
    # Whoever asks for the first try again learns that the money is on its way already.
    assert provider.stripe.find_refund(first) == answer


def test_money_that_somebody_returned_in_the_dashboard_is_told_with_the_refusal(provider, payment):
    _, reference = payment
    made = provider.post("refunds", payment_intent=reference)["id"]
    ask = refund_ask(*payment)
    answer = provider.stripe.refund(ask)
    about: Any = {
        "payment": ask.payment,
        "amount": ask.amount,
        "provider_reference": made,
    }
    accepted = Accepted(outcome=CreateRefundSuccess(**about), settled=Refunded(**about))
    assert answer == ReturnedOutside(
        refused=CreateRefundFailure(code="charge_already_refunded"),
        outside={news_id(made): accepted},
    )
    assert provider.stripe.refund(refund_ask(*payment, amount=7001)) == ReturnedOutside(
        refused=CreateRefundFailure(code="charge_already_refunded"),
        outside={news_id(made): replace(accepted)},
    )


def test_a_refund_of_ours_that_was_forgotten_is_found_when_it_is_refused(provider, payment):
    ask = refund_ask(*payment)
    made = provider.stripe.refund(ask)
    later = replace(ask, idempotency_key="a key of another day")
    assert provider.stripe.refund(later) == made


def test_a_refusal_in_doubt_is_no_answer_while_nobody_can_look(provider, payment):
    provider.post("refunds", payment_intent=payment[1])
    provider.trouble("500", REFUNDS, method="GET")
    assert isinstance(provider.stripe.refund(refund_ask(*payment)), NoAnswer)
