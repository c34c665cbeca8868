"""Whole journeys that the other files do not walk: declined, paid later, signed in, claimed."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.kernel.money import Money
from ledger.order.order import Order
from ledger.order.stamps import Paid, PaymentFailed, PaymentPending
from tests.kits.page_states import sign_in
from tests.kits.pages import World
from tests.web.pages.test_cart import orders
from tests.web.pages.test_cart_in_a_browser import choose, order
from tests.web.pages.test_in_a_browser import opened, served

BOTH = pytest.mark.parametrize(
    "scripts", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["scripts", "plain"]
)


@pytest.fixture
def world() -> Iterator[World]:
    for world in served(World()):
        world.bank.page = f"{world.base}/at/the/bank"
        yield world


def tell(world: World, stamp: PaymentFailed | PaymentPending | Paid) -> Order:
    """The provider's news of the last try to pay."""
    (found,) = orders(world)
    attempt = [*found.attempts][-1]
    return world.orders.record(found.id, stamp, correlation_id=attempt, actor="stripe")


def own_page(world: World) -> str:
    (found,) = orders(world)
    return f"{world.base}/winterfest/orders/{found.id}"


@BOTH
def test_declined_tried_again_and_paid_days_later(browser: Any, world: World, scripts: bool):
    page = opened(browser, 390, java_script_enabled=scripts)
    choose(page, world, "winterfest", weekend="2")
    page.get_by_role("button", name="Order from Winterfest").click()
    order(page)
    tell(world, PaymentFailed(provider_reference="pi_1", code="card_declined"))
    page.goto(own_page(world))
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/at/the/bank")
    (found,) = orders(world)
    assert len(found.attempts) == 1  # the page that is still open, and no second payable one
    world.clock.pass_by(minutes=1)
    tell(world, PaymentPending(provider_reference="pi_1"))
    page.goto(own_page(world))
    assert page.get_by_role("heading", name="Your payment is under way").is_visible()
    assert page.get_by_role("button", name="Try again").count() == 0
    world.clock.pass_by(days=2)
    tell(
        world,
        Paid(
            amount=Money(7000, "EUR"), provider="stripe", provider_reference="pi_1", method="bank"
        ),
    )
    page.goto(own_page(world))
    assert page.get_by_role("heading", name="your order is paid").is_visible()
    assert page.complaints == []
    page.context.close()


@BOTH
def test_what_a_guest_ordered_is_claimed_and_what_one_orders_signed_in_is_there(
    browser: Any, world: World, scripts: bool
):
    page = opened(browser, 390, java_script_enabled=scripts)
    choose(page, world, "winterfest", weekend="1")
    page.get_by_role("button", name="Order from Winterfest").click()
    order(page)
    (guest,) = orders(world)
    assert guest.terms.account is None
    page.goto(f"{world.base}/winterfest/")
    page.fill("input[name='buy.friday']", "1")
    page.get_by_role("button", name="Add to cart").click()
    page.wait_for_url("**/winterfest/cart*")
    sign_in(page, world, scripts=scripts)
    page.get_by_role("button", name="Add to my account").click()
    page.get_by_text("1 order was added to your account.").wait_for()
    assert page.locator(".to-cart .badge").inner_text().split()[0] == "1"
    page.goto(f"{world.base}/winterfest/cart")
    page.get_by_role("button", name="Order from Winterfest").click()
    order(page)
    page.goto(f"{world.base}/me")
    assert page.get_by_role("link", name="Winterfest 2027, order").count() == 2
    page.get_by_role("link", name="Cancel the order").first.click()
    page.get_by_role("button", name="Cancel the order").click()
    page.get_by_role("heading", name="cancelled").wait_for()
    assert sorted(one.alive for one in orders(world)) == [False, True]
    assert page.complaints == []
    page.context.close()
