"""Shops as a service: read them, and bring a shop file's differences into the ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from ledger.kernel.events import Draft, Recorded
from ledger.kernel.refusals import (
    Contradicted,
    QuotaTooSmall,
    SellingStopped,
    ShopChanged,
    ShopInvalid,
    ShopUnreadable,
    UnknownShop,
)
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import (
    Append,
    Appended,
    Conflict,
    NoRoom,
    SeatChange,
    StampStore,
    UnreadStamp,
)
from ledger.shop.cache import ShopCache
from ledger.shop.differences import differences, restatement
from ledger.shop.history import ShopEdit, edits
from ledger.shop.rules import check, check_move, check_reason
from ledger.shop.shop import Shop, ShopSpec, fold_shop
from ledger.shop.stamps import (
    ChangeExplained,
    QuotaSet,
    ShopCancelled,
    ShopMoved,
    quota_id,
    shop_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadShop:
    """A shop whose stamps cannot all be read. `name` is its slug, or its stream's id."""

    name: str
    why: str


class Shops:
    """All shops of a ledger. What was read is kept for moments, or until an append says it is old.

    `cache` says how long; without one, every shop is read whenever it is asked for.
    `keep_pictures` takes bytes by their SHA-256 (hexadecimal), before a stamp names them.
    """

    def __init__(
        self,
        store: StampStore,
        directory: Callable[[], Sequence[UUID]] = lambda: (),
        *,
        cache: ShopCache | None = None,
        keep_pictures: Callable[[Mapping[str, bytes]], object] = lambda pictures: None,
    ) -> None:
        self._store, self._directory = store, directory
        self._keep_pictures = keep_pictures
        self._cache = cache or ShopCache()

    def slugs(self, *, unread: Callable[[UnreadShop], object] = lambda one: None) -> Sequence[str]:
        """The addresses of all shops, oldest first; one that cannot be read is told apart."""
        known = self._cache.young()
        found = []
        for stream in self._directory():
            if stream in known:
                found.append(known[stream])
                continue
            shop, open_faults = self._look(stream)
            if open_faults:
                why = "; ".join(one.why for one in open_faults)
                unread(UnreadShop(name=shop.slug or str(stream), why=why))
            else:
                found.append(shop.slug)
        return found

    def get(self, slug: str) -> Shop:
        """The shop as it was seen lately; raises `UnknownShop` or `ShopUnreadable`."""
        return _opened(self._cache.get(slug, lambda: self._read(slug)))

    def lately(self, slug: str) -> Shop | None:
        """The shop if it need not be read; None otherwise, whether or not there is one."""
        found = self._cache.lately(slug)
        return found if found and found.preferences is not None else None

    def newest(self, slug: str) -> Shop:
        """The shop as the ledger holds it now; raises `UnknownShop`."""
        return _opened(self.fresh(slug))

    def fresh(self, slug: str) -> Shop:
        """The shop as the ledger holds it now; version 0 if there is none.

        Raises `ShopUnreadable`.
        """
        return self._cache.read(slug, lambda: self._read(slug))

    def forget(self) -> None:
        """Read every shop anew when it is asked for next."""
        self._cache.forget()

    def _read(self, slug: str) -> Shop:
        shop, unread = self._look(shop_id(slug))
        if unread:
            raise ShopUnreadable(slug)
        return shop

    def edits(self, slug: str) -> Sequence[ShopEdit]:
        """Every edit of a shop, the oldest first; raises `UnknownShop` and `ShopUnreadable`."""
        shop = self.newest(slug)
        history, _unread = self._store.read_what_can_be(shop.id)
        return edits(shop.id, history)

    def as_of(self, slug: str, version: int) -> Shop:
        """The shop as it was after so many of its stamps; empty if there was none."""
        history, _unread = self._store.read_what_can_be(shop_id(slug))
        return fold_shop(shop_id(slug), (one for one in history if one.version <= version))

    def import_shop(
        self,
        spec: ShopSpec,
        *,
        actor: str,
        at: datetime,
        why: ChangeExplained | None = None,
        seen: int | None = None,
    ) -> Sequence[Recorded[object]]:
        """Stamp exactly the differences between a file and the ledger; none if they agree.

        Where stamps of the shop cannot be read, the file takes the place of all of them.
        `why` stands beside them, if there are any; `seen` is the version of the shop that
        somebody looked at before.
        Raises `ShopInvalid`, `QuotaTooSmall` when a quota would shrink below what is taken, and
        `ShopChanged` when the shop is not as it was seen.
        """
        check(spec)
        self._keep_pictures(spec.pictures)
        return again_on_conflict(shop_id(spec.slug), lambda: self._import(spec, actor, why, seen))

    def cancel(self, slug: str, *, reason: Mapping[str, str], actor: str) -> Shop:
        """The shop, cancelled: from this stamp on it sells nothing, and its orders follow.

        Again it changes nothing. Raises `UnknownShop`, and `ShopInvalid` for the reason.
        """
        check_reason(reason)

        def attempt() -> Shop | Conflict:
            shop = self.newest(slug)
            if shop.cancelled is not None:
                return shop
            return self._changed(shop, ShopCancelled(reason=reason), actor)

        return again_on_conflict(shop_id(slug), attempt)

    def move(
        self,
        slug: str,
        *,
        starts_at: datetime,
        reason: Mapping[str, str],
        refunds_until: datetime | None,
        actor: str,
        at: datetime,
    ) -> Shop:
        """The shop with its new start; its orders follow. Raises as `moving` does."""

        def attempt() -> Shop | Conflict:
            shop = self.newest(slug)
            stamp = moving(
                shop, starts_at=starts_at, reason=reason, refunds_until=refunds_until, at=at
            )
            return self._changed(shop, stamp, actor)

        return again_on_conflict(shop_id(slug), attempt)

    def _changed(self, shop: Shop, stamp: ShopCancelled | ShopMoved, actor: str) -> Shop | Conflict:
        """Under an identity of the shop's version: whoever comes second decides anew."""
        draft = Draft(
            stream=shop.id,
            stamp=stamp,
            correlation_id=uuid5(shop.id, f"change/{shop.version}"),
            actor=actor,
        )
        match self._store.append(Append(drafts=[draft], expected={shop.id: shop.version}))[0]:
            case Appended():
                self.forget()
                return self.newest(shop.slug)
            case Conflict() as conflict:
                return conflict
            case _:
                raise Contradicted

    def _import(
        self, spec: ShopSpec, actor: str, why: ChangeExplained | None, seen: int | None
    ) -> Sequence[Recorded[object]] | Conflict:
        shop, unread = self._look(shop_id(spec.slug))
        if seen is not None and shop.version != seen:
            raise ShopChanged(version=shop.version)
        _require_its_start(spec, shop)
        drafts = _drafts(spec, shop, [one.version for one in unread], actor, why)
        if not drafts:
            return ()
        expected, seats = {shop.id: shop.version}, _capacities(drafts)
        match self._store.append(Append(drafts=drafts, expected=expected, seats=seats))[0]:
            case Appended(recorded=recorded):
                self.forget()
                return recorded
            case NoRoom(quota=quota):
                raise QuotaTooSmall(_name_of(quota, spec))
            case Conflict() as conflict:
                return conflict
            case _:
                raise Contradicted

    def _look(self, stream: UUID) -> tuple[Shop, Sequence[UnreadStamp]]:
        """A shop as far as it can be read, and what of it still stands in the way."""
        history, unread = self._store.read_what_can_be(stream)
        shop = fold_shop(stream, history)
        version = max([shop.version, *(one.version for one in unread)])
        return replace(shop, version=version), [
            one for one in unread if one.version not in shop.void
        ]


def moving(
    shop: Shop,
    *,
    starts_at: datetime,
    reason: Mapping[str, str],
    refunds_until: datetime | None,
    at: datetime,
) -> ShopMoved:
    """What would move a shop; raises `ShopInvalid`, and `SellingStopped` once it is cancelled."""
    if shop.cancelled is not None:
        raise SellingStopped(reason=shop.cancelled.reason)
    stamp = ShopMoved(
        before=shop.terms.starts_at,
        starts_at=starts_at,
        reason=reason,
        refunds_until=refunds_until,
    )
    check_move(shop, stamp, at)
    return stamp


def _require_its_start(spec: ShopSpec, shop: Shop) -> None:
    """A file from before a move would move the shop back, and tell nobody."""
    if spec.preferences.starts_at not in shop.former_starts:
        return
    right = f"{shop.terms.starts_at.isoformat()}: it was moved there (stampledger shop move)"
    told = f"{spec.preferences.starts_at.isoformat()} stands there; right would be {right}"
    raise ShopInvalid([("starts_at", told)])


def _opened(shop: Shop) -> Shop:
    if shop.preferences is None:
        raise UnknownShop
    return shop


def _drafts(
    spec: ShopSpec, shop: Shop, unread: Sequence[int], actor: str, why: ChangeExplained | None
) -> list[Draft[object]]:
    stream = shop_id(spec.slug)
    cause = uuid5(stream, f"import/{shop.version}")
    stamps = restatement(spec, shop, unread) if unread else differences(spec, shop)
    explained = [why] if why is not None and stamps else []
    return [
        Draft(stream=stream, stamp=stamp, correlation_id=cause, actor=actor)
        for stamp in (*stamps, *explained)
    ]


def _capacities(drafts: Sequence[Draft[object]]) -> tuple[SeatChange, ...]:
    return tuple(
        SeatChange(quota=quota_id(one.stream, one.stamp.slug), capacity=one.stamp.capacity)
        for one in drafts
        if isinstance(one.stamp, QuotaSet)
    )


def _name_of(quota: UUID, spec: ShopSpec) -> str:
    shop = shop_id(spec.slug)
    return next((slug for slug in spec.quotas if quota_id(shop, slug) == quota), str(quota))
