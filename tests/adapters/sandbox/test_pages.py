"""The hosted page asks for money plainly, in three languages, without a script."""

import json
from pathlib import Path

import httpx2
import pytest

import adapters.sandbox.hosted_page as words_module
from tests.kits.sandbox import HTTP, Shop, line

TRANSLATIONS = Path(words_module.__file__).parent / "translations"


def press(url: str, act: str) -> httpx2.Response:
    answer: httpx2.Response = HTTP.post(f"{url}/{act}", follow_redirects=False)
    return answer


@pytest.mark.parametrize(
    ("locale", "label", "total"),
    [
        ("en", "Pay later", "€24.00"),
        ("fi", "Maksa myöhemmin", "24,00\xa0€"),
        ("sv", "Betala senare", "24,00\xa0€"),
        ("fr", "Pay later", "€24.00"),
    ],
)
def test_the_page_speaks_the_language_of_the_session(
    shop: Shop, locale: str, label: str, total: str
):
    items = [line("Weekend ticket", 1000, quantity=2), line("Badge <b>", 400)]
    session = shop.session(locale=locale, line_items=items)
    page = HTTP.get(session.url)
    for expected in (label, total, "Weekend ticket", "Badge &lt;b&gt;", "ada@shop.example"):
        assert expected in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_paying_leads_back_to_the_shop_with_the_session(shop: Shop):
    session = shop.session()
    answer = press(session.url, "pay")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://shop.example/thanks?session={session.id}"
    assert "already paid" in HTTP.get(session.url).text


def test_pressing_pay_twice_pays_once(shop: Shop):
    session = shop.session()
    press(session.url, "pay")
    assert press(session.url, "pay").headers["Location"] == f"/c/pay/{session.id}"
    assert len(shop.v1.charges.list().data) == 1


def test_a_decline_is_told_and_can_be_tried_again(shop: Shop):
    session = shop.session()
    press(session.url, "decline")
    assert "Your card was declined" in HTTP.get(session.url).text
    assert press(session.url, "pay").headers["Location"].startswith("http://shop.example/thanks")


def test_paying_later_leads_back_and_the_page_says_what_happens(shop: Shop):
    session = shop.session()
    assert press(session.url, "later").headers["Location"].startswith("http://shop.example/thanks")
    assert "on its way" in HTTP.get(session.url).text
    shop.lever(f"payments/{session.id}/fail")
    assert "did not pay" in HTTP.get(session.url).text


def test_looking_does_nothing(shop: Shop):
    session = shop.session()
    for act in ("", "/pay", "/decline", "/later"):
        HTTP.get(session.url + act)
    assert shop.v1.charges.list().data == []


def test_expired_held_and_unknown_sessions_say_so(shop: Shop):
    session = shop.session(locale="fi")
    shop.v1.checkout.sessions.expire(session.id)
    assert "vanhentunut" in HTTP.get(session.url).text
    held = shop.held()
    assert "is held on your card" in HTTP.get(f"{shop.url}/c/pay/{held.id}").text
    assert HTTP.get(f"{shop.url}/c/pay/cs_nobody").status_code == 404


def test_walking_away_is_a_link_that_changes_nothing(shop: Shop):
    session = shop.session()
    assert 'href="http://shop.example/cart"' in HTTP.get(session.url).text
    assert shop.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_the_catalogues_say_the_same_things():
    catalogues = [json.loads(path.read_text("utf-8")) for path in TRANSLATIONS.glob("*.json")]
    assert len(catalogues) == 3
    for catalogue in catalogues:
        assert catalogue.keys() == catalogues[0].keys()
        assert all(catalogue.values())


def test_the_style_is_served(shop: Shop):
    assert HTTP.get(f"{shop.url}/static/sandbox.css").status_code == 200
