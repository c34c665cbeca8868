"""A shop that was cancelled or moved, as customers see it, and what they choose."""

from datetime import timedelta
from typing import Any

import pytest

from ledger.kernel.events import derived
from ledger.order.commands import CancelWithShop, MoveWithShop
from ledger.order.order import Order
from ledger.order.stamps import Cause
from tests.kits.pages import World, address

CODE = "k" * 43
WHY = {"en": "The hall is flooded.", "fi": "Sali on veden vallassa."}


def moved(world: World, order: Order, *, days: int = 20, code: str = CODE) -> str:
    """The page of the link that the letter has."""
    until = world.clock() + timedelta(days=days)
    start = world.shops.newest("winterfest").terms.starts_at + timedelta(days=30)
    shop = world.shops.move(
        "winterfest",
        starts_at=start,
        reason=WHY,
        refunds_until=until,
        actor="test",
        at=world.clock(),
    )
    assert shop.change is not None
    wish = MoveWithShop(
        correlation_id=derived(shop.change.id, str(order.id)),
        actor="worker",
        at=world.clock(),
        move=shop.change.id,
        starts_at=start,
        reason=WHY,
        refunds_until=until,
        code=code,
    )
    world.orders.handle(order.id, wish)
    return f"{address(order)}/choose/{code}"


def press(world: World, link: str, choice: str) -> Any:
    page = world.browser.get(link).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    return world.browser.post(link, data={"csrf_token": token, "choice": choice})


def test_looking_decides_nothing_and_shows_both_dates_and_the_money():
    world = World()
    link = moved(world, world.a_paid_order())
    head = world.store.head()
    page = world.browser.get(link)
    assert page.status_code == 200
    assert "The hall is flooded." in page.text
    assert "€70.00" in page.text
    assert world.store.head() == head


def test_keeping_is_stamped_once_and_ends_the_choice():
    world = World()
    order = world.a_paid_order()
    link = moved(world, order)
    answer = press(world, link, "keep")
    assert answer.status_code == 303
    page = world.browser.get(answer.location)
    assert "You keep your order" in page.text
    assert 'name="choice"' not in page.text
    assert world.orders.get(order.id).alive


def test_the_money_goes_back_whole_and_the_order_ends():
    world = World(fee_percent="10", period_days=1)
    order = world.a_paid_order()
    link = moved(world, order)
    world.clock.pass_by(days=10)  # the time to cancel by policy is over
    answer = press(world, link, "refund")
    assert answer.status_code == 303
    assert "The refund of €70.00 was accepted" in world.browser.get(answer.location).text
    after = world.orders.get(order.id)
    assert (after.alive, after.cancelled_cause) == (False, Cause.SHOP_MOVED)
    assert after.refund_pending == after.received


def test_after_its_date_it_is_kept():
    world = World()
    order = world.a_paid_order()
    link = moved(world, order)
    page = world.browser.get(link).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    world.clock.pass_by(days=20)
    late = world.browser.post(link, data={"csrf_token": token, "choice": "refund"})
    assert late.status_code == 409
    assert "stays valid for the new date" in late.text
    assert world.orders.get(order.id).alive


def test_another_code_opens_nothing():
    world = World()
    order = world.a_paid_order()
    moved(world, order)
    other = world.browser.get(f"{address(order)}/choose/{'x' * 43}")
    assert other.status_code == 403
    assert "€70.00" not in other.text


def test_a_newer_move_makes_the_older_link_void():
    world = World()
    order = world.a_paid_order()
    older = moved(world, order)
    newer = moved(world, order, code="n" * 43)
    assert world.browser.get(older).status_code == 403
    assert world.browser.get(newer).status_code == 200


def test_the_order_page_and_the_api_tell_the_new_start():
    world = World()
    order = world.a_paid_order()
    moved(world, order)
    page = world.browser.get(address(order)).text
    assert "was moved" in page
    assert "The hall is flooded." in page
    assert "the link is in the letter" in page
    told: Any = world.browser.get(f"/api/v1/shops/winterfest/orders/{order.id}").json
    start = world.shops.newest("winterfest").terms.starts_at
    assert told["starts_at"] == start.isoformat().replace("+00:00", "Z")


def called_off(world: World, order: Order) -> None:
    shop = world.shops.cancel("winterfest", reason=WHY, actor="test")
    assert shop.change is not None
    wish = CancelWithShop(
        correlation_id=derived(shop.change.id, str(order.id)),
        actor="worker",
        at=world.clock(),
        reason="The hall is flooded.",
    )
    world.orders.handle(order.id, wish)


@pytest.mark.parametrize(("language", "said"), [("en", WHY["en"]), ("fi", WHY["fi"])])
def test_the_shop_says_that_and_why_it_does_not_take_place(language, said):
    world = World()
    world.shops.cancel("winterfest", reason=WHY, actor="test")
    page = world.browser.get(f"/winterfest/?lang={language}").text
    assert said in page
    assert "Continue" not in page


def test_nothing_can_be_ordered_and_the_api_says_why():
    world = World()
    world.shops.cancel("winterfest", reason=WHY, actor="test")
    listed: Any = world.browser.get("/api/v1/shops/winterfest/products").json
    assert listed["products"] == []
    assert (listed["shop"]["cancelled"], listed["shop"]["notice"]) == (True, WHY["en"])
    wish = {
        "lines": [{"product": "weekend", "quantity": 1}],
        "customer": {"first_name": "A", "last_name": "B", "email": "a@example.org"},
        "language": "en",
    }
    answer = world.browser.post(
        "/api/v1/shops/winterfest/orders", json=wish, headers={"Idempotency-Key": "k" * 20}
    )
    told: Any = answer.json
    assert (answer.status_code, told["type"]) == (409, "/problems/shop-cancelled")
    assert told["reason"] == WHY


def test_the_order_page_tells_why_and_what_happens_to_the_money():
    world = World()
    order = world.a_paid_order()
    called_off(world, order)
    page = world.browser.get(address(order)).text
    assert "does not take place" in page
    assert "The hall is flooded." in page
    assert "all the money that you paid goes back" in page
