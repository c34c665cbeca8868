import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask_babel import get_locale

from tests.kits.pages import World
from tests.kits.product import open_shop
from web.http.problems import explained
from web.i18n.languages import CATALOGUES, known

WEB = Path(__file__).parents[3] / "web"
PLACES = re.compile(r"%\(\w+\)[sd]")
TRANSLATED = [language for language in known() if language != "en"]


def catalogue(language):
    content = (CATALOGUES / language / "LC_MESSAGES" / "messages.po").read_bytes()
    return read_po(BytesIO(content), locale=language)


def first(text):
    return text if isinstance(text, str) else text[0]


@cache
def said_in_code():
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {"_": None, "_l": None, "ngettext": (1, 2)}
    found = extract_from_dir(WEB, methods, keywords=keywords)
    return {first(text) for _, _, text, _, _ in found}


def test_finnish_and_swedish_are_there():
    assert set(known()) >= {"en", "fi", "sv"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_pages_is_translated(language):
    translated = {first(message.id) for message in catalogue(language) if message.string}
    problems = {text for one in explained().values() for text in (one.title, one.detail)}
    assert (said_in_code() | problems) - translated == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_the_same_places(language):
    for message in catalogue(language):
        if message.id:
            texts = [message.string] if isinstance(message.string, str) else message.string
            for text in texts:
                assert set(PLACES.findall(text)) == set(PLACES.findall(first(message.id)))


def test_the_language_is_what_the_browser_asks_for_until_somebody_chooses():
    browser = World().browser
    finnish = {"Accept-Language": "fi, en;q=0.5"}
    assert "Perjantailippu" in browser.get("/winterfest/", headers=finnish).text
    assert "Vinterfest 2027" in browser.get("/winterfest/?lang=sv", headers=finnish).text
    assert "Vinterfest 2027" in browser.get("/winterfest/", headers=finnish).text


def test_a_browser_that_names_a_country_gets_its_language():
    finnish = {"Accept-Language": "fi-FI, en;q=0.5"}
    assert "Perjantailippu" in World().browser.get("/winterfest/", headers=finnish).text


def test_money_and_dates_are_those_of_the_language():
    browser = World().browser
    finnish = browser.get("/winterfest/?lang=fi").text
    assert "35,00\xa0€" in finnish
    assert "12. helmikuuta 2027" in finnish
    assert "€35.00" in browser.get("/winterfest/?lang=en").text


def test_the_language_is_chosen_once_for_all_sentences_of_a_page(monkeypatch):
    asked: list[int] = []

    def choose() -> Locale | None:
        asked.append(1)
        found: Locale | None = get_locale()
        return found

    monkeypatch.setattr("web.i18n.languages.get_locale", choose)
    world = World()
    page = world.browser.get("/winterfest/", headers={"Accept-Language": "fi"})
    assert "Viikonloppulippu" in page.text
    assert len(asked) <= 1


def test_an_unknown_language_is_english():
    page = World().browser.get("/?lang=xx", headers={"Accept-Language": "tlh"}).text
    assert '<html lang="en">' in page


def test_problems_are_told_in_the_language_too():
    answer = World().browser.get("/nowhere/?lang=fi")
    assert "Sellaista kauppaa ei ole." in answer.text


@pytest.mark.parametrize(
    ("base_url", "secure"), [("https://shop.example", True), ("http://localhost", False)]
)
def test_the_language_cookie_is_as_safe_as_the_public_address(base_url: str, secure: bool):
    # Behind a proxy that ends TLS each request comes in without it.
    answer = open_shop(base_url=base_url).client.get("/?lang=fi", base_url="http://localhost")
    cookies = answer.headers.getlist("Set-Cookie")
    (cookie,) = [one for one in cookies if one.startswith("language=")]
    assert ("Secure" in cookie) is secure
