"""An organiser's journey in a real browser: a price, another order by keyboard, and back again."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ledger.kernel.money import Money
from ledger.shop.stamps import MailingState
from tests.kits.back_office import entered
from tests.web.admin.test_in_a_browser import House

SHOP = "/admin/shops/winterfest"


@pytest.fixture(scope="module")
def house():
    made = House()
    made.cookie = entered(made.world, "admin").get_cookie("staff").value
    yield made
    made.close()


def slugs(page: Any) -> list[str]:
    page.wait_for_load_state()
    return [row.get_attribute("data-slug") for row in page.locator("tr[data-slug]").all()]


def confirm(page: Any) -> None:
    page.get_by_role("button", name="Show what it would do").click()
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Done.")).to_be_visible()


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.slow)])
def test_a_price_is_revised_the_list_reordered_by_keyboard_and_the_price_taken_back(
    browser, house, width
):
    page = house.open(browser, width)
    page.goto(f"{house.base}{SHOP}/catalogue")
    page.get_by_role("link", name="Weekend ticket").click()
    page.get_by_label("Price", exact=True).fill("41,00")
    page.get_by_label("Why").fill("The hall costs more.")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator("#preview")).to_contain_text("€41.00")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Done.")).to_be_visible()

    before = slugs(page)
    page.get_by_role("button", name="Move Weekend ticket down").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-told]")).to_contain_text("Weekend ticket is now number 3 of 4")
    assert slugs(page) == [before[1], before[2], before[0], before[3]]
    page.get_by_role("button", name="Save this order").click()
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    assert slugs(page) == [before[1], before[2], before[0], before[3]]

    page.get_by_role("link", name="History").click()
    page.get_by_role("listitem").filter(has_text="The hall costs more.").get_by_role(
        "link", name="Take back"
    ).click()
    page.get_by_label("Why").fill("A slip.")
    confirm(page)
    shop = house.world.parts.shops.newest("winterfest")
    assert shop.products["weekend"].price == Money(3500, "EUR")
    assert [one.slug for one in sorted(shop.products.values(), key=lambda one: one.rank)][2] == (
        "weekend"
    )
    assert page.complaints == []
    page.context.close()


def test_a_product_is_dragged_to_another_place(browser, house):
    page = house.open(browser, 1280)
    page.goto(f"{house.base}{SHOP}/catalogue")
    before = slugs(page)
    grip, last = page.locator(".grip").first.bounding_box(), page.locator("tr[data-slug]").last
    below = last.bounding_box()
    page.mouse.move(grip["x"] + 4, grip["y"] + 4)
    page.mouse.down()
    page.mouse.move(grip["x"] + 4, below["y"] + below["height"] - 4, steps=6)
    page.mouse.up()
    assert slugs(page) == [*before[1:], before[0]]
    page.context.close()


@pytest.mark.parametrize(
    ("width", "language"), [(390, "sv"), pytest.param(1280, "fi", marks=pytest.mark.slow)]
)
def test_pages_of_a_shop_fit_the_screen_and_everybody_can_use_them(browser, house, width, language):
    page = house.open(browser, width)
    house.world.a_paid_order()
    for path in (
        f"{SHOP}/catalogue", f"{SHOP}/products/weekend", f"{SHOP}/quotas/weekend",
        f"{SHOP}/settings", f"{SHOP}/settings/looks", f"{SHOP}/settings/payment",
        f"{SHOP}/history", f"{SHOP}/letters", f"{SHOP}/letters/paid", f"{SHOP}/mailings",
        "/admin/shops/new",
    ):  # fmt: skip
        page.goto(f"{house.base}{path}?lang={language}")
        used_by_everybody(page, width)
    assert page.complaints == []
    page.context.close()


def test_own_words_are_seen_in_the_letter_as_they_are_typed_and_then_said(browser, house):
    page = house.open(browser, 390)
    page.goto(f"{house.base}{SHOP}/letters")
    page.get_by_role("link", name="Change Confirmation").click()
    letter = page.frame_locator("iframe")
    expect(letter.get_by_role("heading", name="Thank you for your order")).to_be_visible()
    opening = page.get_by_role("group", name="Below the greeting").get_by_label("English")
    opening.fill("Bring a coat, {name}.")
    expect(letter.get_by_text("Bring a coat, ")).to_be_visible()
    page.get_by_role("button", name="As plain text").click()
    expect(letter.get_by_text("Confirmation of your order")).to_be_visible()
    page.get_by_label("Why").fill("It is cold.")
    confirm(page)
    words = house.world.parts.shops.newest("winterfest").letters["paid"]
    assert words.opening == {"en": "Bring a coat, {name}."}
    assert page.complaints == []
    page.context.close()


def test_a_letter_to_all_buyers_is_written_tried_counted_sent_and_paused(browser, house):
    world = house.world
    world.a_paid_order()
    page = house.open(browser, 390)
    page.goto(f"{house.base}{SHOP}/letters")
    page.get_by_role("link", name="Letters to buyers").click()
    page.get_by_role("group", name="Subject of the letter").get_by_label("English").fill("Doors")
    page.get_by_role("button", name="Show who gets it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why.")
    text = page.get_by_role("group", name="Text").get_by_label("English")
    look = page.frame_locator("iframe").locator("body")
    expect(look).to_contain_text("Write it in at least one language.")
    text.fill("Dear {name}, come early.")
    page.get_by_role("button", name="As plain text").click()
    expect(look).to_contain_text(", come early.")
    text.fill("Dear {name}, come earlier.")
    expect(look.locator("pre")).to_contain_text(", come earlier.")
    page.get_by_label("Why").fill("The doors open early.")
    page.get_by_role("button", name="Show who gets it").click()
    expect(page.locator("#preview")).to_contain_text("1 letter")
    used_by_everybody(page, 390)
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("Being sent")).to_be_visible()
    used_by_everybody(page, 390)
    page.get_by_label("Reason").fill("A slip.")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    (mailing,) = world.parts.shops.newest("winterfest").mailings.values()
    assert (mailing.state, mailing.stamp.subject) == (MailingState.PAUSED, {"en": "Doors"})
    assert page.complaints == []
    page.context.close()


def used_by_everybody(page: Any, width: int) -> None:
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
