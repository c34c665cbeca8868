"""The price changed between looking and ordering: nothing is ordered, and it is asked again."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.shop.service import Shops
from tests.kits.api_shop import winterfest
from tests.kits.pages import MEMBER, World, hidden, press
from tests.kits.pages_shop import winterfest as on_the_pages
from tests.kits.product import SHOP, Product, wish


def dearer(product: Product, price: int = 9900) -> None:
    """Another process imports the shop with another price."""
    spec = winterfest()
    held = [
        replace(one, price=Money(price, "EUR")) if one.slug == "weekend" else one
        for one in spec.products
    ]
    spec = replace(spec, products=tuple(held), quotas={"weekend": 50, "sauna": 2})
    Shops(product.store).import_shop(spec, actor="cli", at=product.clock())


def test_an_order_of_another_price_than_was_expected_is_refused_with_both_sums(product: Product):
    dearer(product)
    answer = product.client.post(f"{SHOP}/orders", json=wish() | {"expected_total": 3500})
    told = answer.json
    assert (answer.status_code, told["type"]) == (409, "/problems/price-changed")
    assert (told["expected_total"], told["total"], told["currency"]) == (3500, 9900, "EUR")
    placed = product.client.post(f"{SHOP}/orders", json=wish() | {"expected_total": 9900})
    assert (placed.status_code, placed.json["order"]["total"]) == (201, 9900)


def test_a_key_that_met_another_price_serves_for_the_right_one(product: Product):
    dearer(product)
    key = {"Idempotency-Key": "8fdbf4cb-one"}
    for total, status in ((3500, 409), (9900, 201), (9900, 201)):
        body = wish() | {"expected_total": total}
        answer = product.client.post(f"{SHOP}/orders", json=body, headers=key)
        assert answer.status_code == status, answer.json


def test_what_is_no_price_is_refused(product: Product):
    wrongs: tuple[Any, ...] = (-1, 1.5, "3500", 2**60, [], None)
    for wrong in wrongs:
        answer = product.client.post(f"{SHOP}/orders", json=wish() | {"expected_total": wrong})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/invalid-body")


def changed(world: World, **changes: Any) -> None:
    """Another process imports the shop with another weekend, or without it."""
    spec = on_the_pages(world.shops.newest("winterfest").terms.cancellation)
    weekend = [replace(one, **changes) for one in spec.products if one.slug == "weekend"]
    others = [one for one in spec.products if one.slug != "weekend"]
    spec = replace(spec, products=(*(weekend if changes else ()), *others))
    Shops(world.store).import_shop(spec, actor="cli", at=world.clock())


def sent(world: World, page: str, language: str = "en", **bought: str) -> Any:
    world.browser.set_cookie("language", language)
    fields = {**MEMBER, "key": hidden(page, "key"), "shown": hidden(page, "shown"), **bought}
    return press(world.browser, page, "/winterfest/checkout", **fields)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["has changed from €70.00 to €198.00", "Order and pay €198.00"]),
        ("fi", ["oli 70,00\xa0€ ja on nyt 198,00\xa0€"]),
        ("sv", ["från 70,00\xa0€ till 198,00\xa0€"]),
    ],
)
def test_the_page_asks_again_with_everything_still_there(language: str, words: list[str]):
    world, chosen = World(), {"buy.weekend": "2"}
    page = world.browser.get("/winterfest/checkout?buy.weekend=2").text
    changed(world, price=Money(9900, "EUR"))
    again = sent(world, page, language, **chosen)
    assert again.status_code == 409
    for typed in MEMBER.values():
        assert typed in again.text
    assert hidden(again.text, "buy.weekend") == "2"
    for word in words:
        assert word in again.text
    placed = sent(world, again.text, language, **chosen)
    assert (placed.status_code, placed.location) == (303, world.bank.page)
    assert world.bank.asked[0].amount.amount == 19800


def test_what_became_free_or_costs_now_is_asked_about():
    for before, after in ((3500, 0), (0, 3500)):
        world = World()
        changed(world, price=Money(before, "EUR"))
        page = world.browser.get("/winterfest/checkout?buy.weekend=1").text
        changed(world, price=Money(after, "EUR"))
        assert sent(world, page, **{"buy.weekend": "1"}).status_code == 409
        assert world.bank.asked == []


def test_what_is_gone_is_said_and_the_rest_is_asked_again():
    world, chosen = World(), {"buy.weekend": "1", "buy.friday": "1"}
    page = world.browser.get("/winterfest/checkout?buy.weekend=1&buy.friday=1").text
    changed(world)
    again = sent(world, page, **chosen)
    assert again.status_code == 409
    assert "not on sale" in again.text
    assert 'name="buy.weekend"' not in again.text
    assert hidden(again.text, "buy.friday") == "1"
    assert sent(world, again.text, **{"buy.friday": "1"}).status_code == 303
