"""Paytrail's redirects and callbacks, through the real door."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from ledger.order.order import Order
from ledger.order.status import status
from tests.kits.api_shop import winterfest
from tests.kits.paytrail import DOOR, MADE, TRANSACTION, Teller, target
from tests.kits.product import SHOP, Product, wish
from web.app import create_app


class AtPaytrail:
    """An order that is to be paid at Paytrail, and whoever comes to its addresses."""

    def __init__(self, product: Product) -> None:
        self.product, self.teller = product, Teller((201, MADE))
        spec = winterfest()
        spec = replace(spec, preferences=replace(spec.preferences, provider="paytrail"))
        product.parts.shops.import_shop(spec, actor="test", at=product.clock())
        parts = replace(
            product.parts, providers={"paytrail": self.teller.payments}, doors={"paytrail": DOOR}
        )
        self.client: Any = create_app(parts).test_client()
        answer: Any = self.client.post(f"{SHOP}/orders", json=wish()).json
        self.page = answer["payment"]["redirect_url"]
        self.order_id = UUID(answer["order"]["id"])

    @property
    def order(self) -> Order:
        return self.product.parts.orders.get(self.order_id)

    def address(self, kind: str, **changed: Any) -> str:
        asked = self.teller.body(0)
        told = {
            "amount": asked["amount"],
            "stamp": asked["stamp"],
            "reference": asked["reference"],
            "transaction_id": TRANSACTION,
            "status": "ok",
            "provider": "nordea",
        } | changed
        return target("winterfest", self.order_id, kind, **told).decode()


@pytest.fixture
def there(product: Product) -> AtPaytrail:
    return AtPaytrail(product)


def test_the_customer_is_sent_to_paytrail(there: AtPaytrail):
    assert there.page == MADE["href"]
    hooks = urlsplit(there.teller.body(0)["callbackUrls"]["success"]).path
    assert hooks == f"/webhooks/paytrail/winterfest/{there.order_id}/callback"


def test_whoever_comes_first_brings_the_payment_and_the_customer_sees_their_order(
    there: AtPaytrail,
):
    back = there.client.get(there.address("redirect"))
    assert (back.status_code, back.headers["Location"]) == (
        303,
        f"/winterfest/orders/{there.order_id}?paid=1",
    )
    assert status(there.order) == "PAID"
    assert there.client.get(there.address("callback")).status_code == 200
    assert there.order.received == there.order.due
    assert [*there.product.inbox.states.values()] == ["done", "done"]


def test_what_is_kept_is_the_address_as_it_was_asked_for(there: AtPaytrail):
    there.client.get(there.address("redirect"), headers={"User-Agent": "a customer's browser"})
    ((kept, _),) = there.product.inbox.states.items()
    message = there.product.inbox.open(kept)
    assert message is not None
    assert message.body.decode() == there.address("redirect")
    assert message.headers == {}
    assert there.product.parts.orders.history(there.order_id)[-1].evidence


@pytest.mark.parametrize("kind", ["redirect", "callback", "refund"])
def test_what_paytrail_did_not_sign_is_a_400_and_not_kept(there: AtPaytrail, kind: str):
    for address in (there.address(kind)[:-1], there.address(kind).partition("?")[0]):
        assert there.client.get(address).status_code == 400
    assert there.product.inbox.states == {}
    assert not there.order.received


def test_another_orders_address_moves_nothing_and_leads_nowhere(there: AtPaytrail):
    address = there.address("redirect").replace(f"{there.order_id}/", f"{uuid4()}/")
    assert there.client.get(address).status_code == 404
    assert not there.order.received
    assert [case.kind for case in there.product.parts.views.cases("open")] == ["unmatched_money"]


def test_only_its_own_addresses_are_there(there: AtPaytrail):
    assert there.client.post(there.address("callback")).status_code == 405
    assert there.client.get(there.address("nothing")).status_code == 404
