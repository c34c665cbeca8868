"""A customer's vouchers in a real browser, on a phone: a share off, used up while typing, free."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.kits.pages import MEMBER, World
from tests.kits.vouchers import open_voucher, percent
from tests.web.pages.test_cart import orders
from tests.web.pages.test_in_a_browser import opened, served


@pytest.fixture
def world() -> Iterator[World]:
    for made in served(World()):
        made.bank.page = f"{made.base}/at/the/bank"
        open_voucher(made.parts, "SUMMER10", percent("10"), uses=9)
        open_voucher(made.parts, "SPEAKER", uses=2)
        yield made


def use(page: Any, code: str) -> None:
    page.get_by_label("Voucher (optional)").fill(code)
    page.get_by_role("button", name="Use it").click()


def sound(page: Any, width: int) -> None:
    """Nothing is wider than the phone, and nothing is said that a reader cannot hear."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_share_off_used_up_while_typing_and_a_free_order(
    browser: Any, world: World, scripts: bool
) -> None:
    page = opened(browser, 360, java_script_enabled=scripts)
    page.goto(f"{world.base}/winterfest/")
    page.fill("input[name='buy.weekend']", "1")
    page.get_by_role("button", name="Add to cart").click()
    use(page, "nonsense")
    expect(page.get_by_text("This shop has no voucher with that code.")).to_be_visible()
    if scripts:
        sound(page, 360)
    use(page, "summer10")
    expect(page.get_by_text("Your voucher takes off €3.50.")).to_be_visible()
    page.get_by_role("button", name="Order from").click()
    expect(page.get_by_role("button", name="Order and pay €31.50")).to_be_visible()
    if scripts:
        sound(page, 360)

    # Another code, seen before anything is ordered; others use it up meanwhile.
    use(page, "speaker")
    expect(page.get_by_role("button", name="Confirm the free order")).to_be_visible()
    for name, value in MEMBER.items():
        page.locator(f"input[name={name}]").fill(value)
    other = world.app.test_client()
    body = {"customer": MEMBER, "lines": [{"product": "weekend", "quantity": 2}]}
    answer = other.post("/api/v1/shops/winterfest/orders", json={**body, "voucher": "SPEAKER"})
    assert answer.status_code == 201
    page.get_by_role("button", name="Confirm the free order").click()
    used_up = page.locator("#code-error")
    expect(used_up).to_have_text("This voucher has been used as often as it may be.")
    expect(page.locator("input[name=email]")).to_have_value(MEMBER["email"])

    # Their order is cancelled: the uses are there again, and Enter orders, as it always did.
    (theirs,) = orders(world)
    world.orders.handle(theirs.id, cancelled(world))
    use(page, "speaker")
    expect(used_up).to_have_count(0)
    expect(page.get_by_role("button", name="Confirm the free order")).to_be_visible()
    page.locator("input[name=email]").press("Enter")
    page.wait_for_url("**/winterfest/orders/**")
    ours = orders(world)[-1]
    assert (ours.confirmed, ours.due.amount, len(orders(world))) == (True, 0, 2)
    assert page.complaints == []
    page.context.close()


def cancelled(world: World) -> Any:
    from uuid import uuid4

    from ledger.order.commands import CancelOrder

    return CancelOrder(
        correlation_id=uuid4(), actor="staff", at=world.clock(), reason="ill", refund=False
    )
