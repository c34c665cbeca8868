"""Texts that no page has room for, as an old ledger may hold them: cut, and wrapped on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.shop.stamps import BankAccount, Seller
from tests.kits.pages import World, address
from tests.kits.pages_by_hand import bought, by_hand
from tests.web.pages.test_in_a_browser import opened, served

ENDLESS, UNION = "Merihenkilö" * 500, "Kannatusyhdistys" * 500
SELLER = Seller(
    name=UNION,
    email=f"{'lipunmyynti' * 20}@winterfest.example",
    business_id=UNION,
    address=UNION,
    phone="+358 " * 200,
)
ACCOUNT = BankAccount(iban="FI3715903000000776", holder=UNION)
BAR_CODE = "4371590300000077600007000"


@pytest.fixture
def world() -> Iterator[World]:
    words = {"en": "x" * 300}
    yield from served(by_hand(words, seller=SELLER, bank_account=ACCOUNT, name={"en": ENDLESS}))


def test_the_lines_of_a_seller_are_cut(world: World) -> None:
    pages = ["/", "/winterfest/", address(bought(world)), "/winterfest/nothing", "/nowhere"]
    for page in pages:
        text = world.browser.get(page).text
        assert UNION[:300] not in text, page
        assert ENDLESS[:2100] not in text, page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_nothing_is_wider_than_a_phone_and_the_bar_code_can_be_copied(
    browser: Any, world: World, scripts: bool
) -> None:
    page = opened(browser, 390, java_script_enabled=scripts)
    order = bought(world)
    for path in (
        "/",
        "/winterfest/",
        "/winterfest/nothing",
        address(order),
        "/winterfest/withdraw",
    ):
        page.goto(f"{world.base}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page.goto(f"{world.base}{address(order)}")
    code = page.locator("[data-copy] span", has_text=BAR_CODE)
    assert len(code.inner_text()) == 54
    assert code.evaluate("one => getComputedStyle(one).userSelect") == "all"
    copies = page.get_by_role("button", name="Copy")
    assert copies.count() == (3 if scripts else 0)
    if scripts:
        copies.last.click()
        assert page.evaluate("getSelection().toString()") == code.inner_text()
        page.get_by_role("button", name="Copied").wait_for()
    assert page.complaints == []
    page.context.close()
