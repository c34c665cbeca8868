"""Shops as a service: read them, and bring a shop file's differences into the ledger."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from ledger.appends import Append, Appended, Conflict, NoRoom, SeatChange, StampStore
from ledger.recorded import Draft, Recorded
from ledger.refusals import Busy, Contradicted, QuotaTooSmall, UnknownShop
from ledger.shop import Shop, ShopSpec, differences, fold_shop
from ledger.shop_stamps import QuotaSet, quota_id, shop_id

PATIENCE = 5


class Shops:
    """All shops of a ledger. What was read is kept until an append says it is old."""

    def __init__(
        self, store: StampStore, directory: Callable[[], Sequence[UUID]] = lambda: ()
    ) -> None:
        self._store, self._directory = store, directory
        self._known: dict[str, Shop] = {}

    def slugs(self) -> Sequence[str]:
        """The addresses of all shops, oldest first."""
        known = {shop.id: slug for slug, shop in self._known.items()}
        streams = self._directory()
        return [known.get(one) or fold_shop(one, self._store.read(one)).slug for one in streams]

    def get(self, slug: str) -> Shop:
        """The shop as it was last seen; raises `UnknownShop`."""
        shop = self._known.get(slug) or self.fresh(slug)
        if shop.preferences is None:
            raise UnknownShop
        return shop

    def fresh(self, slug: str) -> Shop:
        """The shop as the ledger holds it now; version 0 if there is none."""
        shop = fold_shop(shop_id(slug), self._store.read(shop_id(slug)))
        if shop.preferences is not None:
            self._known = {**self._known, slug: shop}
        return shop

    def forget(self) -> None:
        """Read every shop anew when it is asked for next."""
        self._known = {}

    def import_shop(self, spec: ShopSpec, *, actor: str, at: datetime) -> Sequence[Recorded]:
        """Stamp exactly the differences between a file and the ledger; none if they agree.

        Raises `ShopInvalid`, and `QuotaTooSmall` when a quota would shrink below what is taken.
        """
        for _ in range(PATIENCE):
            shop = self.fresh(spec.slug)
            drafts = _drafts(spec, shop, actor)
            if not drafts:
                return ()
            append = Append(
                drafts=drafts, expected={shop.id: shop.version}, seats=_capacities(drafts)
            )
            match self._store.append(append)[0]:
                case Appended(recorded=recorded):
                    self.forget()
                    return recorded
                case NoRoom(quota=quota):
                    raise QuotaTooSmall(_name_of(quota, spec))
                case Conflict():
                    continue
                case _:
                    raise Contradicted
        raise Busy(shop_id(spec.slug))


def _drafts(spec: ShopSpec, shop: Shop, actor: str) -> list[Draft]:
    stream = shop_id(spec.slug)
    cause = uuid5(stream, f"import/{shop.version}")
    return [
        Draft(stream=stream, stamp=stamp, correlation_id=cause, actor=actor)
        for stamp in differences(spec, shop)
    ]


def _capacities(drafts: Sequence[Draft]) -> tuple[SeatChange, ...]:
    return tuple(
        SeatChange(quota=quota_id(one.stream, one.stamp.slug), capacity=one.stamp.capacity)
        for one in drafts
        if isinstance(one.stamp, QuotaSet)
    )


def _name_of(quota: UUID, spec: ShopSpec) -> str:
    shop = shop_id(spec.slug)
    return next((slug for slug in spec.quotas if quota_id(shop, slug) == quota), str(quota))
