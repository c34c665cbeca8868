"""Journeys of ticket sales in a real browser: by keyboard, on a phone, with and without scripts."""

import re
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.kernel.money import Money
from ledger.order.order import Order
from ledger.order.status import Status, status
from tests.kits.back_office import entered
from tests.kits.page_server import page_server
from tests.kits.pages import World
from tests.web.admin.test_orders import of


class House:
    """A world that is served, and somebody who is signed in."""

    paid: Order
    other: Order

    def __init__(self):
        made: Any = World()
        self.world = made
        self.serving = ExitStack()
        self.base = self.serving.enter_context(page_server(self.world.app))
        staff = entered(made, "staff")
        self.cookie = staff.get_cookie("staff").value

    def close(self):
        self.serving.close()

    def open(self, browser, width, **more):
        context = browser.new_context(viewport={"width": width, "height": 844}, **more)
        context.add_cookies([{"name": "staff", "value": self.cookie, "url": self.base}])
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page


@pytest.fixture(scope="module")
def house():
    made = House()
    made.paid = made.world.a_paid_order()
    made.other = of(made.world, first_name="Väinö", last_name="Mäkinen")
    yield made
    made.close()


def case_of(world):
    opened = CaseOpened(
        kind=CaseKind.UNMATCHED_MONEY,
        severity=Severity.CRITICAL,
        text="Money came for a reference that no order has",
        provider="stripe",
        account="acct_test",
        provider_reference="pi_9",
        payment_reference="pi_9",
        amount=Money(7000, "EUR"),
        payer_reference="kiitos",
    )
    return world.cases.open(opened, correlation_id=uuid4(), actor="ledger")


def test_an_order_is_found_by_half_a_name_by_keyboard_alone(browser, house):
    page = house.open(browser, 1280)
    page.goto(f"{house.base}/admin/")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/admin/orders")
    page.keyboard.press("/")
    page.keyboard.type("mäk")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    # The last look: one that came later would take the focus from a row.
    expect(page).to_have_url(re.compile(r"q=m%C3%A4k"))
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/admin/orders/{house.other.id}")
    expect(page.get_by_text("Väinö Mäkinen")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("Down and up in a list")).to_be_visible()
    assert page.complaints == []
    page.context.close()


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1280, False)])
def test_a_part_is_refunded_after_a_look_ahead_and_refused_once_the_order_moved(
    browser, house, width, scripts
):
    order = house.world.a_paid_order()
    page = house.open(browser, width, java_script_enabled=scripts)
    late = house.open(browser, width, java_script_enabled=scripts)
    for each in (page, late):
        each.goto(f"{house.base}/admin/orders/{order.id}")
        each.get_by_role("link", name="Refund through the provider").click()
        each.get_by_label("Amount in EUR (optional)").fill("12,50")
        each.get_by_label("Why").fill("One of them is ill.")
        each.get_by_role("button", name="Show what it would do").click()
        expect(each.locator("#preview")).to_contain_text("€12.50")
        expect(each.locator("#preview")).to_contain_text("if the provider accepts it")
    page.get_by_role("button", name="Refund through the provider").click()
    expect(page.get_by_text("Done: Refund through the provider.")).to_be_visible()
    late.get_by_role("button", name="Refund through the provider").click()
    expect(late.get_by_role("alert")).to_contain_text("has changed since you looked at it")
    assert house.world.orders.get(order.id).refund_pending == Money(1250, "EUR")
    page.context.close()
    late.context.close()


def test_money_of_nobody_finds_its_order(browser, house):
    order, case = of(house.world, first_name="Åsa", last_name="Öst"), case_of(house.world)
    page = house.open(browser, 390)
    page.goto(f"{house.base}/admin/cases")
    page.get_by_role("link", name="Money that belongs to no order").first.click()
    page.get_by_label("The order that it is for").fill(f"#{order.number}")
    page.get_by_label("Why").fill("She phoned.")
    page.get_by_role("button", name="Assign to an order").click()
    expect(page.locator("#preview")).to_contain_text("Awaits payment")
    page.get_by_role("button", name="Assign to an order").click()
    expect(page.get_by_text("The case is resolved.")).to_be_visible()
    assert status(house.world.orders.get(order.id)) is Status.PAID
    assert house.world.cases.get(case).state == "resolved"
    page.context.close()


def test_a_case_is_put_aside_on_a_phone_without_scripts_and_taken_up_again(browser, house):
    case = case_of(house.world)
    page = house.open(browser, 390, java_script_enabled=False)
    page.goto(f"{house.base}/admin/cases/{case}")
    page.get_by_role("button", name="I look after it").click()
    expect(page.get_by_role("status").first).to_contain_text("looks after it now.")
    page.get_by_label("What it waits for").fill("The bank answers on Monday.")
    page.get_by_role("button", name="For a week").click()
    expect(page.get_by_role("status").first).to_contain_text("It is back by itself at")
    page.goto(f"{house.base}/admin/cases?state=asleep")
    page.get_by_role("link", name="Money that belongs to no order").first.click()
    page.get_by_role("button", name="Take it up again now").click()
    expect(page.get_by_text("It is back on the desk.")).to_be_visible()
    assert not house.world.cases.get(case).asleep(house.world.clock())
    page.context.close()


def test_a_report_is_opened_and_taken_along_as_a_file(browser, house):
    page = house.open(browser, 390)
    page.goto(f"{house.base}/admin/")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/admin/reports")
    page.get_by_role("main").get_by_role("link").first.click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV", exact=True).click()
    content = taken.value.path().read_text(encoding="utf-8-sig")
    assert len(content.splitlines()) > 1
    assert page.complaints == []
    page.context.close()


def test_long_words_in_the_frame_wrap_on_a_small_phone(browser, house):
    for severity in (Severity.CRITICAL, Severity.WARNING):
        opened = CaseOpened(kind=CaseKind.VOUCHER_STUCK, severity=severity, text="stuck")
        house.world.cases.open(opened, correlation_id=uuid4(), actor="worker")
    page = house.open(browser, 360)
    page.goto(f"{house.base}/admin/cases?lang=sv")
    assert page.locator(".office-ways .badge").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.close()


@pytest.mark.parametrize(
    ("width", "language"), [(390, "fi"), pytest.param(1280, "sv", marks=pytest.mark.slow)]
)
def test_pages_fit_the_screen_and_everybody_can_use_them(browser, house, width, language):
    page, case = house.open(browser, width), case_of(house.world)
    for path in (
        "/admin/", "/admin/orders", "/admin/orders?q=zzz", f"/admin/orders/{house.paid.id}",
        f"/admin/orders/{house.paid.id}/refund", f"/admin/orders/{house.paid.id}/swap",
        "/admin/cases", f"/admin/cases/{case}",
        "/admin/cases?state=asleep", "/admin/orders?status=PAID&label=crew",
        "/admin/shops/winterfest/orders/new",
    ):  # fmt: skip
        mark = "&" if "?" in path else "?"
        page.goto(f"{house.base}{path}{mark}lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path
    assert page.complaints == []
    page.context.close()
