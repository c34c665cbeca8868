"""A ledger restored from a backup goes on, and gives no number a second time (SPEC O2b)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.kernel.events import Draft, Recorded
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import Append, Appended, Conflict, ManyStore, StampStore
from ledger.order.evolve import fold
from ledger.order.numbers import PAYMENT_REFERENCES, order_numbers, receipt_numbers
from ledger.order.order import Order
from ledger.payments.capabilities import capability
from ledger.shop.service import Shops
from ledger.shop.stamps import SeriesResumed, shop_id

_PAGE = 500
# Pages of orders that are paid, or free: the next so many after one of them.
PaidOrders = Callable[[UUID, int], Sequence[UUID]]


class NumberedStore(StampStore, Protocol):
    """A store that tells how far its series are."""

    def last_numbers(self, series: Sequence[str]) -> Mapping[str, int]: ...

    def feed(self, after: int, *, limit: int) -> Sequence[Recorded[object]]: ...


def backup_of(store: NumberedStore, shops: Shops, correlation_id: UUID) -> datetime | None:
    """When the newest stamp before this run's own was recorded; None if it has not begun."""
    names = [
        name for place, slug in enumerate(shops.slugs()) for name in _series(shops, slug, place)
    ]
    found = [store.find(correlation_id, SeriesResumed, occurrence=name) for name in names]
    first = min((one.position for one in found if one), default=None)
    if first is None:
        return None
    (newest,) = store.feed(first - 2, limit=1)
    return newest.recorded_at


def resume(
    store: NumberedStore, shops: Shops, *, gap: int, correlation_id: UUID, actor: str
) -> Sequence[SeriesResumed]:
    """Stamp a gap of so many numbers into every series. Raises `Busy` while others import shops.

    The same correlation id again stamps nothing more. Payment references are the whole ledger's:
    the oldest shop carries their gap.
    """
    resumed: list[SeriesResumed] = []
    for place, slug in enumerate(shops.slugs()):
        names = _series(shops, slug, place)
        resumed += _resume(store, shops, slug, names, gap=gap, cause=correlation_id, actor=actor)
    return resumed


def _series(shops: Shops, slug: str, place: int) -> Sequence[str]:
    shop = shops.fresh(slug).id
    series = [order_numbers(shop), receipt_numbers(shop)]
    return [*series, PAYMENT_REFERENCES] if place == 0 else series


def _resume(
    store: NumberedStore,
    shops: Shops,
    slug: str,
    names: Sequence[str],
    *,
    gap: int,
    cause: UUID,
    actor: str,
) -> Sequence[SeriesResumed]:
    def attempt() -> Sequence[SeriesResumed] | Conflict:
        shop, known = shops.fresh(slug), store.last_numbers(names)
        stamps = [
            SeriesResumed(series=name, after=known.get(name, 0), until=known.get(name, 0) + gap)
            for name in names
            if store.find(cause, SeriesResumed, occurrence=name) is None
        ]
        shops.forget()
        if not stamps:
            return ()
        drafts = tuple(
            Draft(stream=shop.id, stamp=one, correlation_id=cause, actor=actor) for one in stamps
        )
        (outcome,) = store.append(Append(drafts=drafts, expected={shop.id: shop.version}))
        if isinstance(outcome, Appended):
            return stamps
        # Whoever stamped the same gap was faster: what stands there is looked up again.
        return Conflict(stream=shop.id, expected=shop.version, actual=shop.version)

    return again_on_conflict(shop_id(slug), attempt)


def known_here_alone(
    store: ManyStore, paid: PaidOrders, *, backup_of: datetime | None
) -> Iterator[Order]:
    """Orders that may have been cancelled since the backup without a trace outside: maybe none was.

    They are free, or all their money came by hand, and what they are for had not begun when the
    backup was made. Of the others a provider knows what went back.
    """
    after = UUID(int=0)
    while ids := paid(after, _PAGE):
        histories = store.read_opened(ids)
        for order in (fold(one, histories[one]) for one in ids if histories.get(one)):
            if _is_known_here_alone(order, backup_of):
                yield order
        after = ids[-1]


def _is_known_here_alone(order: Order, backup_of: datetime | None) -> bool:
    if not order.alive or (backup_of is not None and order.starts_at <= backup_of):
        return False
    paid = [one for one in order.attempts.values() if one.received is not None]
    return all(capability(one.provider).by_hand for one in paid)
