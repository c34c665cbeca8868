"""A key is executed once; its first answer is the only answer, for a day."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.kits.sandbox import API_KEY, HTTP, Shop, client_of, until


def test_the_first_answer_is_replayed(shop: Shop):
    first, again = shop.session(key="k-1"), shop.session(key="k-1")
    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(shop.v1.checkout.sessions.list().data) == 1


def test_the_same_key_with_other_parameters_is_an_error(shop: Shop):
    shop.session(1500, key="k-1")
    with pytest.raises(stripe.IdempotencyError) as refusal:
        shop.session(1600, key="k-1")
    assert refusal.value.http_status == 400


def test_a_failure_after_the_deed_is_replayed_although_the_deed_is_done(shop: Shop):
    intent = shop.paid().payment_intent.id
    shop.lever("calls/next", kind="500-after", path="/v1/refunds")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failure:
            shop.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r-1"})
        assert failure.value.http_status == 500
    assert len(shop.v1.refunds.list({"payment_intent": intent}).data) == 1


def test_a_failure_before_the_deed_is_replayed_too(shop: Shop):
    intent = shop.paid().payment_intent.id
    shop.lever("calls/next", kind="500")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            shop.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r-1"})
    assert shop.v1.refunds.list().data == []


def test_a_business_refusal_is_remembered_a_malformed_request_is_not(shop: Shop):
    intent = shop.paid().payment_intent.id
    shop.lever("refunds/next", behaviour="decline")
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="Insufficient"):
            shop.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r-1"})
    with pytest.raises(stripe.InvalidRequestError):
        shop.session(key="s-1", wish="x")
    assert shop.session(key="s-1").status == "open"


def test_a_key_is_forgotten_after_a_day(shop: Shop):
    first = shop.session(key="k-1")
    shop.lever("clock", advance=23 * 3600)
    assert shop.session(key="k-1").id == first.id
    shop.lever("clock", advance=3600 + 1)
    assert shop.session(key="k-1").id != first.id


def test_a_key_in_flight_is_a_conflict(shop: Shop):
    # A "think" holds the first call while it owns the key; the second meets it there.
    shop.lever("calls/next", kind="think", seconds=0.5, path="/v1/checkout")
    patient, books = Shop(shop.sandbox, retries=2), shop.sandbox.world.books
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(patient.session, key="k-1")
        until(lambda: not books.planned("trouble"))
        until(lambda: _is_conflict(shop))
        assert first.result().status == "open"
    assert len(shop.v1.checkout.sessions.list().data) == 1


def _is_conflict(shop: Shop) -> bool:
    answer = HTTP.post(
        f"{shop.url}/v1/checkout/sessions",
        headers={"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": "k-1"},
        data={"mode": "payment"},
    )
    code: str = answer.json().get("error", {}).get("code", "")
    return answer.status_code == 409 and code == "idempotency_key_in_use"


def test_an_answer_that_was_cut_off_is_had_again_with_the_same_key(shop: Shop):
    intent = shop.paid().payment_intent.id
    shop.lever("calls/next", kind="cut", path="/v1/refunds")
    with pytest.raises(stripe.APIConnectionError):
        shop.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r-1"})
    again = shop.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r-1"})
    assert [again.id] == [found.id for found in shop.v1.refunds.list().data]


def test_an_answer_after_the_time_out_hides_a_done_deed(shop: Shop):
    intent = shop.paid().payment_intent.id
    shop.lever("calls/next", kind="late", path="/v1/refunds", seconds=5)
    hasty = client_of(shop.url, patience=0.2)
    with pytest.raises(stripe.APIConnectionError):
        hasty.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r-1"})
    until(lambda: len(shop.v1.refunds.list({"payment_intent": intent}).data) == 1)


def test_the_sdk_rides_out_a_conflict_by_itself(shop: Shop):
    patient = Shop(shop.sandbox, retries=2)
    shop.lever("calls/next", kind="409")
    assert patient.session().status == "open"


def test_too_many_requests_are_told_so(shop: Shop):
    shop.lever("calls/next", kind="429", count=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            shop.session()
    assert shop.session().status == "open"
