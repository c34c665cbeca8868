"""A shop's own texts as they are told. An old ledger may hold some that no page has room for."""

from collections.abc import Mapping

from ledger.shop.limits import DESCRIPTION, NAME
from ledger.shop.rules import is_link

_SOURCE = "en"


def text_in(texts: Mapping[str, str], language: str) -> str:
    """A text in a language, else in English, else in any; cut where it is beyond the bounds."""
    found = texts.get(language) or texts.get(_SOURCE) or next(iter(texts.values()), "")
    return cut(found, DESCRIPTION)


def language_of(tag: str) -> str:
    """A language by the first part of its tag (SPEC C15).

    >>> language_of("fi-FI"), language_of("FI"), language_of("sv_SE")
    ('fi', 'fi', 'sv')
    """
    return tag.replace("_", "-").partition("-")[0].strip().lower()


def cut(text: str, most: int = NAME) -> str:
    """A text, and of one that is too long its beginning.

    >>> cut("tickets", 4)
    'tick…'
    """
    return text if len(text) <= most else f"{text[:most]}…"


def link_in(links: Mapping[str, str], language: str) -> str:
    """A link in a language, if it is one that a page may lead to; else nothing."""
    found = links.get(language) or links.get(_SOURCE) or next(iter(links.values()), "")
    return found if is_link(found) else ""
