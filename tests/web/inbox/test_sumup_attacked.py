"""Thousands of forged messages: SumUp is asked a few times, and a real customer still gets in."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

import pytest

from adapters.postgres.working.rate_limits import Hit
from ledger.order.status import status
from tests.kits.product import Product
from tests.kits.sumup_shop import SumupShop, sumup_shop
from tests.kits.web_fakes import Clock
from web.app import create_app

FORGED = pytest.mark.parametrize("forged", [400, pytest.param(5000, marks=pytest.mark.slow)])


@dataclass
class LimitsByTheClock:
    """Counts in windows of time, as the database does."""

    clock: Clock
    hits: Counter[tuple[str, datetime]] = field(default_factory=Counter)

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Hit:
        since = self.clock().timestamp() // per_seconds * per_seconds
        window = (key, datetime.fromtimestamp(since, self.clock().tzinfo))
        self.hits[window] += 1
        return Hit(limit - self.hits[window], per_seconds)


@pytest.fixture
def shop(product: Product):
    with sumup_shop(product) as shop:
        shop.parts = replace(shop.parts, limits=LimitsByTheClock(product.clock))
        shop.client = create_app(shop.parts).test_client()
        yield shop


def looks(shop: SumupShop) -> int:
    return sum(call.startswith("GET /v0.1/checkouts/") for call in shop.sumup.calls)


def forge(shop: SumupShop, checkout: str) -> int:
    body = {"event_type": "CHECKOUT_STATUS_CHANGED", "id": checkout}
    return int(shop.client.post("/webhooks/sumup", json=body).status_code)


@FORGED
def test_made_up_checkouts_are_looked_for_sixty_times_a_minute(shop, forged):
    order = shop.buy()
    answers = Counter(forge(shop, str(uuid4())) for _ in range(forged))
    assert answers == {200: 60, 429: forged - 60}
    assert looks(shop) == 60
    shop.pay(order)
    shop.tell()  # the attack goes on, and the real message is heard
    assert status(shop.order(order.id)) == "PAID"
    shop.product.clock.move(minutes=1)
    assert forge(shop, str(uuid4())) == 200


@FORGED
def test_a_checkout_that_a_stranger_knows_is_looked_at_twenty_times_a_minute(shop, forged):
    order = shop.buy()
    (attempt,) = order.attempts.values()
    answers = Counter(forge(shop, attempt.session) for _ in range(forged))
    assert answers == {200: 20, 429: forged - 20}
    assert looks(shop) == 20
    assert shop.product.inbox.states == {}
    other = shop.buy()
    shop.pay(other)
    (paid,) = other.attempts.values()
    assert forge(shop, paid.session) == 200
    assert status(shop.order(other.id)) == "PAID"


def test_however_many_checkouts_a_stranger_knows_there_is_an_end(shop):
    shop.parts.limits.hits["sumup/known", shop.product.clock()] = 1199
    first, second = (next(iter(shop.buy().attempts.values())).session for _ in range(2))
    assert [forge(shop, one) for one in (first, second, first)] == [200, 429, 429]
    assert looks(shop) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"type": "checkouts.paid", "id": "evt_1", "object": {"type": "checkout", "id": "x"}},
        {"event_type": "CHECKOUT_STATUS_CHANGED", "id": "../merchants/x"},
        {"event_type": "CHECKOUT_STATUS_CHANGED", "id": ["x"]},
        {"event_type": "CHECKOUT_STATUS_CHANGED"},
    ],
)
def test_what_cannot_be_a_message_makes_us_ask_nothing(shop, body):
    for _ in range(50):
        assert shop.client.post("/webhooks/sumup", json=body).status_code == 400
    assert (looks(shop), shop.parts.limits.hits) == (0, {})
