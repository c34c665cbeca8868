"""A shop's words in a letter: beside ours, filled in, and what somebody typed is only text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mail.letters import RenderedLetter, render
from adapters.mail.letters.mime import compose
from ledger.order.stamps import Letter
from ledger.shop.letter_words import BUYERS_PLACES, NO_WORDS, PLACES, LetterWords
from tests.kits.letter_orders import ADA, BASE, BOUGHT, PAGE, PAYMENT, PLACED, THEN, order, samples

WORDS = LetterWords(
    subject={"en": "See you, {name}: {order}"},
    opening={
        "en": "Bring a <b>coat</b>, {name}.\nDoors: {starts}\n\nSee https://a.example/?a=1&b=2."
    },
    closing={"en": "Your order: {page}. {total}, {venue}, {contact}"},
)


def written(
    words: LetterWords, name: str = "paid", language: str = "en", first_name: str = ""
) -> RenderedLetter:
    about, letter, cause, number = samples(language)[name]
    if first_name:
        customer = replace(ADA, first_name=first_name)
        about = order(*BOUGHT, placed=replace(PLACED, customer=customer))
    return render(about, letter, correlation_id=cause, number=number, base_url=BASE, words=words)


def test_own_words_stand_beside_ours():
    ours, own = written(NO_WORDS), written(WORDS)
    assert own.subject == "See you, Ada: #000423"
    assert "Bring a <b>coat</b>, Ada.\nDoors: 5 February 2027 at 12:00\n\nSee" in own.text
    assert "€123.45, Old Harbour Park, Satamakatu 1, 00160 Helsinki, tickets@" in " ".join(
        own.text.split()
    )
    said = {line for line in ours.text.splitlines() if line}
    assert said <= {*own.text.splitlines()}
    assert [line for line in ours.html.splitlines() if line not in own.html] == [
        f"<title>{ours.subject}</title>"
    ]


def test_in_html_they_are_text_with_links():
    html = written(WORDS).html
    assert "Bring a &lt;b&gt;coat&lt;/b&gt;, Ada.<br>Doors:" in html
    assert '<a class="ink" href="https://a.example/?a=1&amp;b=2" ' in html
    assert html.count(f'href="{PAGE}"') == written(NO_WORDS).html.count(f'href="{PAGE}"') + 1


@pytest.mark.parametrize(
    "name", ["{order}", "https://evil.example", "<a href=x>", "a\r\nBcc: b@c.example", "{name}"]
)
def test_who_is_called_like_that_makes_no_place_no_link_and_no_header(name):
    made = written(WORDS, first_name=name)
    shown = " ".join(name.split())
    assert made.subject == f"See you, {shown}: #000423"
    assert "evil.example" not in "".join(made.html.split("href=")[1:]).replace(">https://evil", "")
    head = compose(made, "<1@a.example>", mail_from="a@b.example", at=THEN).partition(b"\r\n\r\n")[
        0
    ]
    assert b"\r\nBcc" not in head
    assert "href=x" not in made.html.replace("&lt;a href=x&gt;", "")


@given(st.text(max_size=40))
def test_whatever_somebody_is_called_one_line_stays_one(name):
    assert "\n" not in written(WORDS, first_name=f"A{name}").subject


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
@pytest.mark.parametrize("name", samples())
def test_every_letter_fills_in_every_place_it_knows(name, language):
    letter = samples(language)[name][1]
    places = PLACES.get(letter, BUYERS_PLACES)
    text = " | ".join(f"{one}: {{{one}}}" for one in places)
    made = written(LetterWords(opening={language: text}), name, language)
    flat = " ".join(made.text.split())
    assert all(f"{one}: " in flat for one in places)
    assert "{" not in made.text
    known = [one for one in places if one != "amount" or "refund" in flat]
    assert not [one for one in known if f"{one}: |" in flat]


def test_a_language_that_the_shop_left_out_is_told_in_english():
    assert "Bring a <b>coat</b>, Ada." in written(WORDS, language="sv").text


def test_once_the_person_is_erased_nothing_of_them_is_filled_in():
    gone = order(*BOUGHT, placed=replace(PLACED, customer=None))
    made = render(gone, Letter.PAID, correlation_id=PAYMENT, number=17, base_url=BASE, words=WORDS)
    assert made.subject == "See you, : #000423"
    assert "Ada" not in made.text + made.html
