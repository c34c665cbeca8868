"""The cart as a browser shows it: two shops, on a phone and at a desk, with and without scripts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.kits.pages import MEMBER, World
from tests.web.pages.test_cart import dearer, orders
from tests.web.pages.test_in_a_browser import opened, served

PLAIN = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.another_shop("summerfest")
    for world in served(made):
        # An address of ours: the browser follows it there, and gets an answer.
        world.bank.page = f"{world.base}/at/the/bank"
        yield world


def choose(page: Any, world: World, shop: str, **many: str) -> None:
    page.goto(f"{world.base}/{shop}/")
    for product, quantity in many.items():
        page.fill(f"input[name='buy.{product}']", quantity)
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("heading", name="Your cart").wait_for()


def order(page: Any, *, twice: bool = False) -> None:
    """Type and press; the payment page opens."""
    for name, value in MEMBER.items():
        page.locator(f"input[name={name}]").fill(value)
    button = page.get_by_role("button", name="Order and pay")
    button.dblclick() if twice else button.click()
    page.wait_for_url("**/at/the/bank")


def in_cart(page: Any, count: int) -> None:
    expect(page.locator(".to-cart .badge")).to_have_text(re.compile(rf"^\s*{count}\b"))


@PLAIN
def test_two_shops_one_after_the_other(browser: Any, world: World, scripts: bool):
    page = opened(browser, 390, java_script_enabled=scripts)
    choose(page, world, "winterfest", weekend="2")
    choose(page, world, "summerfest", friday="1")
    in_cart(page, 3)
    expect(page.get_by_text("€85.50")).to_be_visible()
    page.get_by_role("button", name="Order from Winterfest").click()
    order(page, twice=True)
    (first,) = orders(world)
    page.goto(f"{world.base}/winterfest/orders/{first.id}?paid=1")
    current = page.locator(".progress [aria-current=step]")
    assert current.inner_text() == "Confirmed"
    if scripts:
        world.pay(first)
        page.get_by_role("heading", name="Thank you, your order is paid").wait_for()
    else:
        assert page.locator("noscript meta[http-equiv=refresh]").count() == 1
        world.pay(first)
        page.get_by_role("link", name="Look now").click()
        page.get_by_role("heading", name="Thank you, your order is paid").wait_for()
    expect(current).to_have_count(0)
    page.get_by_role("link", name="Go on with your cart").click()
    expect(page.locator(".done .badge")).to_have_text("Paid")
    in_cart(page, 1)
    page.get_by_role("button", name="Order from Summerfest").click()
    order(page)
    assert [one.terms.shop_slug for one in orders(world)] == ["winterfest", "summerfest"]
    page.goto(f"{world.base}/")
    assert page.locator(".to-cart").count() == 0
    assert page.complaints == []
    page.context.close()


@PLAIN
def test_going_back_after_an_order_is_no_second_one(browser: Any, world: World, scripts: bool):
    page = opened(browser, 390, java_script_enabled=scripts)
    page.goto(f"{world.base}/winterfest/")
    page.fill("input[name='buy.weekend']", "2")
    page.get_by_role("button", name="Continue").click()
    order(page)
    (first,) = orders(world)
    world.pay(first)
    page.go_back()
    page.wait_for_load_state()
    again = page.get_by_role("button", name="Order and pay")
    if again.count():  # kept by the browser as it was left
        order_again = page.locator("input[name=first_name]")
        assert order_again.input_value() == "Aino"
        again.click()
        page.get_by_text("Nothing was ordered twice.").wait_for()
    else:  # asked for anew
        page.get_by_role("heading", name="Ordered from your cart").wait_for()
    assert len(orders(world)) == 1
    page.context.close()


@PLAIN
def test_what_sold_out_and_what_is_dearer_is_said_before_typing(
    browser: Any, world: World, scripts: bool
):
    page = opened(browser, 360, java_script_enabled=scripts)
    choose(page, world, "winterfest", weekend="2", friday="3")
    world.take_all_but(1, "friday")
    dearer(world, 9900)
    page.goto(f"{world.base}/winterfest/checkout")
    assert page.url.endswith("/winterfest/cart")
    assert page.get_by_text("Only 1 left. Choose fewer.").is_visible()
    assert page.get_by_text("it was €35.00 when you saw it last, it is €99.00 today").is_visible()
    assert page.get_by_role("button", name="Order from").count() == 0
    page.get_by_label("How many of Friday ticket", exact=True).fill("1")
    page.get_by_label("How many of Friday ticket", exact=True).press("Enter")
    page.get_by_role("button", name="Order from Winterfest").click()
    order(page)
    assert [one.due.amount for one in orders(world)] == [2 * 9900 + 1550]
    assert page.complaints == []
    page.context.close()


def test_a_quantity_typed_and_not_updated_is_ordered(browser: Any, world: World):
    page = opened(browser, 768)
    choose(page, world, "winterfest", weekend="2")
    page.get_by_role("button", name="One more: How many of Weekend").click()
    page.get_by_role("button", name="Order from Winterfest").click()
    expect(page.get_by_role("button", name="Order and pay €105.00")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Take out Weekend ticket").click()
    page.get_by_text("Your cart is empty.").wait_for()
    page.context.close()


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_nothing_is_wider_than_the_screen(browser: Any, world: World, language: str):
    """Each page is asked for once, and laid out anew for every screen."""
    page = opened(browser, 360)
    choose(page, world, "winterfest", weekend="2", friday="3")
    choose(page, world, "summerfest", weekend="1")
    world.take_all_but(1, "friday")
    dearer(world, 9900)
    for path in ("/cart", "/winterfest/", "/winterfest/cart", "/summerfest/checkout"):
        page.goto(f"{world.base}{path}?lang={language}")
        for width in (360, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert _untouchable(page) == [], (path, width)
    assert page.complaints == []
    page.context.close()


def _untouchable(page: Any) -> list[str]:
    """Controls without a name, or too small for a thumb (WCAG 2.2, 2.5.8), and ids given twice."""
    found: list[str] = page.evaluate("""() => {
        const named = (one) => one.innerText?.trim() || one.getAttribute("aria-label")
            || one.labels?.[0]?.innerText.trim();
        const seen = [...document.querySelectorAll("main button, main input:not([type=hidden])")]
            .filter((one) => one.offsetParent
                && !(one.ariaHidden === "true" && one.tabIndex === -1));
        const small = (one) => { const at = one.getBoundingClientRect();
            return at.width < 24 || at.height < 24; };
        const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
        return [...seen.filter((one) => !named(one) || small(one)).map((one) => one.outerHTML),
            ...ids.filter((one, at) => ids.indexOf(one) !== at)];
    }""")
    return found
