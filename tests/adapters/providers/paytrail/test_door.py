"""What Paytrail's signed queries mean to an order, in any order and at any address."""

from dataclasses import replace
from itertools import permutations
from urllib.parse import urlencode
from uuid import UUID, uuid4

import httpx2
import pytest

from adapters.providers.named_ids import named_ids
from adapters.providers.paytrail import PaytrailDoor
from adapters.providers.paytrail.client import signature
from adapters.providers.paytrail.references import payment_stamp
from ledger.inbox.receive import receive
from ledger.order.commands import ProviderAccount, RequestPayment
from ledger.order.order import Order
from ledger.order.stamps import Paid
from ledger.order.status import status
from ledger.payments.payment_pages import PageState
from ledger.payments.provider import BadMessage, ProviderAway, start_payment, start_refund
from tests.kits import worlds
from tests.kits.paytrail import (
    ACCOUNT,
    DOOR,
    MADE,
    NOW,
    SECRET,
    TRANSACTION,
    Teller,
    target,
)
from tests.kits.worlds import World
from tests.ledger.order.test_next_step import cancel

REFUND = "258ad3a5-9711-44c3-be65-64a0ef462ba3"


SPEC = replace(worlds.SPEC, preferences=replace(worlds.PREFERENCES, provider="paytrail"))
ACCOUNTS = {"paytrail": ProviderAccount(name=ACCOUNT, live=False)}
LOST = httpx2.ReadTimeout("too late")


class Selling:
    """An order with a page at Paytrail."""

    def __init__(self) -> None:
        self.world = World(SPEC)
        self.find = lambda provider, reference: None
        self.teller = Teller((201, MADE))
        self.order_id = self.world.place(accounts=ACCOUNTS).id
        (self.attempt,) = self.order.attempts
        start_payment(
            self.world.orders,
            self.teller.payments,
            self.order_id,
            self.attempt,
            return_url="https://shop.example/orders/1",
        )

    @property
    def order(self) -> Order:
        return self.world.orders.get(self.order_id)

    def told(self, kind: str = "callback", *, at: UUID | None = None, **changed: object) -> bytes:
        asked = self.teller.body(0)
        told = {
            "amount": asked["amount"],
            "stamp": asked["stamp"],
            "reference": asked["reference"],
            "transaction_id": TRANSACTION,
            "status": "ok",
            "provider": "nordea",
        }
        named = {name: value for name, value in {**told, **changed}.items() if value is not None}
        return target("winterfest", at or self.order_id, kind, **named)

    def deliver(self, *messages: bytes) -> None:
        for message in messages:
            for report in DOOR.read(message, {}, now=NOW):
                receive(
                    report,
                    orders=self.world.orders,
                    cases=self.world.cases,
                    find=self.find,
                    evidence="ab" * 32,
                    at=self.world.clock(),
                )


@pytest.fixture
def selling():
    made = Selling()
    yield made
    made.world.close()


def test_redirect_and_callback_several_times_are_one_payment(selling):
    selling.deliver(*[selling.told("redirect"), selling.told("callback")] * 3)
    assert status(selling.order) == "PAID"
    assert selling.world.stamps().count("Paid") == 1
    assert selling.world.cases_opened() == []


@pytest.mark.parametrize("news", [*permutations(["pending", "fail", "ok"])])
def test_paid_is_paid_whatever_came_before_or_after(selling, news):
    selling.deliver(*(selling.told(status=one) for one in news))
    assert status(selling.order) == "PAID"


@pytest.mark.parametrize(
    ("told", "word"), [("pending", "PENDING"), ("delayed", "PENDING"), ("fail", "FAILED")]
)
def test_what_is_not_paid_has_its_word(selling, told, word):
    selling.deliver(selling.told(status=told))
    assert status(selling.order) == word


def test_a_failed_page_is_closed_so_that_the_next_try_has_its_own(selling):
    selling.deliver(selling.told(status="fail"))
    assert not selling.order.attempts[selling.attempt].open


def test_a_valid_query_at_another_orders_address_moves_neither(selling):
    other = selling.world.place("other", accounts=ACCOUNTS).id
    selling.deliver(selling.told(at=other))
    assert not selling.order.received
    assert not selling.world.orders.get(other).received
    (case,) = selling.world.cases_opened()
    assert "different orders" in case.text


@pytest.mark.parametrize(
    "changed",
    [
        {"account": "695861"},
        {"reference": "202700000000"},
        {"stamp": "somebody-elses"},
        {"stamp": f"{uuid4()}.{uuid4()}.1"},
    ],
)
def test_what_differs_from_what_was_asked_is_a_case(selling, changed):
    selling.deliver(selling.told(**changed))
    assert not selling.order.received
    assert [case.kind for case in selling.world.cases_opened()] == ["unmatched_money"]


@pytest.mark.parametrize("kind", ["redirect", "callback"])
def test_a_stamp_that_is_not_ours_differs_though_the_payment_is_known(selling, kind):
    selling.find = lambda provider, reference: selling.order_id
    selling.deliver(selling.told(kind, stamp="somebody-elses"))
    assert not selling.order.received
    (case,) = selling.world.cases_opened()
    assert (case.kind, case.order) == ("unmatched_money", selling.order_id)


def test_without_any_stamp_the_payment_that_is_known_is_paid(selling):
    selling.find = lambda provider, reference: selling.order_id
    selling.deliver(selling.told(stamp=None))
    assert status(selling.order) == "PAID"


def test_the_transaction_of_one_attempt_never_pays_another_of_the_same_order(selling):
    selling.deliver(selling.told(status="fail"))
    again = RequestPayment(
        correlation_id=uuid4(),
        actor="customer",
        at=selling.world.clock(),
        provider="paytrail",
        account=ACCOUNT,
        live=False,
    )
    selling.world.orders.handle(selling.order_id, again)
    stamp = payment_stamp(selling.order_id, again.correlation_id, try_number=1)
    selling.deliver(selling.told(stamp=stamp))
    assert not selling.order.received
    assert "another attempt" in selling.world.cases_opened()[0].text


def test_a_smaller_amount_is_received_and_not_enough(selling):
    selling.deliver(selling.told(amount=100))
    assert status(selling.order) == "PENDING"
    assert selling.order.received.amount == 100


def test_a_status_that_nobody_knows_tells_nothing(selling):
    selling.deliver(selling.told(status="authorization-hold"))
    assert status(selling.order) == "PENDING"


def refunding(selling, *answers):
    """The customer cancels; Paytrail is asked for the money. Returns the refund's stamp."""
    selling.deliver(selling.told())
    cancel(selling.world)
    selling.teller.answers += answers
    start_refund(
        selling.world.orders,
        selling.teller.payments,
        selling.order_id,
        selling.world.id("wish"),
        at=selling.world.clock(),
    )
    return selling.teller.body()["refundStamp"]


def test_a_refund_whose_answer_was_lost_is_settled_by_its_callback(selling):
    stamp = refunding(selling, LOST)
    assert status(selling.order) == "REFUND_REQUESTED"
    told = selling.told("refund", stamp=stamp, transaction_id=REFUND)
    selling.deliver(told, told)
    assert status(selling.order) == "REFUNDED"
    assert selling.order.refunded == selling.order.due


def test_a_refund_that_failed_its_first_checks_has_no_transaction(selling):
    stamp = refunding(selling, LOST)
    selling.deliver(selling.told("refund", stamp=stamp, transaction_id=None, status="fail"))
    assert status(selling.order) == "REFUND_FAILED"
    assert selling.order.alive


@pytest.mark.parametrize("answer", ["ok", "pending"])
def test_a_refund_that_failed_after_all_has_failed_in_any_order(selling, answer):
    stamp = refunding(selling, (201, {"status": answer, "transactionId": REFUND}))
    news = [
        selling.told("refund", stamp=stamp, transaction_id=REFUND, status=one)
        for one in ("fail", "ok", "pending")
    ]
    selling.deliver(*news)
    assert not selling.order.refunded
    assert status(selling.order) == "REFUND_FAILED"


def test_a_failure_of_an_unanswered_refund_cancels_nothing(selling):
    stamp = refunding(selling, LOST)
    selling.deliver(selling.told("refund", stamp=stamp, transaction_id=REFUND, status="fail"))
    assert status(selling.order) == "REFUND_FAILED"
    assert selling.order.alive


def test_a_payments_query_at_the_refund_address_is_no_refund(selling):
    selling.deliver(selling.told())
    selling.deliver(selling.told("refund"))
    assert not selling.order.refunded
    assert len(selling.world.cases_opened()) == 1


def test_the_stored_message_tells_the_same_again(selling):
    message = selling.told()
    first, again = DOOR.read(message, {}, now=NOW), DOOR.reread(message)
    assert first == again
    assert isinstance(first[0].fact, Paid)


def test_sha_512_is_read_too(selling):
    asked = selling.teller.body(0)
    message = target(
        "winterfest",
        selling.order_id,
        "callback",
        algorithm="sha512",
        amount=asked["amount"],
        stamp=asked["stamp"],
        reference=asked["reference"],
        transaction_id=TRANSACTION,
        status="ok",
    )
    selling.deliver(message)
    assert status(selling.order) == "PAID"


def looked_up(selling, status, **changed):
    """Paytrail is asked what became of the page."""
    asked = selling.teller.body(0)
    told = {key: asked[key] for key in ("amount", "currency", "stamp", "reference")}
    told |= {"transactionId": TRANSACTION, "status": status, "provider": "nordea", **changed}
    selling.teller.answers = [(200, told)]
    return selling.teller.payments.page(TRANSACTION)


def test_a_page_that_is_looked_up_tells_what_its_callback_would_have_told(selling):
    page = looked_up(selling, "ok")
    assert (page.state, page.order, page.attempt) == (
        PageState.COMPLETE,
        selling.order_id,
        selling.attempt,
    )
    assert DOOR.reread(page.news.body) == DOOR.reread(selling.told())
    request = selling.teller.asked[-1]
    assert (request.method, request.url.path) == ("GET", f"/payments/{TRANSACTION}")
    assert request.headers["checkout-transaction-id"] == TRANSACTION


@pytest.mark.parametrize(
    ("status", "state", "facts"),
    [
        ("new", PageState.OPEN, []),
        ("pending", PageState.COMPLETE, ["PaymentPending"]),
        ("delayed", PageState.COMPLETE, ["PaymentPending"]),
        ("fail", PageState.EXPIRED, ["PaymentFailed", "PaymentExpired"]),
        ("authorization-hold", PageState.COMPLETE, []),
    ],
)
def test_each_status_that_is_looked_up_has_its_state(selling, status, state, facts):
    page = looked_up(selling, status)
    told = DOOR.reread(page.news.body) if page.news else []
    assert (page.state, [type(one.fact).__name__ for one in told]) == (state, facts)


def test_what_cannot_be_looked_up_is_told_apart_from_what_is_not_there(selling):
    selling.teller.answers = [(404, {"status": "error", "message": ""})]
    assert selling.teller.payments.page(TRANSACTION) is None
    for status_code in (500, 429, 401):
        selling.teller.answers = [(status_code, {})]
        with pytest.raises(ProviderAway):
            selling.teller.payments.page(TRANSACTION)


@pytest.mark.parametrize(
    "answer",
    [
        *((200, {}), (200, {"status": "ok"}), (200, {"status": 7, "stamp": []}), (200, [])),
        *((400, {"status": "error"}), (409, {}), (422, {}), (200, {"transactionId": "another"})),
    ],
)
def test_a_page_that_nobody_can_read_is_news_that_names_it(selling, answer):
    selling.teller.answers = [answer]
    page = selling.teller.payments.page(TRANSACTION)
    assert page.state is PageState.UNREADABLE
    assert named_ids(page.news.body).object == TRANSACTION
    with pytest.raises(BadMessage):
        DOOR.reread(page.news.body)


def test_what_was_looked_up_does_not_come_in_at_the_door(selling):
    with pytest.raises(BadMessage):
        DOOR.check(looked_up(selling, "ok").news.body, {}, now=NOW)


def _hostile(selling) -> list[bytes]:
    good = selling.told()
    path, _, query = good.partition(b"?")
    return [
        b"",
        b"?",
        path,
        path + b"?" + query[:-1],
        path + b"?" + query + b"&checkout-amount=1",
        path + b"?" + query + b"&Checkout-Amount=1",
        path + b"?" + query + b"&signature=x",
        path + b"?" + query.replace(b"sha256", b"md5"),
        path + b"?" + query.replace(b"nordea", b"%ff"),
        path + b"?" + query.replace(b"checkout-provider=nordea&", b""),
        path + b"?" + b"a=1&" * 100 + query,
        b"\xff" + good,
        good.replace(b"/callback", b"/../callback"),
        good.replace(b"/callback", b"/other"),
        good + b"x" * 9000,
    ]


def test_anything_else_is_unreadable(selling):
    for message in _hostile(selling):
        with pytest.raises(BadMessage):
            DOOR.check(message, {}, now=NOW)


def test_a_line_feed_within_a_value_does_not_join_two_names():
    apart = {"checkout-a": "1", "checkout-algorithm": "sha256", "checkout-b": "2"}
    joined = {"checkout-a": "1", "checkout-algorithm": "sha256\ncheckout-b:2"}
    told = urlencode({**joined, "signature": signature(SECRET, apart)})
    with pytest.raises(BadMessage):
        DOOR.check(f"/webhooks/paytrail/s/o/callback?{told}".encode(), {}, now=NOW)


def test_an_empty_secret_does_not_start():
    with pytest.raises(ValueError, match="must not be empty"):
        PaytrailDoor(ACCOUNT, " ")


def test_what_another_shop_calls_its_order_is_kept_for_whoever_looks_for_the_payer():
    for kind, said, kept in (
        ("callback", "invoice 17", "invoice 17"),
        ("refund", "invoice 17", "invoice 17"),
        ("callback", "two\nlines", ""),
    ):
        message = target(
            "winterfest",
            uuid4(),
            kind,
            amount=100,
            stamp="theirs",
            reference=said,
            transaction_id=TRANSACTION,
            status="ok",
        )
        assert {one.payer_reference for one in DOOR.reread(message)} == {kept}
