"""What no words of a shop in its letters can be: the part of a shop's rules that is about them."""

import re
from collections.abc import Mapping

from ledger.shop import limits
from ledger.shop.faults import Fault, Faults, Path, text_faults, texts_faults
from ledger.shop.letter_words import LINK, PLACE, PLACES, LetterWords

_RUN_ON = re.compile(f"{LINK.pattern}{PLACE.pattern}")
_PARTS = (("opening", limits.LETTER_TEXT), ("closing", limits.LETTER_TEXT))


def letter_faults(letters: Mapping[str, LetterWords]) -> Faults:
    """Every fault of a shop's own words, kind by kind."""
    for kind, words in letters.items():
        at: Path = ("letters", kind)
        if kind not in PLACES:
            known = {"known": ", ".join(PLACES)}
            yield Fault(path=at, found=kind, right="one of %(known)s", values=known)
            continue
        yield from texts_faults((*at, "subject"), words.subject, limits.LETTER_SUBJECT)
        for language, text in words.subject.items():
            yield from place_faults((*at, "subject", language), text, PLACES[kind])
        for part, most in _PARTS:
            texts: Mapping[str, str] = getattr(words, part)
            yield from texts_faults((*at, part), texts, most, lines=True)
            for language, text in texts.items():
                yield from place_faults((*at, part, language), text, PLACES[kind])


def place_faults(path: Path, text: str, known: tuple[str, ...]) -> Faults:
    """Places that nothing can be filled in at, and addresses that would not be whole."""
    for place in PLACE.findall(text):
        if place not in known:
            told = {"known": " ".join(f"{{{one}}}" for one in known)}
            right = "of places in braces only %(known)s"
            yield Fault(path=path, found=f"{{{place}}}", right=right, values=told)
    if run_on := _RUN_ON.search(text):
        right = "a space between an address and a place in braces"
        yield Fault(path=path, found=run_on[0], right=right)


def whole_text_faults(path: Path, text: str, most: int, known: tuple[str, ...]) -> Faults:
    """One text that has to be there, with its places."""
    yield from text_faults(path, text, most, needed=True, lines=True)
    yield from place_faults(path, text, known)
