"""What SumUp is asked, what its answers mean, and what is never asked twice."""

from datetime import UTC, datetime

import httpx2
import pytest

from adapters.providers.sumup import SumupDoor, SumupPayments
from adapters.providers.sumup.references import minor, number, read_reference, reference_of
from ledger.kernel.money import Money
from ledger.order.stamps import CreatePaymentFailure, CreatePaymentSuccess, CreateRefundFailure
from ledger.payments.provider import Accepted, BadMessage, NoAnswer
from tests.kits.stripe import payment_ask, refund_ask
from tests.kits.sumup import (
    API_KEY,
    CHECKOUT,
    MERCHANT,
    TRANSACTION,
    Teller,
    checkout,
    refund_event,
    transaction,
)

LOST = httpx2.ReadTimeout("too late")
GONE = httpx2.ConnectError("refused")
MADE_AT = datetime(2027, 1, 10, 12, 30, tzinfo=UTC)


def made(ask, **changed):
    return checkout(reference_of(ask, try_number=1), **changed)


def test_a_page_is_asked_for_in_major_units_with_a_reference_that_names_order_and_attempt():
    ask = payment_ask(amount=Money(1010, "EUR"), expires_at=datetime(2030, 1, 1, tzinfo=UTC))
    teller = Teller((201, made(ask, amount=10.1)))
    answer = teller.payments.create_payment(ask, try_number=1)
    assert answer == CreatePaymentSuccess(
        provider_reference=CHECKOUT,
        redirect_url=f"https://checkout.sumup.com/pay/{CHECKOUT}",
        expires_at=MADE_AT,
        try_number=1,
    )
    wish = teller.body()
    assert (wish["amount"], wish["currency"], wish["merchant_code"]) == (10.1, "EUR", MERCHANT)
    assert wish["hosted_checkout"] == {"enabled": True}
    assert wish["return_url"] == "https://shop.example/webhooks/sumup"
    assert wish["redirect_url"] == ask.return_url
    named = read_reference(wish["checkout_reference"])
    assert named is not None
    assert (named.order, named.attempt) == (ask.order, ask.correlation_id)
    assert len(wish["checkout_reference"]) <= 64


def test_a_page_that_was_made_before_is_found_and_used_again():
    ask = payment_ask()
    other = made(ask, checkout_reference="another", id="another")
    teller = Teller((409, {"error_code": "DUPLICATED_CHECKOUT"}), (200, [other, made(ask)]))
    answer = teller.payments.recover_payment(ask, try_number=1)
    assert isinstance(answer, CreatePaymentSuccess)
    assert answer.provider_reference == CHECKOUT
    listed = teller.asked[1]
    assert listed.url.params["checkout_reference"] == reference_of(ask, try_number=1)


@pytest.mark.parametrize(
    ("found", "code"),
    [({"status": "EXPIRED"}, "page_expired"), ({"amount": 1.0}, "amount_differs")],
)
def test_a_page_that_is_no_use_any_more_is_a_failure(found, code):
    ask = payment_ask()
    teller = Teller((409, {}), (200, [made(ask, **found)]))
    answer = teller.payments.create_payment(ask, try_number=1)
    assert answer == CreatePaymentFailure(code=code, try_number=1)


@pytest.mark.parametrize(
    "answers",
    [
        [LOST],
        [GONE],
        [(500, {})],
        [(401, {})],
        [(429, {})],
        [(302, {})],
        [(201, [])],
        [(201, None)],
        [(409, {}), (200, [])],
        [(409, {}), LOST, LOST],
    ],
)
def test_what_is_not_known_is_no_answer_and_holds_no_secret(answers):
    found = Teller(*answers).payments.create_payment(payment_ask(), try_number=1)
    assert isinstance(found, NoAnswer)
    assert API_KEY not in found.reason


def test_asking_is_not_repeated_but_looking_is():
    teller = Teller(LOST)
    teller.payments.create_payment(payment_ask(), try_number=1)
    assert len(teller.asked) == 1
    teller = Teller(LOST, (200, checkout("x")))
    assert teller.payments.page(CHECKOUT) is not None
    assert len(teller.asked) == 2


def test_a_refusal_is_a_failure_in_sumups_word():
    teller = Teller((400, [{"message": "Validation error", "error_code": "MISSING"}]))
    answer = teller.payments.create_payment(payment_ask(), try_number=1)
    assert answer == CreatePaymentFailure(code="missing", try_number=1)


@pytest.mark.parametrize("done", [(204, None), (201, {})])
def test_a_refund_is_proven_by_its_event(done):
    ask = refund_ask(payment_ask(), TRANSACTION, amount=1010)
    proof = (200, transaction(refund_event(7, amount=10.1)))
    teller = Teller((200, transaction()), done, proof)
    answer = teller.payments.refund(ask)
    assert isinstance(answer, Accepted)
    assert (answer.outcome.provider_reference, answer.outcome.amount) == (
        f"{TRANSACTION}/7",
        ask.amount,
    )
    assert answer.settled is not None
    path = f"/v1.0/merchants/{MERCHANT}/payments/{TRANSACTION}/refunds"
    assert teller.asked[1].url.path == path
    assert teller.body(1) == {"amount": 10.1}


def test_a_refund_that_shows_no_event_yet_is_not_known_and_found_later():
    ask = refund_ask(payment_ask(), TRANSACTION)
    teller = Teller((200, transaction()), (204, None), (200, transaction()))
    assert isinstance(teller.payments.refund(ask), NoAnswer)
    teller.answers = [(200, transaction(refund_event(7)))]
    assert isinstance(teller.payments.refund(ask), Accepted)
    assert [one.method for one in teller.asked].count("POST") == 1


def test_a_refund_without_an_answer_is_never_posted_again():
    ask = refund_ask(payment_ask(), TRANSACTION)
    teller = Teller((200, transaction()), LOST, (200, transaction()), (200, transaction()))
    for _ in range(3):
        assert isinstance(teller.payments.refund(ask), NoAnswer)
    assert [one.method for one in teller.asked].count("POST") == 1


def test_a_refund_that_never_left_us_is_posted_again():
    ask = refund_ask(payment_ask(), TRANSACTION)
    proof = (200, transaction(refund_event(7)))
    teller = Teller((200, transaction()), GONE, (200, transaction()), (204, None), proof)
    assert isinstance(teller.payments.refund(ask), NoAnswer)
    assert isinstance(teller.payments.refund(ask), Accepted)


def test_a_refund_that_the_ledger_knows_is_not_taken_for_this_one():
    ask = refund_ask(payment_ask(), TRANSACTION, known=frozenset({f"{TRANSACTION}/7"}), amount=1000)
    ten = [refund_event(number, amount=10.0) for number in (7, 8)]
    teller = Teller((200, transaction(ten[0])), (204, None), (200, transaction(*ten)))
    answer = teller.payments.refund(ask)
    assert isinstance(answer, Accepted)
    assert answer.outcome.provider_reference == f"{TRANSACTION}/8"


def test_a_refund_that_the_ledger_does_not_know_stands_in_the_way():
    teller = Teller((200, transaction(refund_event(7, amount=1.0))))
    answer = teller.payments.refund(refund_ask(payment_ask(), TRANSACTION))
    assert answer == CreateRefundFailure(code="refunded_elsewhere", try_number=1)
    assert [one.method for one in teller.asked] == ["GET"]


def test_a_refused_refund_is_a_failure_in_sumups_word():
    teller = Teller((200, transaction()), (409, {"error_code": "NOT_ENOUGH_BALANCE"}))
    answer = teller.payments.refund(refund_ask(payment_ask(), TRANSACTION))
    assert answer == CreateRefundFailure(code="not_enough_balance", try_number=1)


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([], type(None)),
        ([refund_event(7, amount=1.0)], type(None)),
        ([refund_event(7, status="FAILED")], CreateRefundFailure),
        ([refund_event(7, status="FAILED"), refund_event(8)], Accepted),
        ([refund_event(7, status="PENDING")], Accepted),
    ],
)
def test_a_refund_is_looked_up_by_its_amount_among_those_unknown(events, kind):
    teller = Teller((200, transaction(*events)))
    found = teller.payments.find_refund(refund_ask(payment_ask(), TRANSACTION))
    assert isinstance(found, kind)
    if isinstance(found, Accepted) and events[0]["status"] == "PENDING":
        assert found.settled is None


@pytest.mark.parametrize(
    ("answers", "closed"),
    [
        ([(200, checkout("x", status="EXPIRED"))], True),
        ([(409, {}), (200, checkout("x", status="EXPIRED"))], True),
        ([(409, {}), (200, checkout("x", status="PAID"))], False),
        ([(404, {}), (404, {})], False),
        ([LOST], False),
    ],
)
def test_a_page_is_closed_unless_it_was_paid(answers, closed):
    assert Teller(*answers).payments.expire_payment(CHECKOUT) is closed


@pytest.mark.parametrize("cents", [0, 1, 10, 29, 57, 1010, 123456789, 999999999999])
@pytest.mark.parametrize("currency", ["EUR", "CLP"])
def test_amounts_are_exact_both_ways(cents, currency):
    assert minor(number(Money(cents, currency)), currency) == Money(cents, currency)


@pytest.mark.parametrize("wrong", [10.101, -1, True, None, "x", float("nan"), float("inf"), 1e300])
def test_what_is_no_amount_is_unreadable(wrong):
    with pytest.raises(BadMessage):
        minor(wrong, "EUR")


def test_live_and_test_are_told_by_the_key_or_the_setting():
    def live(key: str, *, sandbox: bool = False) -> bool:
        url = "https://shop.example"
        return SumupPayments(key, merchant_code="M", public_url=url, sandbox=sandbox).live

    assert live("sup_sk_1")
    assert not live("sk_test_1")
    assert not live("sup_sk_1", sandbox=True)


def test_an_empty_key_code_or_secret_does_not_start():
    with pytest.raises(ValueError, match="must not be empty"):
        SumupPayments(" ", merchant_code="M", public_url="https://s.example")
    with pytest.raises(ValueError, match="must not be empty"):
        SumupDoor(Teller().payments, webhook_secret=" ")


def test_a_page_that_was_made_before_and_is_paid_sends_nobody_to_pay_again():
    ask = payment_ask()
    teller = Teller((409, {}), (200, [made(ask, status="PAID", hosted_checkout_url=None)]))
    answer = teller.payments.recover_payment(ask, try_number=1)
    assert isinstance(answer, CreatePaymentSuccess)
    assert (answer.provider_reference, answer.redirect_url) == (CHECKOUT, ask.return_url)


@pytest.mark.parametrize("href", [None, "", 7, [], "javascript:alert(1)", "https://a b"])
def test_a_page_without_an_address_is_no_answer(href):
    ask = payment_ask()
    teller = Teller((201, made(ask) | {"hosted_checkout_url": href}))
    assert isinstance(teller.payments.create_payment(ask, try_number=1), NoAnswer)
