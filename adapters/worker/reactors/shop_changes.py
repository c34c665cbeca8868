"""A shop was cancelled or moved: each of its orders follows, at the pace of its provider.

The stamp on the order is the claim, under an identity of the shop's stamp and the order: whoever
comes second, or again after a crash, finds it done. What was asked of a provider and not answered
is what `payments` and `captures` settle anyway.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from adapters.worker.reactor import DONE, NOTHING, WAITING, Clock, Progress
from ledger.kernel.events import derived
from ledger.order.commands import CancelWithShop, MoveWithShop
from ledger.order.decisions.shop_change import leaving
from ledger.order.order import Order
from ledger.order.service import Orders
from ledger.payments.capture import start_voids
from ledger.payments.payment_pages import OpenPages
from ledger.payments.provider import Providers
from ledger.payments.refund import send_back
from ledger.shop.service import Shops
from ledger.shop.shop import Shop, ShopChange
from ledger.shop.stamps import ShopCancelled
from ledger.shop.texts import text_in

_ACTOR = "worker"
# Providers take 25 (Stripe's test mode) to 100 calls in a second, and others want theirs, too.
PER_SECOND = 5.0
_SHORTEST, _LONGEST = 5.0, 300.0


@dataclass(slots=True, kw_only=True)
class CallRate:
    """So many a second, in this process; none for a while after no answer, longer each time."""

    per_second: float = PER_SECOND
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = field(default=float("-inf"))
    _held_until: float = field(default=float("-inf"))
    _pause: float = field(default=0.0)
    _lock: Lock = field(default_factory=Lock)

    def wait(self) -> None:
        """Until it is the next one's turn."""
        with self._lock:
            now = self.clock()
            turn = max(now, self._next)
            self._next = turn + 1 / self.per_second
        if turn > now:
            self.sleep(turn - now)

    @property
    def held(self) -> bool:
        """Whether the provider is left alone just now."""
        return self.clock() < self._held_until

    def told(self, *, answered: bool) -> None:
        """It answered, or it did not: who is away is not asked for thousands of things."""
        with self._lock:
            self._pause = 0.0 if answered else min(max(2 * self._pause, _SHORTEST), _LONGEST)
            self._held_until = self.clock() + self._pause


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopChanges:
    """Acts on an order whose shop was cancelled or moved. `fresh` makes a one-time code."""

    orders: Orders
    shops: Shops
    providers: Providers
    pages: OpenPages
    clock: Clock
    fresh: Callable[[], str]
    rate: CallRate = field(default_factory=CallRate)

    def __call__(self, order_id: UUID) -> Progress:
        """Let one order follow its shop, as far as its provider answers."""
        order = self.orders.get(order_id)
        change = self._change(order)
        if change is None:
            return NOTHING
        if isinstance(change.stamp, ShopCancelled):
            return self._cancelled(order, change.id, change.stamp)
        return self._moved(order, change)

    def _change(self, order: Order) -> ShopChange | None:
        """What the shop says; what was seen of it lately may be from before the change."""
        slug = order.terms.shop_slug
        return _follows(order, self.shops.get(slug)) or _follows(order, self.shops.newest(slug))

    def _cancelled(self, order: Order, change: UUID, stamp: ShopCancelled) -> Progress:
        if leaving(order):
            return WAITING
        if order.held or order.reserved:
            if self.rate.held:
                return NOTHING
            self.rate.wait()
        wish = CancelWithShop(
            correlation_id=derived(change, str(order.id)),
            actor=_ACTOR,
            at=self.clock(),
            reason=text_in(stamp.reason, order.terms.language),
        )
        after = self.orders.handle(order.id, wish)
        if after.version == order.version or after.cancelled != wish.correlation_id:
            return NOTHING
        self.pages.close_all(after)
        start_voids(self.orders, self.providers, order.id, at=self.clock(), actor=_ACTOR)
        send_back(
            self.orders,
            self.providers,
            order.id,
            since=wish.correlation_id,
            at=self.clock(),
            actor=_ACTOR,
            told=lambda answered: self.rate.told(answered=answered),
        )
        return DONE

    def _moved(self, order: Order, change: ShopChange) -> Progress:
        assert not isinstance(change.stamp, ShopCancelled), "it was moved"
        wish = MoveWithShop(
            correlation_id=derived(change.id, str(order.id)),
            actor=_ACTOR,
            at=self.clock(),
            move=change.id,
            starts_at=change.stamp.starts_at,
            reason=change.stamp.reason,
            refunds_until=change.stamp.refunds_until,
            code=self.fresh(),
        )
        after = self.orders.handle(order.id, wish)
        return DONE if after.version != order.version else NOTHING


def _follows(order: Order, shop: Shop) -> ShopChange | None:
    if shop.change is None or not order.alive:
        return None
    told = shop.moved is not None and order.starts_at == shop.moved.starts_at
    return None if told else shop.change
