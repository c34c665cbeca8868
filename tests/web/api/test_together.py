"""Two who ask at once are served as if one had come after the other."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.kits.product import SHOP, Product, wish

AT_ONCE = 8


def at_once(ask: Callable[[Any], Any], product: Product) -> list[Any]:
    clients = [product.app.test_client() for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [*pool.map(ask, clients)]


def test_one_key_at_once_is_one_order(product: Product):
    def ask(client: Any) -> Any:
        headers = {"Idempotency-Key": "k"}
        return client.post(f"{SHOP}/orders", json=wish(), headers=headers)

    answers = at_once(ask, product)
    assert {one.status_code for one in answers} == {201}
    assert len({one.json["order"]["id"] for one in answers}) == 1


def test_the_last_seats_are_sold_once(product: Product):
    def ask(client: Any) -> Any:
        lines = [{"product": "sauna", "quantity": 1}]
        return client.post(f"{SHOP}/orders", json=wish(lines=lines))

    answers = at_once(ask, product)
    assert Counter(one.status_code for one in answers) == {201: 2, 409: AT_ONCE - 2}


def test_confirming_at_once_refunds_once(product: Product):
    address = product.paid()
    product.client.post(f"{address}/cancellation-requests")
    code = product.link(address)

    def ask(client: Any) -> Any:
        return client.post(f"{address}/cancellation", json={"code": code})

    # Who was as fast as the first is told the same; who came later, that the link was used.
    assert 200 in (statuses := {one.status_code for one in at_once(ask, product)})
    assert statuses <= {200, 403}
    assert product.client.get(address).json["money"]["refund_pending"] == 3500
    stamps = product.client.get(f"{address}/stamps", headers=product.token("staff")).json["stamps"]
    types = Counter(one["type"] for one in stamps)
    assert (types["CREATE_REFUND_REQUEST"], types["CREATE_REFUND_SUCCESS"]) == (1, 1)


def test_news_at_once_is_one_payment(product: Product):
    address, attempt = product.placed()
    answers = at_once(lambda _: product.tell(address, attempt), product)
    assert {one.status_code for one in answers} == {200}
    assert product.client.get(address).json["money"]["received"] == 3500
    assert set(product.inbox.states.values()) == {"done"}
