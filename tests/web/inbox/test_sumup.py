"""SumUp's messages at the door: they only say where to look, and SumUp says what it is."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2
import pytest

from adapters.providers.sumup.references import moment, reference_of
from ledger.cases.stamps import CaseOpened
from ledger.order.order import Order
from ledger.order.status import status
from ledger.payments.provider import BadMessage
from tests.kits.api_shop import winterfest
from tests.kits.product import SHOP, Product, wish
from tests.kits.sumup import CHECKOUT, MERCHANT, SECRET, Teller, checkout, tried
from tests.kits.web_fakes import ViewsInMemory
from web.app import create_app

TRIGGER = {"event_type": "CHECKOUT_STATUS_CHANGED", "id": CHECKOUT}


class KnownHere(ViewsInMemory):
    """Views that know of some objects whose they are."""

    def __init__(self, ledger: Any) -> None:
        super().__init__(ledger)
        self.known: dict[str, UUID] = {}

    def order_of(self, provider: str, reference: str) -> UUID | None:
        return self.known.get(reference)


class AtSumup:
    """An order of thirty-five euros that is to be paid at SumUp, and who comes to the door."""

    def __init__(self, product: Product) -> None:
        self.product, self.teller = product, Teller((201, self.shown("x")))
        spec = winterfest()
        spec = replace(spec, preferences=replace(spec.preferences, provider="sumup"))
        product.parts.shops.import_shop(spec, actor="test", at=product.clock())
        payments = self.teller.payments
        parts = replace(
            product.parts,
            providers={"sumup": payments},
            pages={"sumup": payments},
            doors={"sumup": self.teller.door},
            views=KnownHere(product.store.ledger),
        )
        self.views: KnownHere = parts.views  # type: ignore[assignment]
        self.client: Any = create_app(parts).test_client()
        answer: Any = self.client.post(f"{SHOP}/orders", json=wish()).json
        self.order_id = UUID(answer["order"]["id"])
        self.reference = self.teller.body(0)["checkout_reference"]

    @property
    def order(self) -> Order:
        return self.product.parts.orders.get(self.order_id)

    def cases(self) -> list[CaseOpened]:
        feed = self.product.store.feed(0, limit=1000)
        return [one.stamp for one in feed if isinstance(one.stamp, CaseOpened)]

    @staticmethod
    def shown(reference: str, **changed: Any) -> dict:
        return checkout(reference, amount=35.0, **changed)

    def tell(self, *answers: Any, body: Any = TRIGGER) -> int:
        """A message at the door; SumUp answers so when it is asked."""
        self.teller.answers = [*answers]
        answer = self.client.post("/webhooks/sumup", json=body)
        return int(answer.status_code)

    def signed(self, body: bytes) -> dict[str, str]:
        """The header of an event, signed now as SumUp signs it."""
        now = str(int(self.product.clock().timestamp()))
        right = hmac.new(SECRET.encode(), b"v1:" + now.encode() + b":" + body, hashlib.sha256)
        return {"X-SumUp-Webhook-Signature": f"t={now},v1={right.hexdigest()}"}

    def paid(self, *, amount: float = 35.0, **changed: Any) -> tuple[int, dict]:
        tries = [tried("FAILED", id="t-0", amount=35.0), tried("SUCCESSFUL", amount=amount)]
        return 200, self.shown(
            self.reference, **{"status": "PAID", "transactions": tries, **changed}
        )


@pytest.fixture
def there(product: Product) -> AtSumup:
    return AtSumup(product)


def test_a_message_makes_us_look_and_what_sumup_says_is_kept_and_stamped(there: AtSumup):
    assert there.tell(there.paid()) == 200
    assert status(there.order) == "PAID"
    ((kept, state),) = there.product.inbox.states.items()
    message = there.product.inbox.open(kept)
    assert state == "done"
    assert message is not None
    assert b"transactions" in message.body
    assert b"TEENSK4W2K" not in message.body
    assert there.teller.door.reread(message.body) == there.teller.door.reread(message.body)


@pytest.mark.parametrize("reference", ["invoice 17", "aGVsbG8.d29ybGQ.1"])
def test_a_reference_that_is_not_ours_differs_though_the_checkout_is_known(
    there: AtSumup, reference: str
):
    there.views.known[CHECKOUT] = there.order_id
    assert there.tell(there.paid(checkout_reference=reference)) == 200
    assert status(there.order) == "PENDING"
    (case,) = there.cases()
    assert (case.kind, case.order) == ("unmatched_money", there.order_id)


def test_a_checkout_that_is_known_is_paid_without_any_reference(there: AtSumup):
    there.views.known[CHECKOUT] = there.order_id
    assert there.tell(there.paid(checkout_reference=None)) == 200
    assert status(there.order) == "PAID"


def test_the_same_state_again_is_kept_once(there: AtSumup):
    assert [there.tell(there.paid()) for _ in range(3)] == [200] * 3
    assert len(there.product.inbox.states) == 1
    assert there.order.received == there.order.due


def test_a_failed_checkout_can_become_paid(there: AtSumup):
    failed = [tried("FAILED", id="t-0", amount=35.0)]
    there.tell((200, there.shown(there.reference, status="FAILED", transactions=failed)))
    assert status(there.order) == "FAILED"
    there.tell(there.paid())
    assert status(there.order) == "PAID"


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"status": "PENDING"}, "PENDING"),
        ({"status": "PENDING", "transactions": [tried("PENDING")]}, "PENDING"),
        ({"status": "FAILED"}, "FAILED"),
        ({"status": "EXPIRED"}, "FAILED"),
    ],
)
def test_each_state_has_its_word(there: AtSumup, changed: Any, word: str):
    assert there.tell((200, there.shown(there.reference, **changed))) == 200
    assert status(there.order) == word


@pytest.mark.parametrize(
    "changed", [{"merchant_code": "OTHER1"}, {"currency": "SEK"}, {"checkout_reference": "other"}]
)
def test_what_differs_from_what_was_asked_is_a_case(there: AtSumup, changed: Any):
    assert there.tell(there.paid(**changed)) == 200
    assert not there.order.received
    assert [case.kind for case in there.product.parts.views.cases("open")] == ["unmatched_money"]


def test_a_smaller_amount_is_received_and_not_enough(there: AtSumup):
    there.tell(there.paid(amount=1.0))
    assert there.order.received.amount == 100
    assert status(there.order) == "PENDING"


def test_a_made_up_checkout_is_looked_for_and_moves_nothing(there: AtSumup):
    assert there.tell((404, {}), body={**TRIGGER, "id": "made-up"}) == 200
    assert there.product.inbox.states == {}


def test_strangers_cannot_make_us_ask_without_end(there: AtSumup):
    there.product.limits.tight = True
    assert there.tell() == 429
    assert len(there.teller.asked) == 1


def test_when_sumup_is_away_the_message_is_to_come_again(there: AtSumup):
    away = httpx2.ConnectError("refused")
    assert there.tell(away, away) == 503
    assert there.tell(there.paid()) == 200
    assert status(there.order) == "PAID"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b'{"id": "evt_1", "type": "checkouts.paid", "object": {"id": "x", "type": "checkout"}}',
        json.dumps({**TRIGGER, "id": "../me"}).encode(),
        json.dumps({**TRIGGER, "id": 7}).encode(),
        b'{"event_type": "x", "payload": {"checkout_id": null}}',
    ],
)
def test_anything_else_is_a_400_and_asks_nobody(there: AtSumup, body: bytes):
    answer = there.client.post("/webhooks/sumup", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert len(there.teller.asked) == 1
    assert there.product.inbox.states == {}


@pytest.mark.parametrize(
    "body",
    [
        b"hello",
        b"[]",
        b'"text"',
        b'{"type": "checkouts.paid"}',
        b'{"id": "evt_1", "type": "checkouts.paid", "object": {"id": 7, "type": "checkout"}}',
        b'{"id": "evt_1", "type": "checkouts.paid", "payload": {"checkout_id": "../me"}}',
    ],
)
def test_a_signed_event_that_nobody_understands_is_kept_and_asks_nobody(
    there: AtSumup, body: bytes
):
    answer = there.client.post("/webhooks/sumup", data=body, headers=there.signed(body))
    assert answer.status_code == 200
    ((kept, state),) = there.product.inbox.states.items()
    message = there.product.inbox.open(kept)
    assert (state, message and message.body) == ("waiting", body)
    assert len(there.teller.asked) == 1
    forged = there.signed(body + b" ")
    assert there.client.post("/webhooks/sumup", data=body, headers=forged).status_code == 400


def test_the_customer_who_comes_back_sees_the_payment_before_any_message(there: AtSumup):
    there.teller.answers = [there.paid()]
    page = there.client.get(f"/winterfest/orders/{there.order_id}?paid=1")
    assert page.status_code == 200
    assert "Thank you" in page.text
    assert status(there.order) == "PAID"


def test_a_page_that_waits_does_not_ask_without_end(there: AtSumup):
    there.product.limits.tight = True
    assert there.client.get(f"/winterfest/orders/{there.order_id}?paid=1").status_code == 200
    there.product.limits.tight = False
    away = httpx2.ConnectError("refused")
    there.teller.answers = [away, away]
    assert there.client.get(f"/winterfest/orders/{there.order_id}?paid=2").status_code == 200
    assert status(there.order) == "PENDING"


def test_a_reference_names_what_it_was_made_for(there: AtSumup):
    (attempt,) = there.order.attempts
    ask = type("Ask", (), {"order": there.order_id, "correlation_id": attempt})()
    assert there.reference == reference_of(ask, try_number=1)
    assert there.order.attempts[attempt].account == MERCHANT


UNREAD: list[tuple[int, Any]] = [
    (200, []),
    (200, "hello"),
    (200, {"id": CHECKOUT, "status": "PAID", "currency": 7, "checkout_reference": "x"}),
    (200, {"id": CHECKOUT, "status": "PAID", "transactions": {"a": 1}}),
    (200, {"id": ["x"], "status": "PAID"}),
    (200, {"status": "PAID", "id": CHECKOUT, "transactions": [{"id": "t", "amount": "many"}]}),
]


@pytest.mark.parametrize("answer", UNREAD, ids=str)
def test_an_answer_that_cannot_be_read_is_kept_and_waits_for_the_worker(
    there: AtSumup, answer: tuple[int, Any]
):
    """Asked for twice: a list or a text is looked at once more."""
    assert there.tell(answer, answer) == 200
    ((kept, state),) = there.product.inbox.states.items()
    message = there.product.inbox.open(kept)
    assert state == "waiting"
    assert message is not None
    assert CHECKOUT.encode() in message.body
    with pytest.raises(BadMessage):
        there.teller.door.reread(message.body)
    assert there.tell(answer, answer) == 200
    assert len(there.product.inbox.states) == 1


def test_a_time_beyond_the_calendar_is_none():
    assert moment("0001-01-01T00:00:00+14:00") is None
