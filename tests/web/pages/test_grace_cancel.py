from datetime import timedelta
from uuid import UUID

import pytest

from ledger.order.order import Order
from ledger.order.stamps import OrderPlaced
from ledger.order.status import Status, status
from tests.kits.pages import MEMBER, World, address, hidden, press

CHOSEN = "/winterfest/checkout?buy.weekend=2"
OFFER = "Cancel the order now"


@pytest.fixture
def world() -> World:
    return World(grace_period=3600)


def bought(world: World) -> Order:
    """An authorized order, placed with this world's browser."""
    page = world.browser.get(CHOSEN).text
    key = hidden(page, "key")
    press(world.browser, page, "/winterfest/checkout", **MEMBER, key=key, **{"buy.weekend": "2"})
    placed = world.store.find(UUID(key), OrderPlaced)
    assert placed is not None
    return world.authorize(world.orders.get(placed.stream))


def test_an_authorized_order_says_that_nothing_is_charged_yet(world):
    page = world.browser.get(address(bought(world)) + "?paid=1").text
    assert "Thank you, your payment is authorized" in page
    assert "Your bank keeps €70.00 ready" in page
    assert "Nothing is charged before 21 November 2026 at 12:30" in page
    assert "We are waiting for the confirmation" not in page
    assert "The payment of €70.00 was authorized." in page


def test_the_browser_that_placed_it_can_cancel_at_once(world):
    order = bought(world)
    page = world.browser.get(address(order)).text
    assert OFFER in page
    token = hidden(page, "modification_token")
    to = f"{address(order)}/cancel-at-once"
    answer = press(world.browser, page, to, modification_token=token)
    assert (answer.status_code, answer.location) == (303, address(order))
    assert status(world.orders.get(order.id)) is Status.CANCELLED
    after = world.browser.get(address(order)).text
    assert "Nothing was charged. Your bank may show the amount as reserved" in after
    assert OFFER not in after


def test_the_page_says_how_many_seconds_are_left(world):
    order = bought(world)
    world.clock.pass_by(minutes=59, seconds=58, milliseconds=700)
    page = world.browser.get(address(order)).text
    assert 'role="timer" data-left="2" hidden' in page


def test_nobody_else_is_offered_it_and_without_the_token_nothing_happens(world):
    order = bought(world)
    stranger = world.app.test_client()
    page = stranger.get(address(order)).text
    assert OFFER not in page
    assert "modification_token" not in page
    mine = world.browser.get(address(order)).text
    to = f"{address(order)}/cancel-at-once"
    assert world.browser.post(to, data={"modification_token": "x"}).status_code == 400  # no CSRF
    assert press(world.browser, mine, to, modification_token="x").status_code == 401
    other = hidden(world.browser.get(address(bought(world))).text, "modification_token")
    assert press(world.browser, mine, to, modification_token=other).status_code == 401
    assert world.orders.get(order.id).alive


def test_after_the_grace_period_it_is_not_offered_and_a_late_press_says_so(world):
    order = bought(world)
    page = world.browser.get(address(order)).text
    token = hidden(page, "modification_token")
    world.clock.pass_by(hours=1)
    assert OFFER not in world.browser.get(address(order)).text
    to = f"{address(order)}/cancel-at-once"
    answer = press(world.browser, page, to, modification_token=token)
    assert answer.status_code == 409
    assert "Too late to cancel" in answer.text
    assert world.orders.get(order.id).alive


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "Peru tilaus nyt"), ("sv", "Avboka beställningen nu"), ("en", OFFER)],
)
def test_it_is_offered_in_every_language(world, language, words):
    assert words in world.browser.get(f"{address(bought(world))}?lang={language}").text


def test_a_shop_that_captures_at_once_offers_nothing_to_the_browser_it_remembers():
    world = World()
    order = bought(world)
    assert OFFER not in world.browser.get(address(order)).text
    with world.browser.session_transaction() as session:
        assert session["placed"] == [str(order.id)]


def test_a_browser_remembers_its_last_orders_only(world):
    orders = [bought(world) for _ in range(6)]
    offered = [OFFER in world.browser.get(address(one)).text for one in orders]
    assert offered == [False, True, True, True, True, True]
    world.clock.pass_by(seconds=timedelta(hours=1).total_seconds())
    assert OFFER not in world.browser.get(address(orders[-1])).text
