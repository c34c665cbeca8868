"""A shop's own words in its letters: what they may be, as stamps, taken back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.order.letter_samples import sample_letter
from ledger.order.letters_due import owed
from ledger.order.stamps import Letter
from ledger.shop.changes import foreseen
from ledger.shop.differences import differences
from ledger.shop.letter_words import LINK, NO_WORDS, PLACES, LetterWords, paragraphs, runs
from ledger.shop.limits import LETTER_SUBJECT, LETTER_TEXT
from ledger.shop.rules import faults
from ledger.shop.shop import Shop, ShopSpec, spec_of
from ledger.shop.stamps import LetterWordsSet, shop_id
from ledger.shop.undo import undone
from tests.kits.worlds import SPEC, World

HELLO = LetterWords(opening={"en": "Bring a coat, {name}."})


def worded(**letters: LetterWords) -> ShopSpec:
    return replace(SPEC, letters=letters)


def imported(world: World, spec: ShopSpec) -> None:
    world.shops.import_shop(spec, actor="test", at=world.clock())


def found(spec: ShopSpec) -> list[tuple[Any, str]]:
    return [(one.path, one.told) for one in faults(spec)]


def test_every_kind_of_letter_has_its_places_and_a_sample():
    assert {*PLACES, Letter.BUYERS} == {*Letter}
    shop = foreseen(SPEC, Shop(id=shop_id(SPEC.slug)))
    for letter in Letter:
        order, cause = sample_letter(
            shop, letter, language="fi", at=datetime(2026, 12, 1, tzinfo=UTC)
        )
        called_for = {(one.correlation_id, one.letter) for one in owed(order)}
        others = letter in (Letter.CORRECTION, Letter.TICKET, Letter.TICKET_VOID)
        assert others or (cause, letter) in called_for, letter


@pytest.mark.parametrize(
    ("words", "at", "right"),
    [
        ({"opening": {"en": "Hi {nmae}"}}, ("opening", "en"), "of places in braces only {name}"),
        ({"subject": {"fi": "{}"}}, ("subject", "fi"), "of places in braces only"),
        ({"subject": {"fi": "{ticket}"}}, ("subject", "fi"), "of places in braces only"),
        ({"closing": {"en": "https://a.example/{order}"}}, ("closing", "en"), "a space between"),
        ({"subject": {"en": "a\nBcc: b"}}, ("subject", "en"), "a text without control characters"),
        ({"opening": {"en": "a\u202eb"}}, ("opening", "en"), "a text without control characters"),
        ({"subject": {"en": "x" * (LETTER_SUBJECT + 1)}}, ("subject", "en"), "at most 120"),
        ({"opening": {"en": "x" * (LETTER_TEXT + 1)}}, ("opening", "en"), "at most 2000"),
        ({"closing": {"en": " "}}, ("closing", "en"), "a text that can be seen"),
    ],
)
def test_what_cannot_be_filled_in_or_shown_is_refused_where_it_stands(
    words: Mapping[str, Any], at: tuple[str, str], right: str
) -> None:
    ((path, told), *_) = found(worded(paid=LetterWords(**words)))
    assert path == ("letters", "paid", *at)
    assert told.startswith(right)


def test_there_are_no_other_letters():
    ((path, told),) = found(worded(birthday=HELLO))
    assert path == ("letters", "birthday")
    assert "how_to_pay" in told


def test_braces_that_are_no_place_are_text():
    assert found(worded(paid=LetterWords(opening={"en": "a { b } c", "fi": "}{"}))) != []
    assert found(worded(paid=LetterWords(opening={"en": "a { b", "fi": "}{"}))) == []


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://a.example/x?y=1&z. And (https://b.example).", 2),
        ("http://a.example javascript:alert(1) HTTPS://a.example https:// data:x", 0),
        ('<a href="https://a.example">x</a>', 1),
    ],
)
def test_only_whole_addresses_of_https_can_be_pressed(text, links):
    pieces = [*runs(text)]
    assert "".join(one.text for one in pieces) == text
    pressed = [one.text for one in pieces if one.link]
    assert len(pressed) == links
    assert all(LINK.fullmatch(one) and not {*one} & {*'"<> '} for one in pressed)


def test_paragraphs_stand_apart_by_empty_lines():
    assert paragraphs("\n a\nb\n \n\n c \n") == [["a", "b"], ["c"]]
    assert paragraphs(" \n ") == []


def test_words_are_stamped_by_kind_and_gone_when_nothing_is_said():
    world = World()
    imported(world, worded(paid=HELLO, link=HELLO))
    shop = world.shops.newest(SPEC.slug)
    assert shop.letters == {"paid": HELLO, "link": HELLO}
    assert differences(worded(link=HELLO), shop) == [LetterWordsSet(letter="paid", words=NO_WORDS)]
    assert differences(spec_of(shop), shop) == []
    imported(world, worded(link=HELLO))
    shop = world.shops.newest(SPEC.slug)
    assert (shop.letters, [*shop.worded]) == ({"link": HELLO}, ["link"])


def test_words_are_taken_back_and_others_stay():
    world = World()
    imported(world, worded(paid=HELLO))
    other = replace(HELLO, subject={"en": "See you"})
    imported(world, worded(paid=other, link=HELLO))
    shop = world.shops.newest(SPEC.slug)
    first, second = [*world.shops.edits(SPEC.slug)][-2:]
    assert undone(second, shop).letters == {"paid": HELLO}
    assert undone(first, shop).letters["paid"] == LetterWords(subject={"en": "See you"})
