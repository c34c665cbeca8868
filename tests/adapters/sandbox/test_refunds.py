"""Refunds succeed, wait, fail late, and never exceed what was captured."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.kits.sandbox import Shop


def refund(shop: Shop, intent: str, **params: object) -> stripe.Refund:
    made: stripe.Refund = shop.v1.refunds.create({"payment_intent": intent} | params)
    return made


def test_partial_refunds_add_up_on_the_charge(shop: Shop):
    intent = shop.paid(1500).payment_intent
    first = refund(shop, intent.id, amount=500, metadata={"correlation": "c-1"})
    refund(shop, intent.id, amount=300)
    charge = shop.v1.charges.retrieve(intent.latest_charge)
    assert first.metadata is not None
    assert (first.status, first.metadata["correlation"]) == ("succeeded", "c-1")
    assert (charge.amount_refunded, charge.refunded) == (800, False)
    told = shop.v1.events.list({"type": "charge.refunded"}).data
    assert [event.data.object["amount_refunded"] for event in told] == [800, 500]


def test_the_rest_is_refunded_when_no_amount_is_given(shop: Shop):
    intent = shop.paid(1500).payment_intent
    refund(shop, intent.id, amount=500)
    assert refund(shop, intent.id).amount == 1000
    assert shop.v1.charges.retrieve(intent.latest_charge).refunded


def test_more_than_the_rest_is_refused(shop: Shop):
    intent = shop.paid(1500).payment_intent.id
    refund(shop, intent, amount=1000)
    with pytest.raises(stripe.InvalidRequestError, match="unrefunded amount") as refusal:
        refund(shop, intent, amount=501)
    assert refusal.value.param == "amount"


def test_a_refunded_charge_says_so(shop: Shop):
    intent = shop.paid().payment_intent.id
    refund(shop, intent)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        refund(shop, intent, amount=1)
    assert refusal.value.code == "charge_already_refunded"


def test_refunds_at_the_same_time_never_exceed_the_charge(shop: Shop):
    intent = shop.paid(1500).payment_intent.id

    def attempt(number: int) -> bool:
        try:
            refund(Shop(shop.sandbox), intent, amount=1000)
        except stripe.InvalidRequestError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


def test_held_money_cannot_be_refunded(shop: Shop):
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        refund(shop, shop.held().payment_intent.id)


def test_a_partial_capture_bounds_the_refund(shop: Shop):
    intent = shop.held(1500).payment_intent.id
    shop.v1.payment_intents.capture(intent, {"amount_to_capture": 900})
    with pytest.raises(stripe.InvalidRequestError, match="greater than charge amount"):
        refund(shop, intent, amount=901)
    assert refund(shop, intent).amount == 900


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [("pending", "pending"), ("fail", "failed"), ("requires_action", "requires_action")],
)
def test_the_next_refund_behaves_as_planned_and_the_one_after_succeeds(
    shop: Shop, behaviour: str, status: str
):
    shop.lever("refunds/next", behaviour=behaviour)
    intent = shop.paid().payment_intent.id
    assert refund(shop, intent, amount=100).status == status
    assert refund(shop, intent, amount=100).status == "succeeded"


def test_a_planned_refusal_makes_no_refund(shop: Shop):
    shop.lever("refunds/next", behaviour="decline", count=2)
    intent = shop.paid().payment_intent.id
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            refund(shop, intent)
        assert refusal.value.code == "balance_insufficient"
    assert shop.v1.refunds.list({"payment_intent": intent}).data == []


def test_a_pending_refund_settles(shop: Shop):
    shop.lever("refunds/next", behaviour="pending")
    pending = refund(shop, shop.paid().payment_intent.id)
    assert shop.lever(f"refunds/{pending.id}/settle")["status"] == "succeeded"
    assert shop.event_types()[-2:] == ["refund.updated", "charge.refund.updated"]


def test_a_refund_fails_even_after_it_succeeded_and_the_charge_shrinks_back(shop: Shop):
    intent = shop.paid(1500).payment_intent
    done = refund(shop, intent.id, amount=1500)
    failed = shop.lever(f"refunds/{done.id}/fail", reason="expired_or_canceled_card")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    charge = shop.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert "refund.failed" in shop.event_types()
    assert refund(shop, intent.id).amount == 1500


def test_a_refund_that_waits_for_the_customer_can_be_canceled(shop: Shop):
    shop.lever("refunds/next", behaviour="requires_action")
    intent = shop.paid().payment_intent
    waiting = refund(shop, intent.id)
    assert shop.v1.refunds.cancel(waiting.id).status == "canceled"
    assert shop.v1.charges.retrieve(intent.latest_charge).amount_refunded == 0


def test_a_dispute_takes_the_money_and_blocks_refunds_until_it_is_won(shop: Shop):
    intent = shop.paid(1500).payment_intent.id
    dispute = shop.lever("disputes", payment_intent=intent)
    assert (dispute["status"], dispute["amount"]) == ("needs_response", 1500)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        refund(shop, intent)
    assert refusal.value.code == "charge_disputed"
    won = shop.lever(f"disputes/{dispute['id']}/close", outcome="won")
    assert won["status"] == shop.v1.disputes.retrieve(dispute["id"]).status == "won"
    assert refund(shop, intent).status == "succeeded"
    assert "charge.dispute.closed" in shop.event_types()


def test_a_lost_dispute_is_final(shop: Shop):
    intent = shop.paid().payment_intent.id
    dispute = shop.lever("disputes", payment_intent=intent)["id"]
    shop.lever(f"disputes/{dispute}/close", outcome="lost")
    shop.lever(f"disputes/{dispute}/close", 400, outcome="won")
    with pytest.raises(stripe.InvalidRequestError):
        refund(shop, intent)


def test_an_inquiry_only_asks(shop: Shop):
    intent = shop.paid().payment_intent.id
    inquiry = shop.lever("disputes", payment_intent=intent, inquiry=True)
    assert inquiry["status"] == "warning_needs_response"
    assert refund(shop, intent, amount=100).status == "succeeded"
    shop.lever(f"disputes/{inquiry['id']}/close", outcome="warning_closed")
