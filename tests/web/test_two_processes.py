"""Two web processes over one database: what one changes, the other shows, under another tag."""

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from ledger.kernel.money import Money
from tests.conftest import Database
from tests.kits.counted_house import API, House, counted_house, placed, told
from web.app import create_app
from web.wiring.composition import assembled
from web.wiring.settings import read_settings


class Both:
    """The process that is counted, and another one."""

    def __init__(self, house: House, other: Any) -> None:
        self.house, self.other = house, other
        self.here = house.app.test_client()
        self.there = create_app(other).test_client()

    def later(self) -> None:
        """So much later that nobody shows anything from memory without asking."""
        for parts in (self.house.works.parts, self.other):
            parts.seats.committed()
            parts.shops.forget()


@pytest.fixture(scope="module")
def both(module_database: Database) -> Iterator[Both]:
    with ExitStack() as stack:
        house = stack.enter_context(counted_house(module_database))
        told_of = {
            "STAMPLEDGER_DATABASE_URL": module_database.app,
            "STAMPLEDGER_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
        }
        works = stack.enter_context(assembled(read_settings(told_of), readers=2))
        known = house.works.parts
        other = replace(
            works.parts, providers=known.providers, doors=known.doors, pages={}, books={}
        )
        yield Both(house, other)


def listed(client: Any, tag: str = "") -> Any:
    return client.get(f"{API}/products", headers={"If-None-Match": tag} if tag else {})


def first(answer: Any) -> Any:
    assert answer.status_code == 200, answer.status
    return answer.json["products"][0]


def test_the_same_list_has_the_same_tag_whoever_is_asked(both: Both):
    here, there = listed(both.here), listed(both.there)
    assert (here.data, here.headers["ETag"]) == (there.data, there.headers["ETag"])
    assert listed(both.there, here.headers["ETag"]).status_code == 304


def test_what_another_process_sold_out_is_told_under_another_tag(both: Both):
    before = listed(both.here)
    assert first(before)["available"] is True
    spec = both.house.spec
    now = both.other.clock()
    both.other.shops.import_shop(
        replace(spec, quotas={**spec.quotas, "quota-0": 1}), actor="test", at=now
    )
    placed(both.there, "ticket-0")
    both.later()
    after = listed(both.here, before.headers["ETag"])
    assert first(after)["available"] is False
    assert after.headers["ETag"] != before.headers["ETag"]
    assert listed(both.here, after.headers["ETag"]).status_code == 304


def test_a_price_that_another_process_changed_is_told_under_another_tag(both: Both):
    before, spec = listed(both.here), both.house.spec
    dearer = replace(spec.products[0], price=Money(9900, "EUR"))
    changed = replace(spec, products=(dearer, *spec.products[1:]))
    both.other.shops.import_shop(changed, actor="test", at=both.other.clock())
    both.later()
    after = listed(both.here, before.headers["ETag"])
    assert first(after)["price"] == 9900
    assert after.headers["ETag"] != before.headers["ETag"]


def test_an_order_is_told_as_another_process_left_it_and_only_that_is_read(both: Both):
    order = placed(both.here, "ticket-1")
    address = f"{API}/orders/{order['order']['id']}"
    assert both.here.get(address).json["status"] == "PENDING"
    told(both.there, order)
    both.house.asked.clear()
    assert both.here.get(address).json["status"] == "PAID"
    assert len(both.house.asked) == 1, both.house.asked
    assert both.here.get(address).data == both.there.get(address).data
