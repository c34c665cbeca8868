"""Every page in every state, as WCAG 2.2 AA wants it: measured by axe in a real browser.

Of each: everything that axe knows, on a phone; contrast once more in the dark; nothing wider than
a phone, a desk at 200 %, or a desk; and its times are told by the clocks of a shop.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.kits.page_states import (
    CHECKOUT,
    LANGUAGES,
    NIGHTLY,
    STATES,
    dressed,
    opened,
    served,
    show,
)
from tests.kits.pages import MEMBER, World

PHONE = {"width": 360, "height": 780}
# A desk of 1280 pixels at 200 % has the room of 640.
OTHER_WIDTHS = (640, 1280)
ONLY_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# What is well is counted, and not told piece by piece: that takes longer than to look at it.
BRIEFLY = {"resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with served(dressed()) as made:
        yield made


@pytest.fixture(scope="module")
def axe() -> Axe:
    return Axe()


@pytest.fixture(scope="module")
def phone(browser: Any) -> Iterator[Any]:
    """A page for all states, one after the other: to open a window takes longer than to draw."""
    page = browser.new_context(viewport=PHONE).new_page()
    yield page
    page.context.close()


def violations(axe: Axe, page: Any, **options: Any) -> list[str]:
    """Each with its rule, what it wants, and the first place that breaks it."""
    if not page.evaluate("'axe' in window"):  # a page keeps it: to send it takes long
        page.evaluate(axe.axe_script)
    found = page.evaluate(
        "(options) => axe.run(options).then((all) => all.violations)", {**BRIEFLY, **options}
    )
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=pytest.mark.slow if one in NIGHTLY else ()) for one in STATES],
)
def test_nobody_is_kept_out(phone: Any, world: World, axe: Axe, name: str) -> None:
    language = LANGUAGES[[*STATES].index(name) % len(LANGUAGES)]
    page, complaints = phone, list[str]()
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    show(page, world, name, language=language)
    assert " UTC." not in page.locator("footer.bottom").inner_text(), "by whose clocks?"
    page.on("console", lambda said: complaints.append(said.text))
    assert violations(axe, page) == [], name
    page.emulate_media(color_scheme="dark")
    assert violations(axe, page, **ONLY_CONTRAST) == [], f"{name}, in the dark"
    for width in (PHONE["width"], *OTHER_WIDTHS):
        page.set_viewport_size({"width": width, "height": 780})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} at {width}"
    assert complaints == [], name


def test_a_violation_is_seen(browser: Any, world: World, axe: Axe) -> None:
    """A field without its label, and grey on grey, in a page that has neither."""
    page = opened(browser, world, "checkout", language="en", viewport=PHONE)
    page.evaluate(
        """() => {
            document.querySelector("label[for=first_name]").remove();
            document.querySelector("h1").style.color = "#ccc";
        }"""
    )
    rules = {one.partition(":")[0] for one in violations(axe, page)}
    assert rules == {"label", "color-contrast"}
    page.context.close()


def focused(page: Any) -> str:
    """What has the focus, by its name, and that one can see that it has it."""
    return str(
        page.evaluate(
            """() => {
                const one = document.activeElement, style = getComputedStyle(one);
                if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)
                    return `invisible: ${one.outerHTML.slice(0, 120)}`;
                return one.name || one.id || one.textContent.trim();
            }"""
        )
    )


def tabbed_to(page: Any, name: str) -> None:
    """On with the tabulator until it is there; every stop on the way can be seen."""
    for _ in range(40):
        page.keyboard.press("Tab")
        at = focused(page)
        assert not at.startswith("invisible"), at
        if at == name:
            return
    raise AssertionError(f"{name} was never reached")


def test_one_buys_with_the_keyboard_alone(browser: Any, world: World) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    world.bank.page = f"{world.base}/at/the/bank"
    page.goto(f"{world.base}/winterfest/?lang=en")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    tabbed_to(page, "buy.weekend")
    page.keyboard.press("ArrowUp")
    for _ in range(30):
        page.keyboard.press("Tab")
        if focused(page) == "then" and page.evaluate("document.activeElement.value") == "checkout":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout")
    for field, value in MEMBER.items():
        tabbed_to(page, field)
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    page.wait_for_url("**/at/the/bank")
    page.context.close()


def test_an_error_leads_to_its_field_and_is_read_with_it(browser: Any, world: World) -> None:
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(f"{world.base}{CHECKOUT}&lang=en")
    page.locator("main form button.whole").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    page.get_by_role("link", name="Enter your email address.").click()
    email = page.get_by_label("Email")
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description(
        "The confirmation goes to this address. Enter your email address."
    )
    page.context.close()


def test_who_wants_no_motion_sees_none(browser: Any, world: World) -> None:
    page = opened(
        browser, world, "order waiting", language="en", viewport=PHONE, reduced_motion="reduce"
    )
    moving = page.evaluate("""() => document.getAnimations().map((one) => one.animationName)""")
    assert moving == []
    page.context.close()


NIGHTLY_TOO = [pytest.param(one, marks=pytest.mark.slow) for one in ("cart in trouble", "account")]


@pytest.mark.parametrize("name", ["checkout", *NIGHTLY_TOO])
def test_in_forced_colours_a_button_has_an_edge(browser: Any, world: World, name: str) -> None:
    page = opened(browser, world, name, language="en", viewport=PHONE, forced_colors="active")
    edges = page.locator("main .button:visible, main button:visible:not(.link)").evaluate_all(
        "(all) => all.map((one) => [one.textContent.trim(), getComputedStyle(one).borderTopWidth])"
    )
    assert edges
    assert [one for one, edge in edges if edge == "0px"] == []
    page.context.close()


@pytest.mark.parametrize("name", NIGHTLY_TOO)
def test_whatever_can_be_pressed_is_reached_by_keyboard(
    browser: Any, world: World, name: str
) -> None:
    page = opened(browser, world, name, language="en", viewport=PHONE)
    controls = page.locator(
        "main a:visible, main button:visible:enabled, main input:visible:enabled"
    ).count()
    page.evaluate("document.querySelector('main').focus()")
    seen = set()
    for _ in range(3 * controls + 30):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
                const one = document.activeElement;
                if (!one.closest("main")) return -1;
                return [...document.querySelectorAll("main *")].indexOf(one);
            }"""
        )
        if here >= 0:
            assert not focused(page).startswith("invisible"), focused(page)
            seen.add(here)
    assert len(seen) == controls
    page.context.close()


def test_nothing_moves_while_a_page_is_loading(browser: Any, world: World) -> None:
    """Layout shift, as browsers measure it, with pictures that come late."""
    page = browser.new_context(viewport=PHONE).new_page()
    page.add_init_script(
        """window.shift = 0;
        new PerformanceObserver((list) => {
            for (const one of list.getEntries()) window.shift += one.value;
        }).observe({type: "layout-shift", buffered: true});"""
    )
    for path in ("/", "/winterfest/"):
        page.goto(f"{world.base}{path}", wait_until="networkidle")
        assert page.evaluate("window.shift") < 0.05, path
    page.context.close()
