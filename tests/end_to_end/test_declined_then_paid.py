"""A customer who is declined, comes back, and then pays on the same page is never told a no."""

import re
from typing import Any

from tests.end_to_end.journey import Journey, until

UNTRUE = ("Nothing was charged", "nothing was charged", "Try again")


def test_declined_then_paid_on_the_same_page(journey: Journey, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{journey.house.at.shop}/winterfest/checkout?buy.weekend=1")
    page.fill("input[name='first_name']", "Aino")
    page.fill("input[name='last_name']", "Example")
    page.fill("input[name='email']", "aino@visitors.example")
    page.get_by_role("button", name=re.compile("Order and pay")).click()
    page.wait_for_url(f"{journey.house.at.provider}/**")
    payable = page.url
    page.locator("form[action$='/decline'] button").click()
    page.get_by_role("alert").wait_for()
    page.locator(".leave a").click()
    page.wait_for_url("**/winterfest/orders/**")
    bought = journey.bought(page.url)
    bought.reaches("FAILED")
    # What they do at the provider meanwhile, in another tab, only the provider knows.
    page.goto(f"{page.url.split('?')[0]}?paid=1")
    waiting = page.locator("main").inner_text()
    assert "We are waiting for the confirmation of your payment" in waiting
    assert not [words for words in UNTRUE if words in waiting]
    other = browser.new_page()
    other.goto(payable)
    other.locator("form[action$='/pay'] button").click()
    other.wait_for_url("**/winterfest/orders/**")
    assert not [words for words in UNTRUE if words in other.locator("main").inner_text()]
    other.close()
    # The first tab looks again by itself, without anybody's press.
    page.get_by_role("heading", name="Thank you, your order is paid").wait_for()
    bought.reaches("PAID")
    page.close()
    until("the receipt came", lambda: len(bought.letters()) == 1)
