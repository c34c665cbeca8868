"""A letter to all buyers of a shop: order after order is told that it gets one, at a bounded rate.

The stamp on the order is the claim, and the letter is then owed as every other one is. Whoever
comes second, or again after a crash, finds it done. Lists name the orders; each decides by itself.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from adapters.worker.reactor import DONE, NOTHING, Clock, Progress
from ledger.kernel.events import derived
from ledger.news.reader import NewsReaders, NotWanted
from ledger.order.commands import AddressBuyer
from ledger.order.decisions.buyers import is_meant, was_addressed
from ledger.order.due import Due
from ledger.order.order import Order
from ledger.order.service import Orders, alone
from ledger.order.stamps import Letter
from ledger.shop.buyers_letter import Mailing, open_one
from ledger.shop.mailing_service import Mailings
from ledger.shop.service import Shops
from ledger.shop.stamps import MailingState
from projections.order_search import OrderPage, OrderSearch, Place

_ACTOR = "worker"
# A mail server that hardly knows a sender takes so many; letters of single orders are not held up.
PER_SECOND = 5.0
# After so many orders it is looked at whether the letter was paused.
_PAGE = 50
_LAST = UUID(int=2**128 - 1)


@dataclass(slots=True, kw_only=True)
class Allowance:
    """So many a second in this process, and after a pause no more than those of one second."""

    per_second: float = PER_SECOND
    clock: Callable[[], float] = time.monotonic
    _left: float = 1.0
    _at: float = field(default=float("inf"))

    def take(self) -> bool:
        """Whether there is one left; then it is gone."""
        now = self.clock()
        earned = max(now - self._at, 0.0) * self.per_second
        self._left, self._at = min(self._left + earned, max(self.per_second, 1.0)), now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


def declined(order: Order, due: Due, *, readers: NewsReaders) -> bool:
    """Whether a letter is news to an address that wants none, as things stand."""
    told = order.mailings.get(due.correlation_id)
    if due.letter is not Letter.BUYERS or told is None or told.about_order:
        return False
    return readers.get(order.terms.shop, order.terms.email_index).declined


@dataclass(slots=True, kw_only=True)
class MailingWork:
    """Acts on a shop whose letter is being sent. `caught_up`: lists show all up to a position.

    An order that cannot be read, or written, holds back nobody but itself: the others come first,
    and the letter is not over before it was reached.
    """

    orders: Orders
    shops: Shops
    mailings: Mailings
    readers: NewsReaders
    pages: Callable[[OrderSearch, int], Sequence[OrderPage]]
    caught_up: Callable[[int], bool]
    clock: Clock
    allowance: Allowance = field(default_factory=Allowance)
    _places: dict[UUID, Place] = field(default_factory=dict)
    _trouble: dict[UUID, Exception] = field(default_factory=dict)

    def __call__(self, slug: str) -> Progress:
        """The next few orders of the letter that a shop is sending."""
        mailing = open_one(self.shops.newest(slug).mailings)
        if mailing is None or mailing.state is not MailingState.RUNNING:
            return NOTHING
        if not self.caught_up(mailing.position):
            return NOTHING
        found = self.pages(self._search(slug, mailing), _PAGE)
        for one in found:
            try:
                if not self._reached(mailing, one.stream):
                    return NOTHING  # the look that comes next goes on from here
            except Exception as error:
                self._trouble[mailing.id] = error
            assert one.placed_at is not None, "it is in the list since it was placed"
            self._places[mailing.id] = one.placed_at, one.stream
        if not found:
            self._finish(slug, mailing)
        return DONE

    def _reached(self, mailing: Mailing, order_id: UUID) -> bool:
        """False where nothing may be sent at this moment."""
        order = self.orders.get(order_id)
        if self._is_wanted(mailing, order):
            if not self.allowance.take():
                return False
            self._address(mailing, order)
        return True

    def _finish(self, slug: str, mailing: Mailing) -> None:
        """It is over, or begins anew for who could not be reached: raises why they could not."""
        self._places.pop(mailing.id, None)
        if trouble := self._trouble.pop(mailing.id, None):
            raise trouble
        done = MailingState.FINISHED
        self.mailings.turn(slug, mailing.id, done, reason="", actor=_ACTOR)

    def _search(self, slug: str, mailing: Mailing) -> OrderSearch:
        """Orders placed before it was started, from where this process stopped."""
        product = mailing.stamp.product
        start = self._places.get(mailing.id, (mailing.started_at, _LAST))
        return OrderSearch(shops=(slug,), products=(product,) if product else (), before=start)

    def _is_wanted(self, mailing: Mailing, order: Order) -> bool:
        if was_addressed(order, mailing.id) or not is_meant(order, mailing.stamp):
            return False
        if mailing.stamp.about_order:
            return True
        return self.readers.get(order.terms.shop, order.terms.email_index).wants(mailing.id)

    def _address(self, mailing: Mailing, order: Order) -> None:
        about_order = mailing.stamp.about_order
        wish = AddressBuyer(
            correlation_id=derived(mailing.id, str(order.id)),
            actor=_ACTOR,
            at=self.clock(),
            mailing=mailing.id,
            about_order=about_order,
        )
        claim = self.readers.addressed(
            order.terms.shop,
            order.terms.email_index,
            mailing=mailing.id,
            order=order.id,
            actor=_ACTOR,
        )
        try:
            self.orders.handle(order.id, wish, beside=alone if about_order else claim)
        except NotWanted:
            return
