"""What people read when a page says no: whose page it is, in their language, and what to do."""

import re
from typing import Any

import pytest

from tests.kits.pages import World, address, press

SPOKEN = {
    "en": ("Winterfest 2027", "To the shop", "Back to the page"),
    "fi": ("Talvifestarit 2027", "Kauppaan", "Takaisin sivulle"),
    "sv": ("Vinterfest 2027", "Till butiken", "Tillbaka till sidan"),
}


@pytest.fixture
def world() -> World:
    return World()


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("unforeseen")


def no(world: World, status: int, monkeypatch: pytest.MonkeyPatch, language: str) -> Any:
    """An answer of this status under the shop, to somebody who speaks that language."""
    browser, order = world.browser, world.an_order()
    spoken: Any = {"headers": {"Accept-Language": language}}
    match status:
        case 400:
            return browser.post(f"{address(order)}/pay", **spoken)
        case 401:
            page = browser.get(address(order)).text
            browser.get(f"/?lang={language}")
            return press(browser, page, f"{address(order)}/cancel-at-once", modification_token="x")
        case 404:
            return browser.get("/winterfest/nothing/here", **spoken)
        case 405:
            return browser.get(f"{address(order)}/pay", **spoken)
        case 413:
            return browser.post("/winterfest/checkout", data=b"x" * (1 << 20) + b"y", **spoken)
        case 429:
            page = browser.get(address(order)).text
            browser.get(f"/?lang={language}")
            for _ in range(21):
                answer = press(browser, page, f"{address(order)}/pay")
            return answer
        case _:
            monkeypatch.setattr("web.pages.shop.offered", broken)
            return browser.get("/winterfest/", **spoken)


@pytest.mark.parametrize("status", [400, 401, 404, 405, 413, 429, 500])
def test_an_error_under_a_shop_is_that_shop_s_page_and_leads_on(
    world: World, status: int, monkeypatch: pytest.MonkeyPatch
):
    for language, (name, to_shop, back) in SPOKEN.items():
        answer = no(world, status, monkeypatch, language)
        assert answer.status_code == status
        assert f'<html lang="{language}">' in answer.text
        assert f'<p class="brand"><a href="/winterfest/">{name}</a></p>' in answer.text
        assert "tickets@winterfest.example" in answer.text
        button = re.findall(r'<a class="button second" href="[^"]+">([^<]+)</a>', answer.text)
        assert button in ([to_shop], [back])
        assert answer.text.count("<p>") >= 4, "a sentence says what to do"


@pytest.mark.parametrize("status", [400, 401, 404, 405, 413, 429])
def test_every_link_of_an_error_page_leads_to_a_page(
    world: World, status: int, monkeypatch: pytest.MonkeyPatch
):
    text = no(world, status, monkeypatch, "en").text
    links = [one for one in re.findall(r'<a [^>]*?href="(/[^"]*)"', text) if "#" not in one]
    assert len(links) >= 5
    answers = {one: world.browser.get(one.replace("&amp;", "&")).status_code for one in links}
    assert {one: said for one, said in answers.items() if said not in (200, status)} == {}
    assert all(said == 200 for one, said in answers.items() if status != 404)


def test_who_comes_back_to_where_a_button_led_is_led_to_its_page(world: World):
    order = world.an_order()
    answer = world.browser.get(f"{address(order)}/cancel-at-once")
    assert answer.status_code == 405
    assert f'href="{address(order)}">Back to the page' in answer.text
    assert "Nothing was done by opening it." in answer.text


def test_outside_of_a_shop_an_error_leads_to_all_of_them(world: World):
    answer = world.browser.get("/nowhere/at/all")
    assert answer.status_code == 404
    assert '<p class="brand"><a href="/">Ticket shop</a></p>' in answer.text
    assert 'href="/">To the shops</a>' in answer.text


def test_an_error_of_the_back_office_leads_back_there(world: World):
    for path in ("/admin/desk", "/admin/shops/winterfest/nothing"):
        page = world.browser.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 404
        assert 'href="/admin/">To the back office' in page.text


def test_a_shop_whose_name_begins_like_the_back_office_is_a_shop(world: World):
    world.another_shop("admin-party")
    page = world.browser.get("/admin-party/nothing/here", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert 'href="/admin-party/">To the shop' in page.text
    assert 'href="/me/sign-in' in page.text


def test_a_page_that_cannot_be_made_is_a_plain_one(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("web.http.errors.next_link", broken)
    answer = world.browser.get("/winterfest/nothing/here")
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text
    assert "href='/'" in answer.text


def test_another_language_of_a_refused_checkout_keeps_what_was_chosen(world: World):
    page = world.browser.get("/winterfest/checkout?buy.weekend=2").text
    refused = press(
        world.browser, page, "/winterfest/checkout", **{"buy.weekend": "2", "first_name": ""}
    )
    assert refused.status_code == 422
    (finnish,) = re.findall(r'href="([^"]+lang=fi)"', refused.text)
    again = world.browser.get(finnish.replace("&amp;", "&"))
    assert "Viikonloppulippu" in again.text
