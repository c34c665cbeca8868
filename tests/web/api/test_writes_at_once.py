"""Every write of the API, asked by eight at once over a real database: one effect, never a 500."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.postgres.ledger.recorder import PostgresStampRecorder
from ledger.audit.verify import verify
from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.kernel.money import Money
from ledger.order.stamps import Letter, ReceiptSendStarted, ReceiptSent
from tests.conftest import Database
from tests.kits.product import SHOP, Product, open_shop, wish

CROWD = 8


@pytest.fixture(scope="module")
def shared(module_database: Database) -> Iterator[Product]:
    product = open_shop(
        make=lambda clock: PostgresStampRecorder(module_database.app, clock=clock),
        lately=True,
        seats=1000,
    )
    product.token("staff", shop="winterfest")
    yield product
    assert [*verify(product.store.ledger.stored())] == []
    product.store.ledger.close()


class Write:
    """One call: its address, two bodies that ask different things, what one effect leaves."""

    def __init__(
        self, path: str, one: dict[str, Any], other: dict[str, Any] | None, *effects: str
    ) -> None:
        self.path, self.one, self.other, self.effects = path, one, other, effects


def staff(product: Product) -> dict[str, str]:
    return product.token("staff")


def order_of(address: str) -> UUID:
    return UUID(address.rpartition("/")[2])


def version(product: Product, address: str) -> int:
    return int(product.client.get(address).json["version"])


def nothing(product: Product) -> Write:
    kinds = ("OrderPlaced", "CreatePaymentRequest")
    lines = [{"product": "weekend", "quantity": 2}]
    return Write(f"{SHOP}/orders", wish(), wish(lines=lines), *kinds)


def payments(product: Product) -> Write:
    address, _ = product.placed()
    return Write(f"{address}/payments", {}, None, "CreatePaymentRequest")


def link(product: Product) -> Write:
    return Write(f"{product.paid()}/cancellation-requests", {}, None, "CancellationRequested")


def confirmation(product: Product) -> Write:
    address = product.paid()
    product.client.post(f"{address}/cancellation-requests")
    code = product.link(address)
    one, other = {"code": code}, {"code": code, "quote": 3500}
    effects = ("CreateRefundRequest", "CreateRefundSuccess", "Cancelled", "SeatsReleased")
    return Write(f"{address}/cancellation", one, other, *effects)


def four_tickets(product: Product) -> str:
    """The address of a paid order, of which single tickets can be cancelled."""
    address, attempt = product.placed(lines=[{"product": "weekend", "quantity": 4}])
    product.tell(address, attempt, amount=14000)
    return address


def some(pieces: int) -> list[dict[str, Any]]:
    return [{"product": "weekend", "quantity": pieces}]


GONE = ("CreateRefundRequest", "CreateRefundSuccess", "OrderAmended", "SeatsReleased")


def part(product: Product) -> Write:
    address = four_tickets(product)
    product.client.post(f"{address}/cancellation-requests")
    code = product.link(address)
    one, other = ({"code": code, "lines": some(pieces)} for pieces in (1, 2))
    return Write(f"{address}/cancellation", one, other, *GONE)


def part_by_staff(product: Product) -> Write:
    address = four_tickets(product)
    body = {"reason": "x", "version": version(product, address)}
    one, other = ({**body, "lines": some(pieces)} for pieces in (1, 3))
    return Write(f"{address}/cancel-part", one, other, *GONE)


def swap(product: Product) -> Write:
    address = four_tickets(product)
    body = {"reason": "x", "version": version(product, address), "take": some(2)}
    one, other = ({**body, "give": some(pieces)} for pieces in (3, 2))
    effects = ("OrderPlaced", "ManualRefund", "OrderAmended", "CreateRefundRequest")
    return Write(f"{address}/swap", one, other, *effects)


def refund(product: Product) -> Write:
    address = product.paid()
    body = {"method": "provider", "reason": "x", "version": version(product, address)}
    one, other = {**body, "amount": 1000}, {**body, "amount": 900}
    effects = ("CreateRefundRequest", "CreateRefundSuccess")
    return Write(f"{address}/refunds", one, other, *effects)


def refund_for_another_reason(product: Product) -> Write:
    address = product.paid()
    body = {"method": "provider", "amount": 500, "version": version(product, address)}
    one, other = {**body, "reason": "x"}, {**body, "reason": "y"}
    effects = ("CreateRefundRequest", "CreateRefundSuccess")
    return Write(f"{address}/refunds", one, other, *effects)


def refund_by_hand(product: Product) -> Write:
    address = product.paid()
    body = {"method": "manual", "reason": "x", "version": version(product, address)}
    return Write(f"{address}/refunds", body, {**body, "amount": 100}, "ManualRefund")


def refund_again(product: Product) -> Write:
    address = product.paid()
    product.provider.mood = "refuses"
    body = {"method": "provider", "reason": "x", "version": version(product, address)}
    product.client.post(f"{address}/refunds", json=body, headers=staff(product))
    product.provider.mood = "accepts"
    (refund,) = product.parts.orders.get(order_of(address)).refunds
    again = {**body, "retry": str(refund), "version": version(product, address)}
    effects = ("CreateRefundRequest", "CreateRefundSuccess")
    return Write(f"{address}/refunds", again, {**again, "reason": "y"}, *effects)


def cash(product: Product) -> Write:
    address, _ = product.placed()
    body = {"reason": "x", "version": version(product, address)}
    return Write(f"{address}/mark-paid", body, {**body, "reason": "y"}, "Paid")


def transfer(product: Product) -> Write:
    address, _ = product.placed()
    body = {"reason": "x", "version": version(product, address), "transfer": str(uuid4())}
    return Write(f"{address}/mark-paid", body, {**body, "reason": "y"}, "Paid")


def cancellation(product: Product) -> Write:
    address = product.paid()
    body = {"reason": "x", "version": version(product, address)}
    effects = ("Cancelled", "SeatsReleased")
    return Write(f"{address}/cancel", body, {**body, "reason": "y"}, *effects)


def cancellation_with_refund(product: Product) -> Write:
    address = product.paid()
    body = {"reason": "x", "version": version(product, address), "refund": True}
    effects = ("CreateRefundRequest", "CreateRefundSuccess", "Cancelled", "SeatsReleased")
    return Write(f"{address}/cancel", body, {**body, "refund": False}, *effects)


def letter(product: Product) -> Write:
    address = product.paid()
    (attempt,) = product.parts.orders.get(order_of(address)).attempts
    sent = ReceiptSent(letter=Letter.PAID, try_number=1, message_id="m", body_hash="h")
    for stamp in (ReceiptSendStarted(letter=Letter.PAID, try_number=1), sent):
        product.parts.orders.record(
            order_of(address), stamp, correlation_id=attempt, actor="worker"
        )
    body = {"reason": "x"}
    return Write(f"{address}/receipts", body, {"reason": "y"}, "ReceiptResendRequested")


def payment_correction(product: Product) -> Write:
    address, _ = product.placed()
    body = {"reason": "x", "version": version(product, address)}
    product.client.post(f"{address}/mark-paid", json=body, headers=staff(product))
    body = {"reason": "x", "version": version(product, address), "approver": "boss"}
    other = {**body, "approver": "chief"}
    return Write(f"{address}/mark-paid/withdraw", body, other, "PaymentWithdrawn")


def cancellation_correction(product: Product) -> Write:
    address, _ = product.placed()
    body = {"reason": "x", "version": version(product, address)}
    product.client.post(f"{address}/cancel", json=body, headers=staff(product))
    body = {"reason": "x", "version": version(product, address), "approver": "boss"}
    other = {**body, "approver": "chief"}
    return Write(f"{address}/cancel/withdraw", body, other, "CancellationWithdrawn")


def a_case(product: Product, kind: CaseKind, **told: Any) -> UUID:
    opened = CaseOpened(
        kind=kind,
        severity=Severity.CRITICAL,
        text="money",
        amount=Money(3500, "EUR"),
        provider="stripe",
        **told,
    )
    return product.parts.cases.open(opened, correlation_id=uuid4(), actor="test")


def nobodys_money(product: Product) -> UUID:
    reference = f"pi_{uuid4()}"
    return a_case(
        product, CaseKind.UNMATCHED_MONEY, account="acct_test", payment_reference=reference
    )


def assignment(product: Product) -> Write:
    (one, _), (other, _) = product.placed(), product.placed()
    first, second = (
        {"action": "assign", "reason": "x", "order": address.rpartition("/")[2]}
        for address in (one, other)
    )
    case = nobodys_money(product)
    effects = ("PaymentAssigned", "CaseResolved")
    return Write(f"/api/v1/cases/{case}/resolve", first, second, *effects)


def money_back(product: Product) -> Write:
    one, other = ({"action": word, "reason": "x"} for word in ("return", "close"))
    case = nobodys_money(product)
    return Write(f"/api/v1/cases/{case}/resolve", one, other, "CaseResolved")


def retried_case(product: Product) -> Write:
    address = product.paid()
    product.provider.mood = "refuses"
    body = {"method": "provider", "reason": "x", "version": version(product, address)}
    product.client.post(f"{address}/refunds", json=body, headers=staff(product))
    product.provider.mood = "accepts"
    (refund,) = product.parts.orders.get(order_of(address)).refunds
    case = a_case(product, CaseKind.REFUND_REFUSED, order=order_of(address), about=str(refund))
    one, other = ({"action": word, "reason": "x"} for word in ("retry", "close"))
    return Write(f"/api/v1/cases/{case}/resolve", one, other, "CaseResolved")


def closed_case(product: Product) -> Write:
    case = a_case(product, CaseKind.UNBOUND_FACT)
    one, other = ({"action": "close", "reason": word} for word in ("x", "y"))
    return Write(f"/api/v1/cases/{case}/resolve", one, other, "CaseResolved")


WRITES: dict[str, Callable[[Product], Write]] = {
    made.__name__: made
    for made in (
        nothing,
        payments,
        link,
        confirmation,
        part,
        part_by_staff,
        swap,
        refund,
        refund_for_another_reason,
        refund_by_hand,
        refund_again,
        cash,
        transfer,
        cancellation,
        cancellation_with_refund,
        letter,
        payment_correction,
        cancellation_correction,
        assignment,
        money_back,
        retried_case,
        closed_case,
    )
}


def ask_at_once(product: Product, path: str, bodies: list[Any], key: str | None) -> list[Any]:
    start, headers = Barrier(len(bodies)), staff(product)
    if key is not None:
        headers["Idempotency-Key"] = key

    def ask(body: Any) -> Any:
        client = product.app.test_client()
        start.wait()
        return client.post(path, json=body, headers=headers)

    with ThreadPoolExecutor(len(bodies)) as crowd:
        return [*crowd.map(ask, bodies)]


def effects_since(product: Product, position: int) -> Counter[str]:
    feed = product.store.ledger.feed(position, limit=10_000)
    return Counter(type(one.stamp).__name__ for one in feed)


@pytest.mark.parametrize("name", WRITES)
def test_the_same_key_and_body_at_once_is_one_wish(shared: Product, name: str):
    write = WRITES[name](shared)
    before = shared.store.ledger.head()[0]
    answers = ask_at_once(shared, write.path, [write.one] * CROWD, key=str(uuid4()))
    assert {one.status_code for one in answers} <= {200, 201, 202}, [one.json for one in answers]
    stamped = effects_since(shared, before)
    assert {one: stamped[one] for one in write.effects} == dict.fromkeys(write.effects, 1)


@pytest.mark.parametrize("name", WRITES)
def test_the_same_key_and_another_body_at_once_is_refused(shared: Product, name: str):
    write = WRITES[name](shared)
    if write.other is None:
        pytest.skip("this call takes nothing that could differ")
    before = shared.store.ledger.head()[0]
    bodies = [write.one, write.other] * (CROWD // 2)
    answers = ask_at_once(shared, write.path, bodies, key=str(uuid4()))
    granted = {
        str(body) for body, one in zip(bodies, answers, strict=True) if one.status_code < 300
    }
    assert len(granted) == 1, [(one.status_code, one.json) for one in answers]
    assert {one.status_code for one in answers} <= {200, 201, 202, 422}
    stamped = effects_since(shared, before)
    assert all(stamped[one] <= 1 for one in write.effects)


@pytest.mark.parametrize("name", [one for one in WRITES if one not in ("nothing", "payments")])
def test_without_a_key_at_once_is_one_effect(shared: Product, name: str):
    write = WRITES[name](shared)
    before = shared.store.ledger.head()[0]
    bodies = [write.one, write.other or write.one] * (CROWD // 2)
    answers = ask_at_once(shared, write.path, bodies, key=None)
    statuses = {one.status_code for one in answers}
    assert statuses & {200, 202}, statuses
    assert statuses <= {200, 202, 403, 409, 412, 429}, [one.json for one in answers]
    stamped = effects_since(shared, before)
    assert all(stamped[one] <= 1 for one in write.effects), stamped


def test_pages_asked_for_at_once_without_a_key_leave_one_open(shared: Product):
    address, _ = shared.placed()
    answers = ask_at_once(shared, f"{address}/payments", [{}] * CROWD, key=None)
    assert {one.status_code for one in answers} == {201}
    order = shared.parts.orders.get(order_of(address))
    pages = {one.session for one in order.attempts.values()}
    assert len(pages - {*shared.provider.expired}) == 1


def test_orders_placed_at_once_without_a_key_are_orders_of_their_own(shared: Product):
    answers = ask_at_once(shared, f"{SHOP}/orders", [wish()] * 4, key=None)
    assert [one.status_code for one in answers] == [201] * 4
    assert len({one.json["order"]["id"] for one in answers}) == 4


def test_parts_the_whole_and_refunds_at_once_return_no_more_than_came(shared: Product):
    """A part, the whole and money alone, by holder and by staff: one at a time, or refused."""
    address = four_tickets(shared)
    shared.client.post(f"{address}/cancellation-requests")
    code = shared.link(address)
    body = {"reason": "x", "version": version(shared, address)}
    wishes: list[tuple[str, dict[str, Any]]] = [
        ("cancellation", {"code": code, "lines": some(1)}),
        ("cancellation", {"code": code, "lines": some(3)}),
        ("cancellation", {"code": code}),
        ("cancel-part", {**body, "lines": some(2)}),
        ("cancel-part", {**body, "lines": some(4), "method": "manual"}),
        ("cancel", {**body, "refund": True}),
        ("refunds", {**body, "method": "provider"}),
        ("refunds", {**body, "method": "manual", "amount": 5000}),
    ]
    assert len(wishes) == CROWD
    start, headers = Barrier(CROWD), staff(shared)

    def ask(wish: tuple[str, dict[str, Any]]) -> int:
        path, sent = wish
        client = shared.app.test_client()
        start.wait()
        return int(client.post(f"{address}/{path}", json=sent, headers=headers).status_code)

    with ThreadPoolExecutor(CROWD) as crowd:
        statuses = [*crowd.map(ask, wishes)]
    assert 200 in statuses
    assert {*statuses} <= {200, 403, 409, 412}, statuses
    order = shared.parts.orders.get(order_of(address))
    assert order.refunded + order.refund_pending <= order.received
    assert all(0 <= line.quantity <= 4 for line in order.lines)
    assert not order.alive or order.surplus.amount <= 0
