from uuid import UUID, uuid4

import pytest

from tests.kits.product import SIGNED, Product


def states(product: Product) -> list[str]:
    return [*product.inbox.states.values()]


def test_a_payment_is_kept_stamped_and_done(product: Product):
    address, attempt = product.placed()
    assert product.tell(address, attempt).status_code == 200
    assert product.client.get(address).json["status"] == "PAID"
    assert states(product) == ["done"]


def test_the_stamp_names_its_evidence(product: Product):
    address = product.paid()
    paid = product.parts.orders.history(UUID(address.rpartition("/")[2]))[-1]
    assert paid.evidence is not None
    assert len(paid.evidence) == 64
    assert paid.actor == "provider:stripe"


def test_the_same_news_twice_is_one_payment(product: Product):
    address, attempt = product.placed()
    before = [product.tell(address, attempt).status_code for _ in range(2)]
    assert before == [200, 200]
    assert product.client.get(address).json["money"]["received"] == 3500


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"null", b"[" * 50_000])
def test_what_nobody_signed_is_a_400_and_not_kept(product: Product, body: bytes):
    for headers in ({}, {"X-Signature": "wrong"}):
        answer = product.client.post("/webhooks/stripe", data=body, headers=headers)
        assert (answer.status_code, answer.json["type"]) == (400, "/problems/bad-request")
    assert states(product) == []
    counted = product.client.get("/metrics").text
    assert 'stampledger_webhooks_total{door="stripe",result="unreadable"} 2.0' in counted


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"null", b"[" * 50_000])
def test_what_is_signed_and_cannot_be_read_is_kept_and_waits(product: Product, body: bytes):
    answer = product.client.post("/webhooks/stripe", data=body, headers=SIGNED)
    assert answer.status_code == 200
    assert states(product) == ["waiting"]
    (waiting,) = product.inbox.unfinished()
    message = product.inbox.open(waiting.id)
    assert message is not None
    assert message.body == body


def test_trouble_after_it_was_kept_is_ours_to_mend(product: Product):
    address, attempt = product.placed()
    product.store.cut = True
    assert product.tell(address, attempt).status_code == 200
    assert states(product) == ["waiting"]
    product.store.cut = False
    assert product.client.get(address).json["status"] == "PENDING"


def test_before_it_is_kept_the_provider_is_asked_to_come_again(product: Product):
    from ledger.kernel.store import LedgerUnavailable

    def gone(*_: object, **__: object) -> None:
        raise LedgerUnavailable("cut off")

    product.inbox.keep = gone  # type: ignore[method-assign, assignment]
    answer = product.tell(f"/{uuid4()}", str(uuid4()))
    assert (answer.status_code, answer.json["type"]) == (503, "/problems/unavailable")
    assert answer.headers["Retry-After"]


def test_a_provider_without_a_door_is_not_found(product: Product):
    assert product.client.post("/webhooks/paytrail").status_code == 404


def test_money_of_an_unknown_order_becomes_a_case(product: Product):
    assert product.tell(f"/{uuid4()}", str(uuid4())).status_code == 200
    assert [case.kind for case in product.parts.views.cases("open")] == ["unmatched_money"]


def test_too_much_is_received_and_flagged(product: Product):
    address, attempt = product.placed()
    product.tell(address, attempt, amount=4000)
    assert "overpaid" in product.client.get(address).json["flags"]
