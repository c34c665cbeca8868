"""What no words of a shop in its letters can be: the part of a shop's rules that is about them."""

import re
from collections.abc import Mapping

from ledger.shop import limits
from ledger.shop.faults import Fault, Faults, Path, texts_faults
from ledger.shop.letter_words import BUYERS_PLACES, LINK, PLACE, PLACES, LetterWords
from ledger.shop.shop import Shop
from ledger.shop.stamps import MailingStarted

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


def mailing_faults(letter: MailingStarted, shop: Shop) -> Faults:
    """Every fault of a letter to all buyers."""
    for name, most in (("subject", limits.LETTER_SUBJECT), ("text", limits.MAILING_TEXT)):
        texts: Mapping[str, str] = getattr(letter, name)
        yield from texts_faults((name,), texts, most, needed=True, lines=name == "text")
        for language, text in texts.items():
            yield from place_faults((name, language), text, BUYERS_PLACES)
    if not letter.buyers:
        yield Fault(path=("buyers",), found="", right="at least one kind of buyers")
    if letter.product and letter.product not in shop.revisions:
        known = {"known": ", ".join(shop.revisions)}
        right = "one of %(known)s"
        yield Fault(path=("product",), found=letter.product, right=right, values=known)
