"""In which words of its shop's own a letter is written: chosen with its claim, and kept by it."""

from functools import lru_cache
from uuid import UUID

from ledger.kernel.refusals import ShopUnreadable, UnknownShop
from ledger.order.order import Order
from ledger.order.stamps import Letter
from ledger.shop.letter_words import NO_WORDS, LetterWords
from ledger.shop.service import Shops

# What one version of a shop says never changes, so it is read once.
_REMEMBERED = 500


def no_words(order: Order, letter: Letter, correlation_id: UUID) -> LetterWords:
    """Where no shop has words of its own."""
    return NO_WORDS


class OwnWords:
    """The words of all shops."""

    def __init__(self, shops: Shops) -> None:
        self._shops = shops
        self._at = lru_cache(maxsize=_REMEMBERED)(self._read)

    def version(self, order: Order, letter: Letter) -> int:
        """The version of the words that a letter claimed now is written in; 0: ours alone."""
        try:
            return self._shops.get(order.terms.shop_slug).worded.get(letter, 0)
        except (ShopUnreadable, UnknownShop):
            return 0

    def __call__(self, order: Order, letter: Letter, correlation_id: UUID) -> LetterWords:
        """The words of a letter: those that its claim names; before it, those of this moment.

        Raises `ShopUnreadable` where they cannot be read any more.
        """
        if letter is Letter.BUYERS:
            return self._of_mailing(order, correlation_id)
        posting = order.postings.get((correlation_id, letter))
        version = posting.words if posting else self.version(order, letter)
        return self._at(order.terms.shop_slug, str(letter), version) if version else NO_WORDS

    def _of_mailing(self, order: Order, correlation_id: UUID) -> LetterWords:
        slug, mailing = order.terms.shop_slug, order.mailings[correlation_id].mailing
        known = self._shops.get(slug).mailings.get(mailing)
        return (known or self._shops.newest(slug).mailings[mailing]).words

    def _read(self, slug: str, letter: str, version: int) -> LetterWords:
        shop = self._shops.as_of(slug, version)
        if shop.worded.get(letter) != version:
            raise ShopUnreadable(slug)
        return shop.letters[letter]
