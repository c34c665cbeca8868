"""The pages as a browser shows them: phone and desk, with and without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.kits.page_server import page_server
from tests.kits.pages import MEMBER, World, address

ELSEWHERE = "https://pay.example/**"
# Words are longest in Finnish, and room is scarcest on a phone.
OTHER_SCREENS = (("en", 360), ("sv", 360), ("en", 1280), ("fi", 1280), ("sv", 1280))


@pytest.fixture
def world() -> Iterator[World]:
    yield from served(World(fee_percent="10"))


@pytest.fixture
def later() -> Iterator[World]:
    """A shop that captures an hour after an order was placed."""
    yield from served(World(grace_period=3600))


def served(made: World) -> Iterator[World]:
    with page_server(made.app) as made.base:
        yield made


def opened(browser, width, **more):
    page = browser.new_context(viewport={"width": width, "height": 800}, **more).new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console", lambda said: page.complaints.append(said.text) if "Policy" in said.text else 0
    )
    page.route(ELSEWHERE, lambda route: route.fulfill(status=200, body="paying"))
    return page


@pytest.mark.parametrize(
    ("language", "width"),
    [("fi", 360), *(pytest.param(*one, marks=pytest.mark.slow) for one in OTHER_SCREENS)],
)
def test_nothing_is_wider_than_the_screen(browser, world, width, language):
    page = opened(browser, width)
    paid = world.a_paid_order()
    link = world.a_link(paid)
    for path in (
        "/", "/winterfest/", "/winterfest/checkout?buy.weekend=2", address(world.an_order()),
        address(paid), f"{address(paid)}/cancel", link, "/nowhere/",
    ):  # fmt: skip
        mark = "&" if "?" in path else "?"
        page.goto(f"{world.base}{path}{mark}lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.complaints == []
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_ticket_is_bought(browser, world, scripts):
    page = opened(browser, 390, java_script_enabled=scripts)
    page.goto(f"{world.base}/winterfest/")
    if scripts:
        page.get_by_role("button", name="One more: How many of Weekend").click(click_count=2)
        assert page.locator("[data-sum]").inner_text() == "€70.00"
    else:
        page.get_by_label("How many of Weekend ticket").fill("2")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("First name").fill("Aino")
    page.get_by_label("Last name").fill("Virtanen")
    page.get_by_label("Email").fill("aino@example.org")
    page.get_by_role("button", name="Order and pay €70.00").click()
    page.wait_for_url("https://pay.example/session")
    assert page.complaints == []
    page.context.close()


def test_a_button_is_pressed_once(browser, world):
    page = opened(browser, 390)
    order = world.a_paid_order()
    page.goto(world.base + world.a_link(order))
    page.evaluate("""() => {
        const form = document.querySelector("main form");
        form.addEventListener("submit", (event) => { window.sent = (window.sent ?? 0)
            + (event.defaultPrevented ? 0 : 1); event.preventDefault(); });
    }""")
    button = page.locator("main form button")
    button.click()
    assert button.get_attribute("aria-busy") == "true"
    assert button.inner_text() == "Cancelling …"
    button.click()
    assert page.evaluate("window.sent") == 1
    page.context.close()


def test_the_waiting_page_moves_on_when_the_news_comes(browser, world):
    page = opened(browser, 390)
    order = world.an_order()
    page.goto(f"{world.base}{address(order)}?paid=1")
    assert page.get_by_text("We are waiting for the confirmation").is_visible()
    # The news come into the page as it is: it is not loaded anew, and what changed is read out.
    page.evaluate("window.stayed = true")
    world.pay(order)
    page.locator("main").get_by_text("Thank you, your order is paid").wait_for()
    told = page.get_by_role("status").filter(has_text="Thank you, your order is paid")
    expect(told).to_contain_text("Paid. Thank you, your order is paid. The confirmation goes to")
    expect(page.locator(".progress .done")).to_have_count(3)
    assert page.evaluate("window.stayed")
    expect(page).to_have_url(re.compile(r"[?]paid=2$"))
    assert page.complaints == []
    page.context.close()


@pytest.mark.parametrize(
    ("width", "scripts"),
    [
        (360, True),
        pytest.param(360, False, marks=pytest.mark.slow),
        pytest.param(1280, True, marks=pytest.mark.slow),
        (1280, False),
    ],
)
def test_whoever_bought_cancels_at_once(browser, later, scripts, width):
    page = opened(browser, width, java_script_enabled=scripts)
    page.goto(f"{later.base}/winterfest/checkout?buy.weekend=2")
    for name, value in MEMBER.items():
        page.locator(f"input[name={name}]").fill(value)
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    page.wait_for_url(ELSEWHERE)
    (order,) = [one.stream for one in later.store.feed(0, limit=99) if one.actor == "customer"][:1]
    later.authorize(later.orders.get(order))
    page.goto(f"{later.base}{address(later.orders.get(order))}?paid=1")
    assert page.get_by_role("heading", name="your payment is authorized").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    timer = page.get_by_role("timer")
    assert timer.is_visible() is scripts
    if scripts:
        expect(timer).to_have_text(re.compile(r"^\s*Time left: 59:\d\d\s*$"))
    page.get_by_role("button", name="Cancel the order now").click()
    page.get_by_role("heading", name="This order is cancelled").wait_for()
    assert not later.orders.get(order).alive
    assert page.complaints == []
    page.context.close()
