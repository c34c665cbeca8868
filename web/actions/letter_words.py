"""A shop's own words in its letters: looked at, said and taken back, by pages and programs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from ledger.kernel.refusals import NotUndoable
from ledger.order.letter_samples import sample_letter
from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.shop.history import ShopEdit
from ledger.shop.letter_words import NO_WORDS, LetterWords
from ledger.shop.rules import check
from ledger.shop.shop import Shop, ShopSpec, spec_of
from ledger.shop.stamps import ChangeExplained
from ledger.shop.undo import undone
from projections.order_search import OrderSearch
from web.actions.find_orders import find, number_of
from web.actions.letters import letters_of, without_codes
from web.wiring.parts import Parts

_NEWEST = 10


class NoSuchOrder(LookupError):
    """There is no order of this number in the shop."""


class NoSuchLetter(LookupError):
    """This order has no such letter."""


def order_numbered(parts: Parts, shop: Shop, text: str) -> Order | None:
    """The order of a number in a shop."""
    number = number_of(text)
    if number is None:
        return None
    found = find(parts, f"#{number}", OrderSearch(shops=(shop.slug,)), limit=_NEWEST).orders
    orders = (one.order for one in found if one.order is not None)
    return next((one for one in orders if one.number == number), None)


def occasion(
    parts: Parts, shop: Shop, letter: Letter, *, number: str, language: str
) -> tuple[Order, UUID, int | None]:
    """The order that is looked at, what called for its letter, and the letter's own number.

    A sample where no number is told. Raises `NoSuchOrder`, `NoSuchLetter`.
    """
    if not number.strip():
        order, cause = sample_letter(shop, letter, language=language, at=parts.clock())
        return order, cause, None
    found = order_numbered(parts, shop, number)
    if found is None:
        raise NoSuchOrder
    shown = [one for one in letters_of(found) if one.letter is letter]
    if not shown:
        raise NoSuchLetter
    return found, shown[-1].correlation_id, shown[-1].number


def looked_at(
    parts: Parts, shop: Shop, letter: Letter, words: LetterWords, *, number: str, language: str
) -> tuple[str, str, str]:
    """Subject, text and HTML of the letter with these words. Raises as `occasion` does."""
    order, cause, own_number = occasion(parts, shop, letter, number=number, language=language)
    return parts.letter_look(
        without_codes(order), letter, cause, own_number, words=words, language=language
    )


def with_words(spec: ShopSpec, letter: Letter, words: LetterWords) -> ShopSpec:
    """The shop's file with these words in it; raises `ShopInvalid` for what cannot be said."""
    letters = {**spec.letters, str(letter): words}
    kept: Mapping[str, LetterWords] = {
        kind: one for kind, one in letters.items() if one != NO_WORDS
    }
    changed = replace(spec, letters=kept)
    check(changed)
    return changed


def say(
    parts: Parts,
    shop: Shop,
    letter: Letter,
    words: LetterWords,
    *,
    actor: str,
    reason: str,
    seen: int,
) -> Shop:
    """The shop that says so from here on; the same words again change nothing.

    Raises `ShopInvalid`, and `ShopChanged` where it is not as it was seen.
    """
    spec = with_words(spec_of(shop), letter, words)
    return _stamped(parts, shop, spec, actor=actor, why=ChangeExplained(reason=reason), seen=seen)


def edits_of(parts: Parts, shop: str, letter: Letter) -> Sequence[ShopEdit]:
    """Every edit of a shop that changed its words in this kind of letter, the newest first."""
    return [
        one
        for one in reversed(parts.shops.edits(shop))
        if one.before.letters.get(letter, NO_WORDS) != one.after.letters.get(letter, NO_WORDS)
    ]


def take_back(
    parts: Parts, shop: Shop, edit: ShopEdit, *, actor: str, reason: str, seen: int
) -> Shop:
    """The shop without that edit, by a new one; again it changes nothing.

    Raises `NotUndoable`, and `ShopChanged` where it is not as it was seen.
    """
    try:
        spec = undone(edit, shop)
    except NotUndoable as refusal:
        if refusal.rule == "nothing":
            return shop
        raise
    why = ChangeExplained(undoes=edit.id, reason=reason)
    return _stamped(parts, shop, spec, actor=actor, why=why, seen=seen)


def _stamped(
    parts: Parts, shop: Shop, spec: ShopSpec, *, actor: str, why: ChangeExplained, seen: int
) -> Shop:
    if spec != spec_of(shop):
        parts.shops.import_shop(spec, actor=actor, at=parts.clock(), why=why, seen=seen)
    return parts.shops.newest(shop.slug)
