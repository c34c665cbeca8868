"""What Paytrail is asked, what its answers mean, and what is never asked twice."""

from dataclasses import replace

import httpx2
import pytest

from adapters.providers.paytrail import PaytrailPayments
from adapters.providers.paytrail.client import is_signed
from ledger.kernel.money import Money
from ledger.order.stamps import CreatePaymentFailure, CreatePaymentSuccess
from ledger.payments.provider import Accepted, NoAnswer
from tests.kits.paytrail import ACCOUNT, MADE, SECRET, TRANSACTION, Teller, signed
from tests.kits.stripe import payment_ask, refund_ask

REFUND = "258ad3a5-9711-44c3-be65-64a0ef462ba3"
LOST = httpx2.ReadTimeout("too late")


def test_a_page_is_asked_for_as_the_schema_wants_it_and_signed():
    teller, ask = Teller((201, MADE)), payment_ask(payment_reference="202700000017")
    made = teller.payments.create_payment(ask, try_number=1)
    assert made == CreatePaymentSuccess(
        provider_reference=TRANSACTION,
        redirect_url=str(MADE["href"]),
        expires_at=ask.expires_at,
        try_number=1,
    )
    (request,), wish = teller.asked, teller.body()
    assert is_signed(SECRET, request.headers, request.content)
    assert request.headers["checkout-method"] == request.method == "POST"
    assert (wish["amount"], wish["currency"], wish["language"]) == (7000, "EUR", "FI")
    assert wish["stamp"] == f"{ask.order}.{ask.correlation_id}.1"
    assert wish["reference"] == "202700000017"
    hooks = f"https://shop.example/webhooks/paytrail/winterfest/{ask.order}"
    assert wish["callbackUrls"] == {"success": f"{hooks}/callback", "cancel": f"{hooks}/callback"}
    assert sum(one["unitPrice"] * one["units"] for one in wish["items"]) == 7000
    assert wish["items"][0]["vatPercentage"] == 13.5


def test_a_stamp_serves_once_whoever_asks_again():
    teller, ask = Teller((201, MADE)), payment_ask()
    assert isinstance(teller.payments.create_payment(ask, try_number=1), CreatePaymentSuccess)
    assert isinstance(teller.payments.create_payment(ask, try_number=1), NoAnswer)
    assert len(teller.asked) == 1


def test_a_page_that_was_never_asked_for_can_be_asked_for_again():
    teller, ask = Teller(httpx2.ConnectError("refused"), (201, MADE)), payment_ask()
    assert isinstance(teller.payments.create_payment(ask, try_number=1), NoAnswer)
    assert isinstance(teller.payments.create_payment(ask, try_number=1), CreatePaymentSuccess)


def test_every_request_has_a_nonce_of_its_own():
    teller = Teller((201, MADE), (201, MADE))
    for _ in range(2):
        teller.payments.create_payment(payment_ask(), try_number=1)
    assert len({one.headers["checkout-nonce"] for one in teller.asked}) == 2


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": Money(7000, "SEK")}, "currency_not_supported"),
        ({"amount": Money(100_000_000, "EUR")}, "amount_too_large"),
        ({"email": ""}, "email_missing"),
    ],
)
def test_what_paytrail_cannot_take_is_not_asked(changed, code):
    teller = Teller()
    answer = teller.payments.create_payment(payment_ask(**changed), try_number=2)
    assert answer == CreatePaymentFailure(code=code, try_number=2)
    assert teller.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        LOST,
        httpx2.ConnectError("refused"),
        signed(201, MADE, secret="another"),
        httpx2.Response(201, json=MADE),
        signed(400, {"status": "error"}, secret="another"),
        (500, {"status": "error", "message": "x"}),
        (429, {"status": "error", "message": "x"}),
        (401, {"status": "error", "message": "x"}),
        (201, []),
        *((201, {**MADE, "href": href}) for href in (None, "", 7, "javascript:alert(1)", "/pay")),
        (201, {**MADE, "transactionId": "../refund"}),
        (302, {}),
    ],
)
def test_what_is_not_known_is_no_answer_and_holds_no_secret(answer):
    found = Teller(answer).payments.create_payment(payment_ask(), try_number=1)
    assert isinstance(found, NoAnswer)
    assert SECRET not in found.reason


def test_a_refusal_is_a_failure():
    teller = Teller((400, {"status": "error", "message": "ada@shop.example is wrong"}))
    answer = teller.payments.create_payment(payment_ask(), try_number=1)
    assert answer == CreatePaymentFailure(code="invalid_request", try_number=1)


def test_a_page_whose_answer_was_lost_is_given_up_without_asking():
    teller = Teller()
    answer = teller.payments.recover_payment(payment_ask(), try_number=1)
    assert answer == CreatePaymentFailure(code="answer_lost", try_number=1)


@pytest.mark.parametrize(("status", "settled"), [("ok", True), ("pending", False)])
def test_a_refund_is_accepted_and_ok_is_settled(status, settled):
    teller, payment = Teller((201, {"status": status, "transactionId": REFUND})), payment_ask()
    ask = refund_ask(payment, TRANSACTION, amount=2500)
    answer = teller.payments.refund(ask)
    assert isinstance(answer, Accepted)
    assert (answer.outcome.provider_reference, answer.outcome.amount.amount) == (REFUND, 2500)
    assert (answer.settled is not None) is settled
    assert teller.asked[0].url.path == f"/payments/{TRANSACTION}/refund"
    assert teller.asked[0].headers["checkout-transaction-id"] == TRANSACTION
    stamp = f"{ask.order}.{ask.payment}.{ask.correlation_id}.1"
    assert teller.body()["refundStamp"] == stamp


@pytest.mark.parametrize(
    "answer",
    [(201, {"status": "fail", "transactionId": REFUND}), (422, {"status": "error", "message": ""})],
)
def test_a_refund_that_failed_is_a_failure_whatever_its_http_status(answer):
    found = Teller(answer).payments.refund(refund_ask(payment_ask(), TRANSACTION))
    assert type(found).__name__ == "CreateRefundFailure"


def test_a_refund_without_an_answer_is_never_posted_again():
    teller, ask = Teller(LOST), refund_ask(payment_ask(), TRANSACTION)
    answers = [teller.payments.refund(ask) for _ in range(3)]
    assert all(isinstance(one, NoAnswer) for one in answers)
    assert len(teller.asked) == 1
    assert isinstance(teller.payments.find_refund(ask), NoAnswer)
    # What was answered with no is known not to be there, so that staff can try again.
    assert teller.payments.find_refund(replace(ask, refused=True)) is None


def test_a_refund_that_never_left_us_is_posted_again():
    teller = Teller(
        httpx2.ConnectError("refused"), (201, {"status": "ok", "transactionId": REFUND})
    )
    ask = refund_ask(payment_ask(), TRANSACTION)
    assert isinstance(teller.payments.refund(ask), NoAnswer)
    assert isinstance(teller.payments.refund(ask), Accepted)


def test_the_public_test_merchants_are_test_and_all_others_live():
    ours = [
        PaytrailPayments(account, SECRET, public_url="https://shop.example")
        for account in (ACCOUNT, "695861", "123456")
    ]
    assert [one.live for one in ours] == [False, False, True]


@pytest.mark.parametrize(("account", "secret"), [("", SECRET), (ACCOUNT, " ")])
def test_an_empty_account_or_secret_does_not_start(account, secret):
    with pytest.raises(ValueError, match="must not be empty"):
        PaytrailPayments(account, secret, public_url="https://shop.example")
