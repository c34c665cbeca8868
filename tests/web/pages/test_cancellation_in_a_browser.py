"""Parts are cancelled and moved shops answered in a browser: phone and desk, keys alone too."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.kits.pages import World, address
from tests.web.pages.test_choice import moved
from tests.web.pages.test_in_a_browser import opened, served
from tests.web.pages.test_parts import comes_in

SCREENS = [(360, True), (1280, False), pytest.param(360, False, marks=pytest.mark.slow)]


@pytest.fixture
def world() -> Iterator[World]:
    yield from served(World(parts=True, fee_percent="10"))


def reach(page: Any, name: str) -> None:
    """Go on by the tabulator key until the button of this name has the focus."""
    button = page.get_by_role("button", name=name)
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"no way to {name} by keys")


def as_wide_as(page: Any, width: int) -> bool:
    page.wait_for_load_state()
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    return wide <= width and page.complaints == []


@pytest.mark.parametrize(("width", "scripts"), SCREENS)
def test_one_of_two_tickets_is_cancelled_after_the_other_came_in(browser, world, width, scripts):
    order = comes_in(world, world.issue(world.a_paid_order()), 2)
    page = opened(browser, width, java_script_enabled=scripts)
    page.goto(f"{world.base}{address(order)}")
    page.get_by_role("link", name="Cancel tickets: how it works").click()
    page.get_by_role("heading", name="Cancel tickets?").wait_for()
    assert as_wide_as(page, width)
    link = world.a_link(order)
    page.goto(f"{world.base}{link}?pieces-0=2#quote")
    assert page.get_by_text("Choose fewer").is_visible()
    assert page.get_by_role("button", name="Confirm withdrawal").count() == 0
    assert as_wide_as(page, width)
    page.goto(f"{world.base}{link}")
    assert page.get_by_text("€31.50").first.is_visible()
    assert as_wide_as(page, width)
    reach(page, "Confirm withdrawal")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="The tickets are cancelled").wait_for()
    assert as_wide_as(page, width)
    assert [one.number for one in world.orders.get(order.id).valid_tickets] == [2]
    page.context.close()


@pytest.mark.parametrize(("width", "scripts"), SCREENS)
def test_the_ticket_that_is_ticked_is_the_one_that_goes(browser, world, width, scripts):
    order = world.issue(world.a_paid_order())
    page = opened(browser, width, java_script_enabled=scripts)
    page.goto(f"{world.base}{world.a_link(order)}")
    page.get_by_label("Ticket 1").focus()
    page.keyboard.press("Space")
    assert page.get_by_label("Ticket 1").is_checked()
    reach(page, "Show what is returned")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Cancel these tickets?").wait_for()
    given_up = page.get_by_text("Tickets that stop being valid").locator("xpath=..")
    expect(given_up).to_have_text(re.compile(r"^\s*Tickets that stop being valid\s*1\s*$"))
    assert as_wide_as(page, width)
    reach(page, "Confirm withdrawal")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="The tickets are cancelled").wait_for()
    assert [one.number for one in world.orders.get(order.id).valid_tickets] == [2]
    page.context.close()


@pytest.mark.parametrize(("width", "scripts"), SCREENS)
@pytest.mark.parametrize("button", ["Keep the order", "Cancel and have the money back"])
def test_whoever_bought_from_a_shop_that_moves_chooses(browser, world, width, scripts, button):
    order = world.a_paid_order()
    page = opened(browser, width, java_script_enabled=scripts)
    page.goto(f"{world.base}{moved(world, order)}")
    assert page.get_by_text("The hall is flooded.").is_visible()
    asked = page.get_by_role("heading", level=1).inner_text()
    assert as_wide_as(page, width)
    reach(page, button)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(asked)
    expect(page.get_by_role("button", name=button)).to_have_count(0)
    assert as_wide_as(page, width)
    kept = button == "Keep the order"
    after = world.orders.get(order.id)
    assert (after.alive, bool(after.refunds)) == (kept, not kept)
    page.context.close()
