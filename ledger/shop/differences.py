"""What leads from a shop to its file: exactly the stamps of what differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ledger.shop.letter_words import NO_WORDS, LetterWords
from ledger.shop.shop import ProductSpec, Shop, ShopSpec
from ledger.shop.stamps import (
    LetterWordsSet,
    Picture,
    Preferences,
    PreferencesChanged,
    ProductRevised,
    ProductWithdrawn,
    QuestionsSet,
    QuotaSet,
    ShopOpened,
    ShopRestated,
    ShopStamp,
)


def differences(spec: ShopSpec, shop: Shop) -> Sequence[ShopStamp]:
    """Exactly the stamps that lead from the shop to the file; none when they agree."""
    stamps: list[ShopStamp] = [] if shop.version else [ShopOpened(slug=spec.slug)]
    if shop.preferences != (after := _with_known_pictures(spec.preferences, shop.preferences)):
        stamps.append(PreferencesChanged(before=shop.preferences, after=after))
    stamps += [
        QuotaSet(slug=slug, capacity=capacity)
        for slug, capacity in spec.quotas.items()
        if shop.quotas.get(slug) != capacity
    ]
    wanted = [_revised(one, rank, shop) for rank, one in enumerate(spec.products, 1)]
    stamps += [one for one in wanted if shop.products.get(one.slug) != one]
    stamps += [
        QuestionsSet(product=one.slug, questions=one.questions)
        for one in spec.products
        if shop.asks(one.slug) != one.questions
    ]
    stamps += _worded(spec.letters, shop.letters)
    kept = {one.slug for one in spec.products}
    stamps += [ProductWithdrawn(slug=slug) for slug in shop.products if slug not in kept]
    return stamps


def _worded(
    wanted: Mapping[str, LetterWords], known: Mapping[str, LetterWords]
) -> Iterator[ShopStamp]:
    """Words that were taken out of the file are nothing from here on."""
    for letter in dict.fromkeys((*wanted, *known)):
        words = wanted.get(letter, NO_WORDS)
        if words != known.get(letter, NO_WORDS):
            yield LetterWordsSet(letter=letter, words=words)


def _with_known_pictures(wanted: Preferences, known: Preferences | None) -> Preferences:
    """What was made of the same file, or of what we keep, stays as it is."""
    if known is None:
        return wanted
    return replace(
        wanted,
        picture=_the_known(wanted.picture, known.picture),
        logo=_the_known(wanted.logo, known.logo),
    )


def _the_known(wanted: Picture | None, known: Picture | None) -> Picture | None:
    if wanted is None or known is None or wanted.source not in (known.source, known.hash):
        return wanted
    return replace(known, alt=wanted.alt)


def restatement(spec: ShopSpec, shop: Shop, unread: Sequence[int]) -> Sequence[ShopStamp]:
    """The stamps that take the place of those that cannot be read: the whole shop, said anew.

    Revisions go on from above any that an unread stamp may have had.
    """
    counted = {slug: number + len(unread) for slug, number in shop.revisions.items()}
    wanted = {one.slug for one in spec.products}
    gone = {slug: one for slug, one in shop.products.items() if slug not in wanted}
    blank = replace(
        shop,
        preferences=None,
        quotas={},
        products=gone,
        revisions=counted,
        questions={},
        letters={},
    )
    opened: list[ShopStamp] = [] if shop.slug else [ShopOpened(slug=spec.slug)]
    known = replace(blank, version=max(shop.version, *unread))
    return [ShopRestated(versions=tuple(unread)), *opened, *differences(spec, known)]


def _revised(spec: ProductSpec, rank: int, shop: Shop) -> ProductRevised:
    """A changed price, VAT or title makes a new revision; a window or a text does not (C10)."""
    sold = shop.products.get(spec.slug)
    revision = shop.revisions.get(spec.slug, 0)
    terms = (spec.price, spec.vat_percent, spec.title)
    if sold is None or terms != (sold.price, sold.vat_percent, sold.title):
        revision += 1
    return ProductRevised(
        slug=spec.slug,
        revision=revision,
        rank=rank,
        title=spec.title,
        description=spec.description,
        price=spec.price,
        vat_percent=spec.vat_percent,
        quotas=spec.quotas,
        tickets=spec.tickets,
        max_per_order=spec.max_per_order,
        available_from=spec.available_from,
        available_until=spec.available_until,
        admission=spec.admission,
        waiting_list=spec.waiting_list,
    )
