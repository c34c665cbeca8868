import re
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import adapters.mail.letters
import adapters.mail.tickets
from adapters.mail.letters import render
from adapters.mail.letters.language import CATALOGUES, Speech, languages, spoken
from ledger.kernel.money import Money
from tests.kits.letter_orders import BASE, THEN, samples

SOURCES = [Path(str(one.__file__)).parent for one in (adapters.mail.letters, adapters.mail.tickets)]
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
TRANSLATED = sorted(languages() - {"en"})


def sentences() -> set[str]:
    """Every sentence that letters and tickets can say."""
    keywords = {"say": None, "_": None}
    found = [extract_from_dir(one, METHODS, keywords=keywords) for one in SOURCES]
    every = chain.from_iterable(found)
    return {message for _, _, message, _, _ in every if isinstance(message, str)}


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def test_letters_speak_english_finnish_and_swedish():
    assert languages() == {"en", "fi", "sv"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_every_sentence_and_no_other(language):
    said = {message.id: message.string for message in catalogue(language) if message.id}
    assert set(said) == sentences()
    assert all(said.values())


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_the_same_values(language):
    for message in catalogue(language):
        places = [
            sorted(re.findall(r"%\(\w+\)s", str(text))) for text in (message.id, message.string)
        ]
        if message.id:
            assert places[0] == places[1], message.id


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
@pytest.mark.parametrize("name", samples())
def test_every_letter_exists_in_every_language(name, language):
    about, letter, correlation_id, number = samples(language)[name]
    made = render(about, letter, correlation_id=correlation_id, number=number, base_url=BASE)
    assert f'<html lang="{language}">' in made.html
    assert "%(" not in made.subject + made.text + made.html


@pytest.mark.parametrize("unknown", ["de", "", "tlh", "../../etc/passwd", "EN", "x-klingon"])
def test_an_unknown_language_falls_back_to_english(unknown):
    about, letter, correlation_id, number = samples(unknown)["paid"]
    made = render(about, letter, correlation_id=correlation_id, number=number, base_url=BASE)
    assert made.subject == "Confirmation of your order #000423"
    assert "2 × Weekend ticket" in made.text
    assert "€123.45" in made.text


def test_a_language_may_come_with_a_country():
    assert spoken("sv-FI") == spoken("sv_SE") == "sv"


@pytest.mark.parametrize(
    ("language", "money", "moment", "rate"),
    [
        ("en", "€1,234.50", "21 November 2026 at 16:30", "25.5 %"),
        ("fi", "1 234,50 €", "21. marraskuuta 2026 klo 16.30", "25,5 %"),
        ("sv", "1 234,50 €", "21 november 2026 kl. 16:30", "25,5 %"),
    ],
)
def test_money_dates_and_rates_have_the_language_s_form(language, money, moment, rate):
    speech = Speech(language, timezone="Europe/Helsinki")
    said = [speech.money(Money(123450, "EUR")), speech.moment(THEN), speech.rate("25.50")]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in said] == [money, moment, rate]


def test_a_currency_without_cents_has_none():
    assert Speech("fi", timezone="Asia/Tokyo").money(Money(1500, "JPY")).startswith("1\xa0500")


def test_a_text_that_the_shop_did_not_translate_is_told_in_english_or_any():
    speech = Speech("fi", timezone="UTC")
    assert speech.of({"en": "Dinner", "sv": "Middag"}) == "Dinner"
    assert speech.of({"sv": "Middag"}) == "Middag"
    assert speech.of({}) == ""


def test_plain_text_has_plain_spaces():
    about, letter, correlation_id, number = samples("fi")["paid"]
    made = render(about, letter, correlation_id=correlation_id, number=number, base_url=BASE)
    assert "123,45 €" in made.text
    assert "123,45\N{NO-BREAK SPACE}€" in made.html
