"""What needs a second look, in a real browser: many at once, a second person, an erasure."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from ledger.kernel.money import Money
from ledger.order.status import Status, status
from ledger.shop.stamps import CancellationPolicy
from tests.kits.back_office import entered
from tests.kits.pages import MEMBER
from tests.web.admin.test_in_a_browser import House
from tests.web.admin.test_privacy import over


@pytest.fixture(scope="module")
def house() -> Any:
    made = House()
    policy = CancellationPolicy(
        period_days=14, fee_fixed=Money(0, "EUR"), approval_above=Money(1000, "EUR")
    )
    made.world.another_shop("careful", cancellation=policy)
    yield made
    made.close()


def as_somebody(house: House, role: str, browser: Any, width: int) -> Any:
    """A page on which somebody else of this role is signed in."""
    before, house.cookie = house.cookie, cookie_of(house, role)
    try:
        return house.open(browser, width)
    finally:
        house.cookie = before


def cookie_of(house: House, role: str) -> str:
    other = entered(house.world, role, email=f"{role}-{uuid4().hex[:6]}@winterfest.example")
    return str(other.get_cookie("staff").value)


def test_many_orders_are_cancelled_after_one_look(browser: Any, house: House) -> None:
    orders = [house.world.a_paid_order() for _ in range(3)]
    page = house.open(browser, 390)
    page.goto(f"{house.base}/admin/orders?shop=winterfest&status=PAID")
    page.get_by_role("button", name="Choose all of this page").click()
    page.get_by_label("What to do").select_option("cancel-and-refund")
    page.get_by_label("Why").fill("The hall is shut.")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_text("Nothing has been done yet")).to_be_visible()
    expect(page.get_by_text("€210.00")).to_be_visible()
    assert {status(house.world.orders.get(one.id)) for one in orders} == {Status.PAID}
    page.get_by_role("button", name="Cancel and refund").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    after = {status(house.world.orders.get(one.id)) for one in orders}
    assert after == {Status.REFUND_REQUESTED}
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.complaints == []
    page.context.close()


def test_a_large_refund_is_done_when_a_second_person_says_yes(browser: Any, house: House) -> None:
    order = house.world.pay(house.world.an_order(shop="careful"))
    asks, agrees = house.open(browser, 1280), as_somebody(house, "staff", browser, 390)
    asks.goto(f"{house.base}/admin/orders/{order.id}")
    asks.get_by_role("link", name="Cancel and refund").click()
    asks.get_by_label("Why").fill("She has broken a leg.")
    asks.get_by_role("button", name="Show what it would do").click()
    asks.get_by_role("button", name="Ask a second person").click()
    expect(asks.get_by_text("somebody else has to say yes")).to_be_visible()
    assert status(house.world.orders.get(order.id)) is Status.PAID
    agrees.goto(f"{house.base}/admin/approvals")
    expect(agrees.get_by_text("She has broken a leg.")).to_be_visible()
    agrees.get_by_role("button", name="Approve: it is done at once").click()
    expect(agrees.get_by_text("Done.")).to_be_visible()
    assert status(house.world.orders.get(order.id)) is Status.REFUND_REQUESTED
    for page in (asks, agrees):
        page.context.close()


def test_a_person_is_erased_after_one_has_seen_what_is_held(browser: Any) -> None:
    house = House()
    order = over(house.world)
    page = as_somebody(house, "admin", browser, 390)
    page.goto(f"{house.base}/admin/privacy")
    page.get_by_label("Email").fill(MEMBER["email"])
    page.get_by_role("button", name="Show what is held").click()
    expect(page.get_by_text(f"Order #{order.number:06d}")).to_be_visible()
    assert house.world.orders.get(order.id).terms.customer is not None
    page.get_by_role("button", name="Erase for ever").click()
    expect(page.get_by_text("Erased for ever.")).to_be_visible()
    assert house.world.orders.get(order.id).terms.customer is None
    page.goto(f"{house.base}/admin/orders?q={MEMBER['last_name']}")
    expect(page.get_by_text("No order is like that")).to_be_visible()
    assert page.complaints == []
    page.context.close()
    house.close()
