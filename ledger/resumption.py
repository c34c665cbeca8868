"""A ledger restored from a backup goes on, and gives no number a second time (SPEC O2b)."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from ledger.appends import Append, Appended, StampStore
from ledger.recorded import Draft, Recorded
from ledger.refusals import Busy
from ledger.series import PAYMENT_REFERENCES, order_numbers, receipt_numbers
from ledger.shop_stamps import SeriesResumed
from ledger.shops import Shops

_PATIENCE = 5


class NumberedStore(StampStore, Protocol):
    """A store that tells how far its series are."""

    def find(self, correlation_id: UUID, type: str, *, occurrence: str = "") -> Recorded | None: ...

    def last_numbers(self, series: Sequence[str]) -> Mapping[str, int]: ...


def resume(
    store: NumberedStore, shops: Shops, *, gap: int, correlation_id: UUID, actor: str
) -> Sequence[SeriesResumed]:
    """Stamp a gap of so many numbers into every series. Raises `Busy` while others import shops.

    The same correlation id again stamps nothing more. Payment references are the whole ledger's:
    the oldest shop carries their gap.
    """
    resumed: list[SeriesResumed] = []
    for place, slug in enumerate(shops.slugs()):
        shop = shops.fresh(slug).id
        series = [order_numbers(shop), receipt_numbers(shop)]
        names = [*series, PAYMENT_REFERENCES] if place == 0 else series
        resumed += _resume(store, shops, slug, names, gap=gap, cause=correlation_id, actor=actor)
    return resumed


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
    for _ in range(_PATIENCE):
        shop, known = shops.fresh(slug), store.last_numbers(names)
        stamps = [
            SeriesResumed(series=name, after=known.get(name, 0), until=known.get(name, 0) + gap)
            for name in names
            if store.find(cause, "SERIES_RESUMED", occurrence=name) is None
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
    raise Busy(shops.fresh(slug).id)
