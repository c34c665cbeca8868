"""How many statements a request takes: what is read for each line or twice is seen here at once."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import Database
from tests.kits.counted_house import ADA, API, House, counted_house, paid, placed, seen, told
from web.actions.cancel import send_link
from web.actions.wish import Wish

TOKEN = re.compile(r'name="(csrf_token|key|shown)"[^>]*value="([^"]*)"')

FIELD = re.compile(r'name="(csrf_token|amount)"[^>]*value="([^"]*)"')


@pytest.fixture(scope="module")
def house(module_database: Database) -> Iterator[House]:
    with counted_house(module_database) as made:
        yield made


def test_a_shop_with_a_dozen_products_costs_one_look_at_its_seats(house: House):
    assert house.fewest(lambda client, _: seen(client, f"{API}/products")) == 1, house.asked
    assert house.fewest(lambda client, _: seen(client, "/winterfest/")) == 1, house.asked


def test_the_list_of_shops_costs_one_statement(house: House):
    assert house.fewest(lambda client, _: seen(client, "/")) == 1, house.asked


def test_an_order_is_one_append_and_a_paid_one_two(house: House):
    """The first statement counts the visitor; the provider's answer is an append of its own."""
    assert house.fewest(lambda client, _: placed(client, "free")) == 2, house.asked
    twelve = [f"ticket-{number}" for number in range(12)]
    assert house.fewest(lambda client, _: placed(client, *twelve)) == 3, house.asked


def test_news_of_a_payment_is_one_look_one_commit_and_one_hint(house: House):
    """It is kept, stamped and done in the same transaction, and the worker is woken once."""
    count = house.fewest(told, before=placed)
    assert count == 2, house.asked
    look, commit = house.asked
    assert look.startswith("select")
    assert {"insert_stamps", "inbox_keep", "commit"} <= {*commit.split(" + ")}
    assert house.hints == 1


def test_news_to_another_process_is_the_order_more(house: House):
    """Which page it came by, the order tells: nobody looks for it in the rows beside."""

    def elsewhere(client: Any) -> dict[str, Any]:
        order = placed(client)
        house.works.parts.orders.forget(UUID(order["order"]["id"]))
        return order

    assert house.fewest(told, before=elsewhere) == 3, house.asked
    look, order, commit = house.asked
    assert "provider_references" in look
    assert "ledger.stamps" in order
    assert {"insert_stamps", "inbox_keep", "commit"} <= {*commit.split(" + ")}


def test_news_that_says_nothing_new_is_one_commit_and_wakes_nobody(house: House):
    """A repeat is evidence, too. Whether it is one, the ledger says, not what is remembered."""
    count = house.fewest(told, before=paid)
    assert count == 3, house.asked
    assert ["insert into" in one for one in house.asked] == [False, False, True]
    assert house.hints == 0


@pytest.mark.parametrize("address", [f"{API}/orders/{{}}", "/winterfest/orders/{}"])
def test_an_order_is_read_once(house: House, address: str):
    count = house.fewest(
        lambda client, order: seen(client, address.format(order["order"]["id"])), before=paid
    )
    assert count == 1, house.asked


def test_a_checkout_looks_once_whether_it_was_sent_before(house: House):
    link = "/winterfest/checkout?buy.ticket-0=1"
    assert house.fewest(lambda client, _: seen(client, link)) == 1, house.asked

    def form(client: Any) -> dict[str, str]:
        tokens = dict(TOKEN.findall(client.get(link).text))
        return {**tokens, "buy.ticket-0": "1", **ADA}

    def press(client: Any, typed: dict[str, str]) -> None:
        answer = client.post("/winterfest/checkout", data=typed)
        assert answer.status_code == 303, answer.text

    assert house.fewest(press, before=form) == 4, house.asked


def test_a_cancellation_by_pages_reads_its_order_once_a_page(house: House):
    """A press is counted; the first asks for the order's key, which seals the link's code."""

    def order_page(client: Any) -> str:
        return f"/winterfest/orders/{paid(client)['order']['id']}"

    def form(client: Any, address: str) -> dict[str, str]:
        return dict(FIELD.findall(client.get(address).text))

    def ask(client: Any, page: tuple[str, dict[str, str]]) -> None:
        address, fields = page
        assert client.post(address, data=fields).status_code == 303

    def asking(client: Any) -> tuple[str, dict[str, str]]:
        address = f"{order_page(client)}/cancel"
        return address, form(client, address)

    def linked(client: Any) -> str:
        page, parts = order_page(client), house.works.parts
        wish = Wish(correlation_id=uuid4(), actor="customer", at=parts.clock())
        link = send_link(parts, UUID(page.rpartition("/")[2]), wish).newest_link
        assert link is not None
        return f"{page}/cancel/{link.code}"

    def confirming(client: Any) -> tuple[str, dict[str, str]]:
        link = linked(client)
        return link, form(client, link)

    explained = house.fewest(lambda client, at: seen(client, f"{at}/cancel"), before=order_page)
    assert explained == 1, house.asked
    assert house.fewest(ask, before=asking) == 4, house.asked
    assert house.fewest(seen, before=linked) == 1, house.asked
    assert house.fewest(ask, before=confirming) == 5, house.asked


def test_a_cancellation_is_read_once_and_its_refund_is_three_appends(house: House):
    """The wish with its intent, the provider's answer, and what we decide because of it."""

    def ready(client: Any) -> tuple[str, str]:
        order = paid(client)["order"]["id"]
        asked = client.post(f"{API}/orders/{order}/cancellation-requests", json={})
        assert asked.status_code == 202
        link = house.works.parts.orders.get(UUID(order)).newest_link
        return f"{API}/orders/{order}/cancellation", link.code

    def confirm(client: Any, ready: tuple[str, str]) -> None:
        address, code = ready
        answer = client.post(address, json={"code": code})
        assert answer.json["refund"] == "accepted", answer.text

    assert house.fewest(confirm, before=ready) == 5, house.asked
