"""Names and answers in a real browser on a phone: told, corrected, and read when it is too late."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ledger.order.ticket_answers import asked_tickets
from tests.kits.asking_shop import asking, with_tickets
from tests.kits.pages import World, address
from tests.web.pages.test_in_a_browser import opened, served

# A legend that stands on its frame, which one of two lines would break.
BESIDE = """[...document.querySelectorAll(".asked > legend")]
  .filter((one) => one.getBoundingClientRect().top
    <= one.parentElement.getBoundingClientRect().top + 2).map((one) => one.textContent)"""


@pytest.fixture
def world() -> Iterator[World]:
    yield from served(asking())


def sound(page: Any) -> None:
    """Nothing is wider than the phone, and nothing is said that a reader cannot hear."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(BESIDE) == []
    assert Axe().run(page).response["violations"] == []


def test_a_name_is_corrected_kept_and_only_read_when_the_time_is_over(
    browser: Any, world: World
) -> None:
    order = with_tickets(world)
    page = opened(browser, 360)
    # It goes on where the one who ordered left off.
    kept = world.browser.get_cookie("session")
    assert kept is not None
    page.context.add_cookies([{"name": "session", "value": kept.value, "url": world.base}])
    page.goto(f"{world.base}{address(order)}")
    page.get_by_role("link", name="Names and answers").first.click()
    first = page.get_by_label("Name").first
    expect(first).to_have_value("Ada Lovelace")
    sound(page)
    first.fill("Grace Hopper")
    page.get_by_role("button", name="Keep these answers").click()
    expect(page.get_by_text("Thank you, the answers are kept.")).to_be_visible()
    expect(page.get_by_label("Name").first).to_have_value("Grace Hopper")
    told = asked_tickets(world.orders.get(order.id))
    assert [one.name for one in told] == ["Grace Hopper", "Bea Åberg"]
    # The page stays open until it is too late: nothing is lost in silence.
    page.get_by_label("Name").first.fill("Late Comer")
    world.clock.now = order.starts_at + timedelta(days=1)
    page.get_by_role("button", name="Keep these answers").click()
    expect(page.get_by_text("The time to answer is over.")).to_be_visible()
    expect(page.get_by_text("Grace Hopper")).to_be_visible()
    sound(page)
    told = asked_tickets(world.orders.get(order.id))
    assert told[0].name == "Grace Hopper"
    assert page.complaints == []
    page.context.close()
