"""A place in line in a real browser on a phone: asked for, confirmed by letter, offered, bought."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ledger.waiting_list.place import PlaceState
from tests.kits.pages import MEMBER, World
from tests.web.pages.test_in_a_browser import opened, served
from tests.web.pages.test_waiting_list import offered, waits


@pytest.fixture
def world() -> Iterator[World]:
    for made in served(waits(World())):
        made.bank.page = f"{made.base}/at/the/bank"
        yield made


def sound(page: Any) -> None:
    """Nothing is wider than the phone, and nothing is said that a reader cannot hear."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Axe().run(page).response["violations"] == []


def test_whoever_waits_confirms_by_a_letter_and_buys_on_their_turn(
    browser: Any, world: World
) -> None:
    page = opened(browser, 360)
    page.goto(f"{world.base}/winterfest/")
    page.get_by_role("link", name="Wait in line").first.click()
    page.get_by_label("Email").fill(MEMBER["email"])
    page.locator("[name=quantity]").fill("2")
    sound(page)
    page.get_by_role("button", name="Take a place in line").click()
    expect(page.get_by_text("Check your email")).to_be_visible()
    _, code = world.place_post.letters[-1]
    page.goto(f"{world.base}/winterfest/line/confirm/{code}")
    sound(page)
    page.locator("main form button").first.click()
    expect(page.get_by_text("You are next.")).to_be_visible()
    sound(page)
    address = page.url.removeprefix(world.base)
    offered(world, address)
    page.reload()
    expect(page.get_by_role("heading", name="It is your turn")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Buy now").click()
    for name, value in MEMBER.items():
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button", name="Order and pay").click()
    page.wait_for_url("**/at/the/bank")
    place = world.parts.waiting.get(UUID(address.split("/")[3]))
    assert place.state is PlaceState.USED
    page.goto(f"{world.base}{address}")
    expect(page.get_by_role("heading", name="You have bought")).to_be_visible()
    assert page.complaints == []
    page.context.close()
