"""A shop's own words in its letters: texts with places that are filled in when a letter is written.

A text is plain. Its paragraphs stand apart by an empty line; an address that begins with https://
is one to press; {name} and its like are places, from a list that is closed for each kind of letter.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_ABOUT_SHOP = ("shop", "starts", "venue", "contact")
_ABOUT_ORDER = ("name", "order", "total", "page", *_ABOUT_SHOP)
_ABOUT_TICKET = ("ticket", *_ABOUT_SHOP)
# By the stored word of each kind of letter that an order can call for.
PLACES: Mapping[str, tuple[str, ...]] = {
    "paid": _ABOUT_ORDER,
    "refunded": ("amount", *_ABOUT_ORDER),
    "cancelled": _ABOUT_ORDER,
    "correction": _ABOUT_ORDER,
    "link": _ABOUT_ORDER,
    "how_to_pay": ("reference", *_ABOUT_ORDER),
    "withdrawal": _ABOUT_ORDER,
    "moved": _ABOUT_ORDER,
    "ticket": ("name", *_ABOUT_TICKET),
    "ticket_void": _ABOUT_TICKET,
}
# What may stand in a letter to all buyers.
BUYERS_PLACES = _ABOUT_ORDER
PLACE = re.compile(r"\{([^{}]*)\}")
# An address ends before what ends a sentence, and before a place.
LINK = re.compile(r"https://[^\s<>\"{}]*[^\s<>\"{}.,;:!?')\]]")
_PIECE = re.compile(f"{LINK.pattern}|{PLACE.pattern}")
_BETWEEN = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWords:
    """What a shop says in one kind of letter beside our words, each by language.

    `subject` takes the place of ours; `opening` stands below the greeting, `closing` at the end.
    What is empty is as we say it.
    """

    subject: Mapping[str, str] = field(default_factory=dict)
    opening: Mapping[str, str] = field(default_factory=dict)
    closing: Mapping[str, str] = field(default_factory=dict)


NO_WORDS = LetterWords()


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text: words as they are, an address to press, or a place to be filled in."""

    text: str
    link: bool = False
    place: bool = False


def runs(line: str) -> Iterator[Run]:
    """A line in its pieces. What is filled in later is none of it, whatever it looks like.

    >>> [one.text for one in runs("Hello {name}, see https://winterfest.example.")]
    ['Hello ', 'name', ', see ', 'https://winterfest.example', '.']
    """
    at = 0
    for found in _PIECE.finditer(line):
        if found.start() > at:
            yield Run(line[at : found.start()])
        place = found[1] is not None
        yield Run(found[1] if place else found[0], link=not place, place=place)
        at = found.end()
    if line[at:]:
        yield Run(line[at:])


def paragraphs(text: str) -> list[list[str]]:
    """The paragraphs of a text, each with its lines.

    >>> paragraphs("Bring a coat.\\n\\nDoors: east\\nand west")
    [['Bring a coat.'], ['Doors: east', 'and west']]
    """
    return [one.split("\n") for one in _BETWEEN.split(text.strip()) if one.strip()]
