"""The waiting list as a service: places are taken, offered, used, left, and lapse."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from ledger.kernel.clocks import after
from ledger.kernel.events import Draft, Recorded, derived
from ledger.kernel.refusals import Busy, Contradicted
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.seats import seat_changes
from ledger.kernel.store import Append, Appended, NoRoom, Outcome, SeatChange, StampStore
from ledger.order.service import Beside
from ledger.order.stamps import SeatClaim
from ledger.shop.shop import Shop
from ledger.shop.stamps import line_id
from ledger.waiting_list.place import (
    GENERATIONS,
    LINE_LENGTH,
    WaitingPlace,
    decide_lapse,
    decide_leave,
    decide_move,
    decide_offer,
    decide_take,
    decide_use,
    evolve_place,
    fold_place,
    place_id,
)
from ledger.waiting_list.refusals import NobodyWaits, UnknownPlace
from ledger.waiting_list.stamps import (
    Leaving,
    LineEnd,
    PlaceLetterEnded,
    PlaceLetterStarted,
    PlaceStamp,
    PlaceTaken,
)

VISITOR, WORKER = "visitor", "worker"
_Wished = Callable[[WaitingPlace], Sequence[PlaceStamp]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWish:
    """What somebody wants to wait for, who proved that `email` is theirs."""

    product: str
    quantity: int
    language: str
    email: str
    email_index: str
    code: str
    code_hash: str
    correlation_id: UUID


class WaitingList:
    """All places in all lines. Raises `LedgerUnavailable`."""

    def __init__(self, store: StampStore) -> None:
        self._store = store

    def get(self, place: UUID) -> WaitingPlace:
        """The place as it stands; raises `UnknownPlace`."""
        found = self._read(place)
        if found.taken is None:
            raise UnknownPlace
        return found

    def every(self, shop: UUID, product: str, email_index: str) -> Sequence[WaitingPlace]:
        """All places that an address has had in a line."""
        found = list[WaitingPlace]()
        for generation in count(1):
            place = self._read(place_id(shop, product, email_index, generation))
            if place.taken is None:
                break
            found.append(place)
        return found

    def take(self, shop: Shop, wish: PlaceWish) -> WaitingPlace:
        """The one place of an address in a line: taken now, or before and still waiting.

        Raises `NobodyWaits` where the shop lets nobody wait for this product.
        """

        def attempt() -> Outcome | WaitingPlace:
            had = self.every(shop.id, wish.product, wish.email_index)
            if had and had[-1].alive:
                return had[-1]
            product = shop.products.get(wish.product)
            if not shop.lets_wait or product is None or not product.quotas:
                raise NobodyWaits
            if len(had) >= GENERATIONS:
                raise Busy(shop.id)
            stamp = _taken(shop, wish, generation=len(had) + 1)
            id = place_id(shop.id, wish.product, wish.email_index, stamp.generation)
            place = WaitingPlace(id=id)
            drafts = _drafts(place, decide_take(place, stamp), VISITOR, wish.correlation_id)
            return self._store.append(moving(place, drafts))[0]

        outcome = again_on_conflict(shop.id, attempt)
        if isinstance(outcome, WaitingPlace):
            return outcome
        if not isinstance(outcome, Appended):
            raise Contradicted
        return self.get(outcome.recorded[0].stream)

    def offer(
        self, place: UUID, shop: Shop, *, until: datetime, seen: int
    ) -> WaitingPlace | NoRoom | None:
        """The place with its seats held; the room that there is not; None if it does not wait."""
        known = self.get(place)
        product = shop.products[known.terms.product]
        many = known.terms.quantity
        seats = [SeatClaim(quota=one, seats=many) for one in sorted(shop.quota_ids(product))]
        stamps = decide_offer(known, seats, until=until, seen=seen)
        if not stamps:
            return None
        append = moving(known, _drafts(known, stamps, WORKER, derived(place, "offer")))
        # What it takes of each quota is as the shop says it at this very moment.
        append = replace(append, expected={**append.expected, shop.id: shop.version})
        (outcome,) = self._store.append(append)
        if isinstance(outcome, NoRoom):
            return outcome
        return self.get(place) if isinstance(outcome, Appended) else None

    def lapse(self, place: UUID, at: datetime) -> WaitingPlace:
        """The place, given up if its time is over."""
        wished = lambda known: decide_lapse(known, at)  # noqa: E731
        return self._stamp(place, wished, actor=WORKER, correlation_id=derived(place, "lapse"))

    def leave(
        self,
        place: UUID,
        cause: Leaving,
        *,
        actor: str,
        order: UUID | None = None,
        reason: str | None = None,
    ) -> WaitingPlace:
        """The place after somebody left it, or was removed; raises `UnknownPlace`."""
        wished = lambda known: decide_leave(known, cause, order=order, reason=reason)  # noqa: E731
        return self._stamp(place, wished, actor=actor, correlation_id=derived(place, "leave"))

    def move(
        self, place: UUID, to: LineEnd, *, reason: str, actor: str, correlation_id: UUID
    ) -> WaitingPlace:
        """The place at another end of its line; raises `NotInLine`, `UnknownPlace`."""
        wished = lambda known: decide_move(known, to, reason)  # noqa: E731
        return self._stamp(place, wished, actor=actor, correlation_id=correlation_id)

    def used_by(self, place: UUID, order: UUID, at: datetime) -> Beside:
        """What stands beside placing an order that takes the seats of a hold.

        Raises `HoldOver` when it is called, and `UnknownPlace`.
        """

        def beside() -> Append:
            known = self.get(place)
            stamps = decide_use(known, order, at)
            return moving(known, _drafts(known, stamps, VISITOR, derived(order, "use")))

        return beside

    def tell(
        self, place: WaitingPlace, news: PlaceLetterStarted | PlaceLetterEnded
    ) -> WaitingPlace | None:
        """The place after a letter was begun, or ended; None if somebody else was faster."""
        cause = derived(place.id, f"letter/{news.letter}")
        append = moving(place, _drafts(place, [news], WORKER, cause))
        (outcome,) = self._store.append(append)
        if not isinstance(outcome, Appended) or outcome.repeated:
            return None
        return evolve_place(place, outcome.recorded[0])

    def _stamp(
        self, id: UUID, wished: _Wished, *, actor: str, correlation_id: UUID
    ) -> WaitingPlace:
        def attempt() -> Outcome | None:
            known = self.get(id)
            stamps = wished(known)
            if not stamps:
                return None
            drafts = _drafts(known, stamps, actor, correlation_id)
            return self._store.append(moving(known, drafts))[0]

        again_on_conflict(id, attempt)
        return self.get(id)

    def _read(self, place: UUID) -> WaitingPlace:
        history = self._store.read(place)
        if history and not isinstance(history[0].stamp, PlaceTaken):
            return WaitingPlace(id=place)  # another kind of stream is no place
        return fold_place(place, history)


def moving(place: WaitingPlace, drafts: Sequence[Draft[object]]) -> Append:
    """What appends these drafts to a place as it stands, with the seats that move by them."""
    moved = place
    for draft in drafts:
        moved = evolve_place(moved, _expected(draft, moved))
    return Append(
        drafts=drafts,
        expected={place.id: place.version},
        seats=tuple(_bounded(one, moved) for one in seat_changes(place, moved)),
    )


def _bounded(change: SeatChange, place: WaitingPlace) -> SeatChange:
    """A line is no quota of the shop's: its length is set by whoever joins it."""
    line = line_id(place.terms.shop, place.terms.product)
    return replace(change, capacity=LINE_LENGTH) if change.quota == line else change


def _expected(draft: Draft[object], place: WaitingPlace) -> Recorded[object]:
    """As it would be recorded next. Only what it does to seats is meant."""
    return Recorded(
        stream=draft.stream,
        version=place.version,
        position=place.position,
        recorded_at=_LONG_AGO,
        stamp=draft.stamp,
        correlation_id=draft.correlation_id,
        actor=draft.actor,
    )


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def hold_until(shop: Shop, product: str, at: datetime) -> datetime:
    """Until when seats of a product that are offered now are held, as it or the shop says."""
    return after(at, seconds=shop.hold_of(product))


def _taken(shop: Shop, wish: PlaceWish, *, generation: int) -> PlaceTaken:
    return PlaceTaken(
        shop=shop.id,
        shop_slug=shop.slug,
        product=wish.product,
        quantity=wish.quantity,
        language=wish.language,
        email_index=wish.email_index,
        generation=generation,
        code_hash=wish.code_hash,
        email=wish.email,
        code=wish.code,
    )


def _drafts(
    place: WaitingPlace, stamps: Sequence[PlaceStamp], actor: str, correlation_id: UUID
) -> list[Draft[object]]:
    return [
        Draft(stream=place.id, stamp=one, correlation_id=correlation_id, actor=actor)
        for one in stamps
    ]
