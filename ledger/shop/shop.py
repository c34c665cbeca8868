"""A shop: what it sells and how, folded from its stamps, and as its file says it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import assert_never
from uuid import UUID

from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.money import Money
from ledger.kernel.store import WaitingLine
from ledger.payments.capabilities import capability
from ledger.shop.buyers_letter import Mailing
from ledger.shop.letter_words import NO_WORDS, LetterWords
from ledger.shop.questions import Questions
from ledger.shop.stamps import (
    Admission,
    ChangeExplained,
    LetterWordsSet,
    MailingStarted,
    MailingState,
    MailingTurned,
    Preferences,
    PreferencesChanged,
    ProductRevised,
    ProductWithdrawn,
    QuestionsSet,
    QuotaSet,
    SeriesResumed,
    ShopCancelled,
    ShopMoved,
    ShopOpened,
    ShopRestated,
    ShopStamp,
    line_id,
    quota_id,
)

_NOTHING_ASKED = Questions()
_PLENTY = 2**31
# Of each quota its capacity, how many seats are held and how many are sold.
SeatTotals = Mapping[UUID, tuple[int, int, int]]


def free_seats(totals: SeatTotals, quota: UUID) -> int:
    """How many seats of a quota are left; none of one that nobody counts."""
    capacity, held, sold = totals.get(quota, (0, 0, 0))
    return capacity - held - sold


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopChange:
    """A shop was cancelled or moved: the stamp, and the correlation id that it stands under."""

    id: UUID
    stamp: ShopCancelled | ShopMoved


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A shop as it stands. `quotas` are capacities by slug, `products` the current revisions.

    `void` are versions of stamps that could not be read and that others took the place of.
    `withdrawals_until`: no order of it can be cancelled by its customer after that, whatever the
    policy was when it was placed; None when none ever could. `change` is what its orders have to
    follow: its cancellation, or the last move. `questions` are by product, where it asks any;
    `letters` are its own words by kind of letter, `worded` the versions that they stand at;
    `mailings` its letters to all buyers.
    """

    id: UUID
    slug: str = ""
    version: int = 0
    preferences: Preferences | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    products: Mapping[str, ProductRevised] = field(default_factory=dict)
    revisions: Mapping[str, int] = field(default_factory=dict)
    void: frozenset[int] = frozenset()
    withdrawals_until: datetime | None = None
    change: ShopChange | None = None
    former_starts: frozenset[datetime] = frozenset()
    admissions: Mapping[str, Admission] = field(default_factory=dict)
    questions: Mapping[str, Questions] = field(default_factory=dict)
    letters: Mapping[str, LetterWords] = field(default_factory=dict)
    worded: Mapping[str, int] = field(default_factory=dict)
    mailings: Mapping[UUID, Mailing] = field(default_factory=dict)

    @property
    def cancelled(self) -> ShopCancelled | None:
        """Why it does not take place, once that is so."""
        stamp = self.change.stamp if self.change else None
        return stamp if isinstance(stamp, ShopCancelled) else None

    @property
    def moved(self) -> ShopMoved | None:
        """The last move of a shop that takes place."""
        stamp = self.change.stamp if self.change else None
        return stamp if isinstance(stamp, ShopMoved) else None

    @property
    def terms(self) -> Preferences:
        """How the shop sells. Only asked of a shop that exists."""
        assert self.preferences is not None, "the shop was never opened"
        return self.preferences

    @property
    def gives_away(self) -> bool:
        """Whether something of it is free: it can be cancelled however the rest is paid."""
        return any(not one.price for one in self.products.values())

    @property
    def takes_withdrawals(self) -> bool:
        """Whether its customers can cancel anything by themselves, as it sells now (SPEC X1)."""
        if self.preferences is None or self.preferences.cancellation.period_days <= 0:
            return False
        return self.gives_away or not capability(self.preferences.provider).by_hand

    def on_sale(self, now: datetime) -> tuple[ProductRevised, ...]:
        """What is inside its sale window, in the shop's order (SPEC C1); nothing once cancelled."""
        if self.cancelled:
            return ()
        return tuple([one for one in self._ranked if _inside(one, now)])

    @cached_property
    def _ranked(self) -> Sequence[ProductRevised]:
        return sorted(self.products.values(), key=lambda one: (one.rank, one.slug))

    @property
    def doors(self) -> tuple[str, ...]:
        """Every door that a product names, in the order of their slugs; there is always one."""
        named = {door for one in self.admissions.values() for door in one.doors}
        return tuple(sorted(named)) or (ONLY_DOOR,)

    def asks(self, product: str) -> Questions:
        """What is asked about each ticket of a product."""
        return self.questions.get(product, _NOTHING_ASKED)

    def quota_ids(self, product: ProductRevised) -> tuple[UUID, ...]:
        """The quotas that one piece of a product takes from."""
        known = self._ids
        return tuple([known.get(one) or quota_id(self.id, one) for one in product.quotas])

    @cached_property
    def _ids(self) -> Mapping[str, UUID]:
        return {slug: quota_id(self.id, slug) for slug in self.quotas}

    @cached_property
    def counted(self) -> frozenset[UUID]:
        """Every quota that its products take from, and the lines for them."""
        taken = {quota for one in self.products.values() for quota in self.quota_ids(one)}
        return frozenset(taken.union(line.id for line in self.waiting_lines(taken)))

    def free_of(self, product: ProductRevised, totals: SeatTotals) -> int:
        """How many pieces of a product are left; very many where it takes from no quota."""
        quotas = self.quota_ids(product)
        return min([free_seats(totals, one) for one in quotas]) if quotas else _PLENTY

    @property
    def lets_wait(self) -> bool:
        """Whether people may wait in line for what sold out."""
        waits = self.preferences is not None and self.preferences.waiting_list is not None
        return waits and self.cancelled is None

    def hold_of(self, product: str) -> int:
        """For how many seconds seats of a product are held for who is next in its line."""
        own = self.products[product].waiting_list if product in self.products else None
        return own if own is not None else self.terms.waiting_list or 0

    def waiting_lines(self, quotas: Set[UUID]) -> tuple[WaitingLine, ...]:
        """The lines of products that take from one of these quotas; none where nobody can wait."""
        if not self.lets_wait:
            return ()
        lines = (
            WaitingLine(id=line_id(self.id, one.slug), quotas=self.quota_ids(one))
            for one in self.products.values()
        )
        return tuple(one for one in lines if not quotas.isdisjoint(one.quotas))

    def in_open_sale(self, totals: SeatTotals) -> SeatTotals:
        """What is left of each quota for whoever does not wait: the others' seats are as if held.

        The commit judges by the same rule (`Append.gives_way`).
        """
        if not self.lets_wait:
            return totals
        awaited: Counter[UUID] = Counter()
        for line in self.waiting_lines(totals.keys()):
            free = min(free_seats(totals, quota) for quota in line.quotas)
            waited_for = totals.get(line.id, (0, 0, 0))[1]
            awaited.update(dict.fromkeys(line.quotas, max(min(waited_for, free), 0)))
        return {
            quota: (capacity, held + awaited[quota], sold)
            for quota, (capacity, held, sold) in totals.items()
        }


def _inside(product: ProductRevised, now: datetime) -> bool:
    begun = product.available_from is None or product.available_from <= now
    return begun and (product.available_until is None or now < product.available_until)


# What it is called where no product names any.
ONLY_DOOR = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSpec:
    """A product as a shop file says it; the revision is for us to count.

    `unlimited`: that it takes from no quota is meant so.
    """

    slug: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    price: Money
    vat_percent: str
    quotas: tuple[str, ...]
    tickets: int
    max_per_order: int
    available_from: datetime | None = None
    available_until: datetime | None = None
    unlimited: bool = False
    admission: Admission | None = None
    waiting_list: int | None = None
    questions: Questions = _NOTHING_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSpec:
    """A whole shop as a shop file says it. `pictures` are the bytes of its pictures, by hash."""

    slug: str
    preferences: Preferences
    quotas: Mapping[str, int]
    products: tuple[ProductSpec, ...]
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    letters: Mapping[str, LetterWords] = field(default_factory=dict)


def spec_of(shop: Shop) -> ShopSpec:
    """What a file would say of a shop as it stands; the shop was opened."""
    ranked = sorted(shop.products.values(), key=lambda one: (one.rank, one.slug))
    return ShopSpec(
        slug=shop.slug,
        preferences=shop.terms,
        quotas=shop.quotas,
        products=tuple(as_spec(one, shop.asks(one.slug)) for one in ranked),
        letters=shop.letters,
    )


def as_spec(one: ProductRevised, questions: Questions = _NOTHING_ASKED) -> ProductSpec:
    """What a file would say of a product."""
    return ProductSpec(
        slug=one.slug,
        title=one.title,
        description=one.description,
        price=one.price,
        vat_percent=one.vat_percent,
        quotas=one.quotas,
        tickets=one.tickets,
        max_per_order=one.max_per_order,
        available_from=one.available_from,
        available_until=one.available_until,
        unlimited=not one.quotas,
        admission=one.admission,
        waiting_list=one.waiting_list,
        questions=questions,
    )


def fold_shop(shop_id: UUID, history: Iterable[Recorded[object]]) -> Shop:
    """The shop as it stands after these stamps."""
    shop = Shop(id=shop_id)
    for recorded in history:
        shop = evolve_shop(shop, recorded)
    return shop


def void_versions(history: Iterable[Recorded[object]]) -> frozenset[int]:
    """Versions of stamps of this stream that nobody can read, and that others took the place of."""
    restated = (one.stamp for one in history if isinstance(one.stamp, ShopRestated))
    return frozenset(version for stamp in restated for version in stamp.versions)


def evolve_shop(  # noqa: C901 (a dispatching match)
    shop: Shop, recorded: Recorded[object]
) -> Shop:
    """The shop after one more stamp."""
    shop = replace(shop, version=recorded.version)
    stamp = recorded.stamp
    if not isinstance(stamp, ShopStamp):
        raise Foreign(stamp)
    match stamp:
        case ShopOpened():
            return replace(shop, slug=stamp.slug)
        case PreferencesChanged():
            return _promised(replace(shop, preferences=stamp.after))
        case QuotaSet():
            return replace(shop, quotas={**shop.quotas, stamp.slug: stamp.capacity})
        case ProductRevised():
            return _revised(shop, stamp)
        case ProductWithdrawn():
            kept = {slug: one for slug, one in shop.products.items() if slug != stamp.slug}
            asked = {slug: one for slug, one in shop.questions.items() if slug != stamp.slug}
            return replace(shop, products=kept, questions=asked)
        case QuestionsSet():
            return replace(shop, questions={**shop.questions, stamp.product: stamp.questions})
        case LetterWordsSet():
            return _worded(shop, stamp)
        case MailingStarted() | MailingTurned():
            return _mailed(shop, stamp, recorded)
        case ShopRestated():
            return replace(shop, void=shop.void | {*stamp.versions})
        case SeriesResumed() | ChangeExplained():
            return shop
        case ShopCancelled():
            return replace(shop, change=ShopChange(id=recorded.correlation_id, stamp=stamp))
        case ShopMoved():
            return _moved(shop, stamp, recorded.correlation_id)
        case _:
            assert_never(stamp)


def _revised(shop: Shop, stamp: ProductRevised) -> Shop:
    revisions = {**shop.revisions, stamp.slug: stamp.revision}
    products = {**shop.products, stamp.slug: stamp}
    # What is off sale lets its holders in as it did.
    doors = {**shop.admissions, stamp.slug: stamp.admission or Admission()}
    sold = replace(shop, products=products, revisions=revisions, admissions=doors)
    return _promised(sold)


def _worded(shop: Shop, stamp: LetterWordsSet) -> Shop:
    letters = {**shop.letters, stamp.letter: stamp.words}
    worded = {**shop.worded, stamp.letter: shop.version}
    if stamp.words == NO_WORDS:
        del letters[stamp.letter], worded[stamp.letter]
    return replace(shop, letters=letters, worded=worded)


def _mailed(shop: Shop, stamp: MailingStarted | MailingTurned, recorded: Recorded[object]) -> Shop:
    if isinstance(stamp, MailingTurned):
        return _turned(shop, stamp)
    started = Mailing(
        id=recorded.correlation_id,
        stamp=stamp,
        state=MailingState.RUNNING,
        started_at=recorded.recorded_at,
        actor=recorded.actor,
        position=recorded.position,
    )
    return replace(shop, mailings={**shop.mailings, started.id: started})


def _turned(shop: Shop, stamp: MailingTurned) -> Shop:
    known = shop.mailings.get(stamp.mailing)
    if known is None:
        return shop
    turned = replace(known, state=stamp.state)
    return replace(shop, mailings={**shop.mailings, turned.id: turned})


def _moved(shop: Shop, stamp: ShopMoved, under: UUID) -> Shop:
    """A shop file that still says a former start is an old one: `import_shop` refuses it."""
    known = shop.preferences
    shop = replace(
        shop,
        preferences=_starting(known, stamp.starts_at) if known else None,
        former_starts=(shop.former_starts | {stamp.before}) - {stamp.starts_at},
    )
    if shop.cancelled is None:
        shop = replace(shop, change=ShopChange(id=under, stamp=stamp))
    return _promised(shop)


def _starting(known: Preferences, at: datetime) -> Preferences:
    """At another time: doors and end keep their distance from the start."""
    later = at - known.starts_at
    return replace(
        known,
        starts_at=at,
        doors_at=known.doors_at + later if known.doors_at else None,
        ends_at=known.ends_at + later if known.ends_at else None,
    )


def _promised(shop: Shop) -> Shop:
    """The shop, and until when orders placed from now on may be withdrawn from."""
    if not shop.takes_withdrawals:
        return shop
    until = max(filter(None, (shop.withdrawals_until, shop.terms.starts_at)))
    return replace(shop, withdrawals_until=until)
