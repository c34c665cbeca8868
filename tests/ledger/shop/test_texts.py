"""What texts, words and addresses of a shop can be: each sign and each length from both sides."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.shop import limits
from ledger.shop.faults import moment_faults, text_faults, texts_faults, unfit
from ledger.shop.letter_rules import letter_faults, mailing_faults, place_faults
from ledger.shop.letter_words import LetterWords, paragraphs, runs
from ledger.shop.mail_address import LONGEST_RECIPIENT, is_recipient, is_sender
from ledger.shop.questions import (
    AnswerChoice,
    AnswerRule,
    QuestionKind,
    TicketQuestion,
    answer_fault,
)
from ledger.shop.shop import Shop
from ledger.shop.stamps import Buyers, MailingStarted, shop_id
from ledger.shop.texts import cut, language_of, link_in, text_in

MARK = "\u0301"


def wrong(text: str, **how: Any) -> list[str]:
    return [one.right for one in text_faults(("t",), text, 10, **how)]


SEEN = "a text that can be seen"
MARKED = "at most %(most)s accents on one letter"
LONG = "at most %(most)s characters"
LINES = "a text without control characters"
ONE_LINE = "a text without control characters, on one line"


@pytest.mark.parametrize(
    ("text", "how", "found"),
    [
        ("", {}, []),
        ("", {"needed": True}, [SEEN]),
        (" ", {"needed": True}, [SEEN]),
        (" ", {}, []),
        ("\u2800", {"needed": True}, [SEEN]),
        ("a", {"needed": True}, []),
        ("7", {"needed": True}, []),
        ("!", {"needed": True}, []),
        ("€", {"needed": True}, []),
        (" a", {"needed": True}, []),
        ("a" * 10, {}, []),
        ("a" * 11, {}, [LONG]),
        ("a" + MARK * 6, {}, []),
        ("a" + MARK * 7, {}, [MARKED]),
        ("a\nb", {}, [ONE_LINE]),
        ("a\nb\tc", {"lines": True}, []),
        ("a\rb", {"lines": True}, [LINES]),
        ("a\u202eb", {}, [ONE_LINE]),
        ("a\ue000b", {"lines": True}, [LINES]),
    ],
)
def test_a_text_can_be_seen_and_read(text: str, how: Any, found: list[str]) -> None:
    assert wrong(text, **how) == found


@pytest.mark.parametrize("letter", ["\x00", "\n", "\ud800", "\ue000", "\u200e", "\ufeff"])
def test_no_text_holds_what_nobody_sees(letter: str) -> None:
    assert unfit(letter)


@pytest.mark.parametrize("letter", ["a", " ", "\u200d", "ä", "😀", "-"])
def test_what_people_write_is_no_fault(letter: str) -> None:
    assert not unfit(letter)


@pytest.mark.parametrize(
    ("texts", "needed", "places"),
    [
        ({}, False, []),
        ({}, True, [("t",)]),
        ({"en": "a", "fin": "b"}, True, []),
        ({"e": "a"}, False, [("t", "e")]),
        ({"finn": "a"}, False, [("t", "finn")]),
        ({"EN": "a"}, False, [("t", "EN")]),
        # A language that is there has a text.
        ({"en": ""}, False, [("t", "en")]),
    ],
)
def test_texts_are_by_language(texts: Any, needed: bool, places: Any) -> None:
    assert [one.path for one in texts_faults(("t",), texts, 10, needed=needed)] == places


# Addresses of e-mail.

LABEL, WORD = "a" * 63, "a" * 64


@pytest.mark.parametrize(
    ("address", "sender", "recipient"),
    [
        ("a@b.example", True, True),
        ("a.b+c@b-c.example", True, True),
        (f"{WORD}@b.example", True, True),
        (f"{WORD}a@b.example", False, False),
        (f"a@{LABEL}.example", True, True),
        (f"a@{LABEL}a.example", False, False),
        ("a.@b.example", False, False),
        (".a@b.example", False, False),
        ("a..b@b.example", False, False),
        ("a@b", False, False),
        ("a@-b.example", False, False),
        ("a@b-.example", False, False),
        ("a@b..example", False, False),
        ("@b.example", False, False),
        ("a@", False, False),
        ("a b@b.example", False, False),
        ("=?utf-8?q?x?=@b.example", False, False),
        ("åsa@exempel.example", False, True),
        ("a@åbo.example", False, True),
        ("å" * 32 + "@b.example", False, True),
        ("å" * 33 + "@b.example", False, False),
        ("a\u200fb@b.example", False, False),
        ("a@b\u200f.example", False, False),
        ("a€@b.example", False, False),
        ("a@127.0.0.1", True, False),
    ],
)
def test_what_is_an_address_of_e_mail(address: str, sender: bool, recipient: bool) -> None:
    assert (is_sender(address), is_recipient(address)) == (sender, recipient)


def domain(length: int) -> str:
    """A domain of so many characters."""
    whole = ".".join([LABEL] * 5)[: length - 4].rstrip(".") + ".org"
    return whole if len(whole) == length else f"a{whole}"


def test_an_address_is_as_long_as_mail_servers_take() -> None:
    most = limits.MAIL_ADDRESS
    assert is_sender("a@" + domain(most - 2))
    assert not is_sender("a@" + domain(most - 1))
    assert is_recipient("a@" + domain(253))
    assert not is_recipient("a@" + domain(254))
    assert not is_recipient(WORD + "@" + domain(LONGEST_RECIPIENT - 64))


# A shop's own words in letters.


def letters(**words: Any) -> list[tuple[Any, ...]]:
    return [one.path for one in letter_faults({"paid": LetterWords(**words)})]


@pytest.mark.parametrize(
    ("part", "most"),
    [
        ("subject", limits.LETTER_SUBJECT),
        ("opening", limits.LETTER_TEXT),
        ("closing", limits.LETTER_TEXT),
    ],
)
def test_words_have_a_length_and_places_that_are_known(part: str, most: int) -> None:
    assert letters(**{part: {"en": "a" * most}}) == []
    assert letters(**{part: {"en": "a" * (most + 1)}}) == [("letters", "paid", part, "en")]
    assert letters(**{part: {"en": "Hello {name}"}}) == []
    assert letters(**{part: {"en": "Hello {nobody}"}}) == [("letters", "paid", part, "en")]
    several = letters(**{part: {"en": "a\nb"}})
    assert several == ([("letters", "paid", part, "en")] if part == "subject" else [])


def test_a_letter_that_nobody_writes_has_no_words_and_others_are_looked_at_all_the_same() -> None:
    words = {"other": LetterWords(), "paid": LetterWords(subject={"en": "{x}"})}
    assert [one.path for one in letter_faults(words)] == [
        ("letters", "other"),
        ("letters", "paid", "subject", "en"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{a} and {b}", []),
        ("{c}", ["{c}"]),
        ("{}", ["{}"]),
        ("{a", []),
        ("https://a.example {a}", []),
        ("https://a.example{a}", ["https://a.example{a}"]),
        ("{c} https://a.example{b}", ["{c}", "https://a.example{b}"]),
    ],
)
def test_places_are_known_and_stand_apart_from_addresses(text: str, found: list[str]) -> None:
    assert [one.found for one in place_faults(("t",), text, ("a", "b"))] == found


def test_a_place_that_is_not_known_tells_those_that_are() -> None:
    (fault,) = place_faults(("t",), "{c}", ("a", "b"))
    assert fault.told == "of places in braces only {a} {b}"


LETTER = MailingStarted(
    subject={"en": "News"},
    text={"en": "Doors\nopen"},
    buyers=(Buyers.PAID,),
    about_order=True,
    product="",
)
SHOP = Shop(id=shop_id("winterfest"), revisions={"weekend": 1})


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"product": "weekend"}, []),
        ({"product": "gone"}, ["product"]),
        ({"buyers": ()}, ["buyers"]),
        ({"subject": {}}, ["subject"]),
        ({"text": {}}, ["text"]),
        ({"subject": {"en": "a\nb"}}, ["subject"]),
        ({"subject": {"en": "a" * limits.LETTER_SUBJECT}}, []),
        ({"subject": {"en": "a" * (limits.LETTER_SUBJECT + 1)}}, ["subject"]),
        ({"text": {"en": "a" * limits.MAILING_TEXT}}, []),
        ({"text": {"en": "a" * (limits.MAILING_TEXT + 1)}}, ["text"]),
        ({"text": {"en": "{name} {order}"}}, []),
        ({"text": {"en": "{amount}"}}, ["text"]),
    ],
)
def test_what_a_letter_to_all_buyers_can_be(changes: Any, fields: list[str]) -> None:
    found = mailing_faults(replace(LETTER, **changes), SHOP)
    assert [one.path[0] for one in found] == fields


def test_a_line_is_words_places_and_addresses() -> None:
    told = [(one.text, one.link, one.place) for one in runs("{name}, see https://a.example/b.")]
    assert told == [
        ("name", False, True),
        (", see ", False, False),
        ("https://a.example/b", True, False),
        (".", False, False),
    ]
    assert [*runs("")] == []
    assert [one.text for one in runs("a {name}")] == ["a ", "name"]


def test_paragraphs_stand_apart_by_an_empty_line() -> None:
    assert paragraphs("") == paragraphs(" \n\n ") == []
    assert paragraphs("a\n \n\nb\nc\n") == [["a"], ["b", "c"]]


# Answers.

ASKED = TicketQuestion(slug="q", kind=QuestionKind.TEXT, label={"en": "?"})
SIZE = replace(
    ASKED, kind=QuestionKind.CHOICE, choices=(AnswerChoice(slug="m", label={"en": "M"}),)
)
NAME, MAIL = replace(ASKED, kind=QuestionKind.NAME), replace(ASKED, kind=QuestionKind.EMAIL)


@pytest.mark.parametrize(
    ("question", "answer", "fault"),
    [
        (NAME, "", None),
        (NAME, "Bea O\u2019Neill-Åberg Jr.", None),
        (NAME, "Bea 2", None),
        (NAME, "=1+1", AnswerRule.CHARACTERS),
        (NAME, "a" * limits.HOLDER_NAME, None),
        (NAME, "a" * (limits.HOLDER_NAME + 1), AnswerRule.TOO_LONG),
        (ASKED, "a" * limits.ANSWER, None),
        (ASKED, "a" * (limits.ANSWER + 1), AnswerRule.TOO_LONG),
        (ASKED, "=1+1", None),
        (ASKED, "a\nb", AnswerRule.CHARACTERS),
        (MAIL, "a@b.example", None),
        (MAIL, "a", AnswerRule.EMAIL),
        (SIZE, "m", None),
        (SIZE, "M", AnswerRule.CHOICE),
    ],
)
def test_which_answers_are_taken(
    question: TicketQuestion, answer: str, fault: AnswerRule | None
) -> None:
    assert answer_fault(question, answer) is fault


# As they are told.


def test_a_text_is_told_in_its_language_or_else_in_english_or_else_in_any() -> None:
    texts = {"sv": "hej", "en": "hello", "fi": ""}
    assert [text_in(texts, one) for one in ("sv", "en", "fi", "de")] == ["hej", *["hello"] * 3]
    assert text_in({"sv": "hej", "fi": "moi"}, "de") == "hej"
    assert text_in({}, "en") == ""
    long = text_in({"en": "a" * (limits.DESCRIPTION + 1)}, "en")
    assert long == "a" * limits.DESCRIPTION + "…"


def test_a_text_is_cut_where_it_is_too_long() -> None:
    assert (cut("abc", 3), cut("abcd", 3)) == ("abc", "abc…")


def test_a_link_leads_somewhere_or_is_nothing() -> None:
    links = {"sv": "https://a.example", "en": "javascript:alert(1)"}
    assert link_in(links, "sv") == "https://a.example"
    assert link_in(links, "fi") == link_in({}, "fi") == ""
    assert link_in({"sv": "https://a.example"}, "fi") == "https://a.example"


def test_a_language_is_the_first_part_of_a_tag() -> None:
    told = [language_of(one) for one in ("fi-FI", "sv_SE", " EN ", "zh-Hant-TW", "")]
    assert told == ["fi", "sv", "en", "zh", ""]


def test_a_moment_that_cannot_be_tells_the_years_that_can() -> None:
    (fault,) = moment_faults(("t",), limits.LATEST)
    assert fault.told == "a moment from 2000 to 2199"
