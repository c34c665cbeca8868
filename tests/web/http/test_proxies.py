"""Behind a proxy, visitors are still told apart; without one, nobody can pretend to be another."""

import pytest

from adapters.postgres.working.rate_limits import Hit
from tests.kits.product import Product, open_shop
from web.wiring.settings import SettingWrong, read_settings


class Visitors:
    """Lets everybody through and remembers who pressed."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def hit(self, key: str, *, per_seconds: int, limit: int) -> Hit:
        self.seen.add(key)
        return Hit(limit, per_seconds)


def visitors(proxies: int, *forwarded: str) -> int:
    """As how many visitors these count."""
    product: Product = open_shop(proxies=proxies)
    address, seen = product.paid(), Visitors()
    object.__setattr__(product.parts, "limits", seen)
    for one in forwarded:
        product.client.post(f"{address}/cancellation", headers={"X-Forwarded-For": one})
    return len(seen.seen)


def test_behind_a_proxy_each_visitor_has_an_allowance_of_their_own():
    assert visitors(1, "198.51.100.1", "198.51.100.2") == 2


def test_what_a_visitor_adds_in_front_is_not_believed():
    assert visitors(1, "1.1.1.1, 198.51.100.1", "2.2.2.2, 198.51.100.1") == 1


def test_without_a_proxy_the_header_is_not_believed():
    assert visitors(0, "198.51.100.1", "198.51.100.2") == 1


@pytest.mark.parametrize("proxies", [0, 1])
def test_nobody_becomes_an_insider_by_it(proxies):
    client = open_shop(proxies=proxies).client
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401


@pytest.mark.parametrize("text", ["-1", "many", "1.5", "100"])
def test_a_malformed_number_stops_the_start(text):
    with pytest.raises(SettingWrong, match=r"^STAMPLEDGER_PROXIES must be a whole number"):
        read_settings({"STAMPLEDGER_PROXIES": text})
