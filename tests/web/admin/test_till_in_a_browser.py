"""The box office in a real browser on a phone: two sold for cash, their codes shown, one void."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ledger.order.stamps import OrderPlaced
from ledger.order.status import Status, status
from tests.kits.pages import World
from tests.web.admin.test_in_a_browser import House

TILL = "/admin/shops/winterfest/till"
# Whether every square of a code is drawn inside of its picture.
_WHOLE = """svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("path")].every(path => {
    const drawn = path.getBoundingClientRect();
    return drawn.width > frame.width * 0.65 && drawn.left >= frame.left - 1
      && drawn.right <= frame.right + 1 && drawn.bottom <= frame.bottom + 1;
  });
}"""


@pytest.fixture(scope="module")
def house() -> Any:
    made = House()
    yield made
    made.close()


def sound(page: Any) -> None:
    """Nothing is wider than the phone, and nothing is said that a reader cannot hear."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Axe().run(page).response["violations"] == []


def newest(world: World) -> Any:
    placed = [one for one in world.store.feed(0, limit=9_000) if isinstance(one.stamp, OrderPlaced)]
    return world.orders.get(placed[-1].stream)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_two_are_sold_for_cash_shown_given_back_and_counted(
    browser: Any, house: House, scheme: str
) -> None:
    page = house.open(browser, 360, color_scheme=scheme)
    page.goto(f"{house.base}{TILL}")
    page.get_by_label("Cash in the till, EUR").fill("100")
    page.get_by_role("button", name="Open the shift").click()
    more = page.locator("button:has-text('+')").first
    more.click()
    more.click()
    expect(page.get_by_text("€70.00")).to_be_visible()
    sound(page)
    page.get_by_label("Cash", exact=True).check()
    page.get_by_role("button", name="Sold and paid").click()
    expect(page.get_by_role("heading", name="Sold")).to_be_visible()
    order = newest(house.world)
    assert status(order) is Status.PAID
    codes = page.locator("figure.qr svg")
    expect(codes).to_have_count(2)
    assert [one.evaluate(_WHOLE) for one in codes.all()] == [True, True]
    assert codes.first.bounding_box()["width"] > 200
    sound(page)
    page.get_by_text("This sale was a mistake").click()
    page.get_by_label("Why").fill("One too many")
    page.get_by_role("button", name="Cancel it, the money is handed back").click()
    expect(page.get_by_text("Given back: this sale was a mistake")).to_be_visible()
    assert status(house.world.orders.get(order.id)) is not Status.PAID
    expect(page.locator("figure.qr")).to_have_count(0)
    page.goto(f"{house.base}{TILL}")
    page.get_by_text("Close the shift").first.click()
    page.locator("form[action$='/close'] [name=amount]").fill("100")
    page.locator("form[action$='/close'] button").click()
    expect(page.get_by_text("The cash is as it should be.")).to_be_visible()
    sound(page)
    assert page.complaints == []
    page.context.close()
