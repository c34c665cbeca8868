"""Receipts and credit notes on a person's own page: listed, opened, and nobody else's."""

import re
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from ledger.order.order import Order
from tests.kits.pages import MEMBER, World, hidden, press

RECEIPT = re.compile(r'href="(/me/orders/[^"]+/receipts/[^"]+)">([^<]+)<')


def receipts(page: str) -> list[tuple[str, str]]:
    return RECEIPT.findall(page)


def signed_in(world: World, browser: FlaskClient, email: str) -> None:
    press(browser, browser.get("/me/sign-in").text, "/me/sign-in", email=email)
    code = urlsplit(world.post.letters[-1]["url"]).path
    press(browser, browser.get(code).text, code)


@pytest.fixture(scope="module")
def bought() -> tuple[World, Order]:
    """Paid, cancelled by its customer, both receipts written; its customer signed in."""
    world = World()
    found = world.issue(world.a_paid_order())
    link = world.a_link(found)
    page = world.browser.get(link).text
    press(world.browser, page, link, amount=hidden(page, "amount"))
    found = world.write(world.orders.get(found.id))
    asked = press(
        world.browser, world.browser.get("/me/sign-in").text, "/me/sign-in", email=MEMBER["email"]
    )
    assert asked.status_code == 303
    code = urlsplit(world.post.letters[-1]["url"]).path
    press(world.browser, world.browser.get(code).text, code)
    press(world.browser, world.browser.get("/me").text, "/me/claim")
    return world, found


def test_receipts_and_credit_notes_are_listed_and_open(bought: tuple[World, Order]):
    world, _ = bought
    listed = receipts(world.browser.get("/me").text)
    assert [name for _, name in listed] == ["Receipt 1", "Credit note 2"]
    paid, returned = (world.browser.get(address).text for address, _ in listed)
    assert "Aino" in paid
    assert "€70.00" in paid
    assert "Credit note" in returned
    assert "VAT" in paid
    assert "the-code" not in paid + returned


def test_a_receipt_opens_in_the_language_of_the_page(bought: tuple[World, Order]):
    world, _ = bought
    ((address, _), _) = receipts(world.browser.get("/me").text)
    page = world.browser.get(f"{address}?lang=fi").text
    assert "70,00" in page
    assert "Kuitti" in page
    assert "Saamasi kirje oli toisella kielellä: English" in page
    assert "another one" not in world.browser.get(f"{address}?lang=en").text


def test_a_receipt_is_nobody_elses(bought: tuple[World, Order]):
    world, order = bought
    ((address, _), _) = receipts(world.browser.get("/me").text)
    guest = world.app.test_client()
    assert guest.get(address).location.startswith("/me/sign-in")
    signed_in(world, guest, "bob@example.org")
    assert guest.get(address).status_code == 404
    for other in (
        address.replace("paid", "link"),
        address[:-4] + "x",
        f"/me/orders/{order.id}/receipts/x/paid",
    ):
        assert world.browser.get(other).status_code == 404


def test_the_letters_of_older_orders_keep_their_language_and_the_page_says_so(
    bought: tuple[World, Order],
):
    world, order = bought
    press(world.browser, world.browser.get("/me").text, "/me/language", language="sv")
    assert world.orders.get(order.id).terms.language == "en"
    assert "Brev om tidigare beställningar" in world.browser.get("/me").text
