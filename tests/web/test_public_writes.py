"""Every write that anybody may press is counted per visitor; new doors are in it by themselves."""

from typing import Any

import pytest
from werkzeug.routing import Rule

from adapters.postgres.connections import Connections
from adapters.postgres.working.rate_limits import Hit, RateLimits
from tests.conftest import Database
from tests.kits.product import SHOP, Product, open_shop, wish
from tests.kits.url_table import WRITES, address, methods, name_of, writes
from web.api.orders import ORDERS_A_MINUTE

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}
# What is not counted per visitor, and why.
SIGNED = "/webhooks/"  # providers, who sign; SumUp's unsigned ones have a limit of their own


@pytest.fixture(scope="module")
def full() -> tuple[Product, str]:
    """A product at its limits, which nobody may change any more, and its paid order."""
    product = open_shop()
    product.app.config["WTF_CSRF_ENABLED"] = False
    order = product.paid().rpartition("/")[2]
    product.limits.tight = True
    return product, order


@pytest.mark.parametrize("rule", writes(), ids=name_of)
def test_a_write_is_counted_or_asks_who_you_are(full: tuple[Product, str], rule: Rule):
    product, order = full
    path, head = address(rule, order=order), product.parts.store.head()
    for method in WRITES & methods(rule):
        answer = product.app.test_client().open(path, method=method, environ_base=ELSEWHERE)
        assert product.parts.store.head() == head
        if rule.rule.startswith(SIGNED):
            assert answer.status_code in (400, 404)
        elif answer.status_code != 401:
            assert answer.status_code == 429, answer.text
            assert int(answer.headers["Retry-After"]) == 17


def test_what_is_over_the_limit_is_a_problem_and_places_nothing(product: Product):
    product.limits.tight = True
    size = product.parts.store.head()
    answer = product.client.post(f"{SHOP}/orders", json=wish(), environ_base=ELSEWHERE)
    assert (answer.status_code, answer.json["type"]) == (429, "/problems/too-many-requests")
    assert answer.headers["Retry-After"] == "17"
    assert product.parts.store.head() == size


@pytest.mark.parametrize(
    ("role", "shop", "status"),
    [
        ("staff", "winterfest", 201),
        ("staff", None, 201),
        ("admin", None, 201),
        ("staff", "summerfest", 429),
        ("auditor", None, 429),
    ],
)
def test_staff_of_the_shop_are_not_counted(
    product: Product, role: str, shop: str | None, status: int
):
    product.limits.tight = True
    headers = product.token(role, shop=shop)
    answer = product.client.post(
        f"{SHOP}/orders", json=wish(), headers=headers, environ_base=ELSEWHERE
    )
    assert answer.status_code == status


def test_programs_at_home_are_not_counted_but_what_a_proxy_sends_is(product: Product):
    product.limits.tight = True
    assert product.place().status_code == 201
    sent = {"X-Forwarded-For": "192.0.2.7"}
    answer = product.client.post(f"{SHOP}/orders", json=wish(), headers=sent)
    assert answer.status_code == 429


def place_from(product: Product, address: str) -> int:
    free = wish(lines=[{"product": "helper", "quantity": 0}])
    answer = product.client.post(f"{SHOP}/orders", json=free, environ_base={"REMOTE_ADDR": address})
    return int(answer.status_code)


def test_the_limit_holds_across_processes_and_per_visitor(database: Database):
    houses: list[tuple[Product, Connections]] = []
    for _ in range(2):
        connections, product = Connections(database.app), open_shop()
        object.__setattr__(product.parts, "limits", RateLimits(connections))
        houses.append((product, connections))
    answers = [
        place_from(houses[one % 2][0], "192.0.2.1") for one in range(2 * ORDERS_A_MINUTE + 1)
    ]
    assert answers.count(429) >= 1
    assert answers.count(422) >= ORDERS_A_MINUTE  # no more are let through but in a new window
    assert place_from(houses[0][0], "192.0.2.2") == 422
    for _, connections in houses:
        connections.close()


class Keys:
    """Lets everybody through and remembers whom it counted."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Hit:
        self.seen.append(key)
        return Hit(limit, per_seconds)


def visitors(*addresses: str) -> int:
    product, keys = open_shop(), Keys()
    object.__setattr__(product.parts, "limits", keys)
    for one in addresses:
        place_from(product, one)
    assert not any(one in key for one in addresses if one for key in keys.seen)
    return len({*keys.seen})


def test_whoever_has_one_address_of_a_network_has_them_all():
    assert visitors("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff") == 1
    assert visitors("2001:db8::1", "2001:db8:0:1::1") == 2
    assert visitors("192.0.2.1", "::ffff:192.0.2.1") == 1
    assert visitors("192.0.2.1", "192.0.2.2") == 2
    assert visitors("fe80::1%eth0", "fe80::1") == 1
    assert visitors("", "unix:") == 2


def test_who_came_cannot_be_found_out_by_trying_every_address():
    seen = []
    for secret in ("one installation's secret, long enough", "another one's secret, long enough"):
        product, keys = open_shop(), Keys()
        object.__setattr__(product.parts, "limits", keys)
        product.app.config["SECRET_KEY"] = secret
        place_from(product, "192.0.2.1")
        seen.append(keys.seen[0])
    assert seen[0] != seen[1]


def test_who_repeats_an_order_is_answered_while_under_the_limit(product: Product):
    first: Any = product.place(key="k")
    assert product.place(key="k").json == first.json


def test_a_visitor_is_told_what_is_left(product: Product):
    answer = product.client.post(f"{SHOP}/orders", json=wish(), environ_base=ELSEWHERE)
    assert answer.headers["RateLimit-Policy"] == f'"orders";q={ORDERS_A_MINUTE};w=60'
    assert answer.headers["RateLimit"] == f'"orders";r={ORDERS_A_MINUTE - 1};t=60'
    product.limits.tight = True
    answer = product.client.post(f"{SHOP}/orders", json=wish(), environ_base=ELSEWHERE)
    assert (answer.status_code, answer.headers["RateLimit"]) == (429, '"orders";r=0;t=17')
    assert answer.headers["Retry-After"] == "17"
    assert "RateLimit" not in product.client.get(f"{SHOP}/products").headers
