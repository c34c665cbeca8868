"""A stranger with a browser: buys two tickets, pays, cancels by the link from the mail."""

import re
from typing import Any

from tests.end_to_end.journey import Journey, until


def test_buy_pay_and_cancel_with_a_browser(journey: Journey, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{journey.house.at.shop}/winterfest/")
    page.fill("input[name='buy.weekend']", "2")
    page.get_by_role("button", name="Continue").click()
    page.fill("input[name='first_name']", "Aino")
    page.fill("input[name='last_name']", "Example")
    page.fill("input[name='email']", "aino@visitors.example")
    page.get_by_role("button", name=re.compile("Order and pay")).click()
    page.wait_for_url(f"{journey.house.at.provider}/**")
    page.get_by_role("button", name=re.compile("^Pay")).first.click()
    page.wait_for_url("**/winterfest/orders/**")
    bought = journey.bought(page.url)
    bought.reaches("PAID")
    until("the receipt came", lambda: len(bought.letters()) == 1)
    own = f"{journey.house.at.shop}/winterfest/orders/{bought.id}"
    page.goto(own)
    assert "aino" not in page.content().lower()
    page.get_by_role("button", name=re.compile("Withdraw from contract")).click()
    page.wait_for_url("**/cancel?sent=1")
    page.goto(f"{own}/cancel/{bought.code()}")
    assert bought.status() == "PAID"
    page.locator("form button[type=submit], form button:not([type])").last.click()
    bought.reaches("REFUNDED")
    until("the refund's letter came", lambda: len(bought.letters()) == 3)
    page.close()
