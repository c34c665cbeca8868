"""One thing has one word for customers: the glossary's table is compared with the catalogues."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from adapters.mail.letters.language import Speech
from tests.kits.letter_orders import THEN
from tests.kits.pages import World
from web.i18n.format import moment, told_in
from web.i18n.languages import CATALOGUES

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$", re.M)
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
TABLE = ROW.findall(GLOSSARY.partition("## Words for customers")[2])[2:]
LETTERS = ROOT / "adapters/mail/letters/locale"


def said(language: str) -> str:
    """All that pages and letters say in a language."""
    files = (CATALOGUES / language / "LC_MESSAGES/messages.po", LETTERS / f"{language}.po")
    texts = []
    for file in files:
        with file.open("rb") as source:
            strings = [one.string for one in read_po(source, locale=language) if one.id]
        texts += [one if isinstance(one, str) else " ".join(one or ()) for one in strings]
    return "\n".join(texts).lower()


def test_the_table_is_there():
    assert len(TABLE) > 10


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_no_other_word_stands_for_the_thing(row):
    others = [word.strip() for word in row[4].split(",") if word.strip()]
    for language in ("fi", "sv"):
        text = said(language)
        assert [word for word in others if re.search(rf"\b{re.escape(word)}", text)] == []


@pytest.mark.parametrize(("language", "column"), [("fi", 2), ("sv", 3)])
def test_the_word_of_the_table_is_the_one_that_is_used(language, column):
    text = said(language)
    for row in TABLE:
        first = row[column].split(",")[0].split()[0].lower()
        assert first.isdigit() or first.rstrip(".").isdigit() or first[:4] in text, row


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_pages_and_letters_write_a_moment_alike(language):
    with World().app.test_request_context(f"/?lang={language}"):
        told_in("Europe/Helsinki")
        assert moment(THEN) == Speech(language, timezone="Europe/Helsinki").moment(THEN)
