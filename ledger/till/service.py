"""Shifts as a service: opened, sold in, counted and closed, each by one append on its stream."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from ledger.kernel.events import Draft
from ledger.kernel.money import Money
from ledger.kernel.refusals import AmountNegative, KeyReused, ShiftOver
from ledger.kernel.retry import again_on_conflict
from ledger.kernel.store import Append, Appended, Conflict, Contradiction, StampStore
from ledger.till.shift import Shift, fold_shift, require_open
from ledger.till.stamps import (
    CashMoved,
    SaleRung,
    SaleVoided,
    ShiftClosed,
    ShiftOpened,
    TillStamp,
    shift_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TillWish:
    """Who asks, and under which correlation id the stamp will stand."""

    correlation_id: UUID
    actor: str


class Tills:
    """All shifts of a ledger."""

    def __init__(self, store: StampStore) -> None:
        self._store = store

    def get(self, shift: UUID) -> Shift:
        """As it stands; of a stream that is none, one that was never opened."""
        history = self._store.read(shift)
        if not history or not isinstance(history[0].stamp, ShiftOpened):
            return Shift(id=shift)
        return fold_shift(shift, history)

    def last_of(self, shop: UUID, actor: str) -> Shift | None:
        """The newest of a person's shifts in a shop, found in few looks: they are counted from 1.

        None if there is none.
        """
        last, beyond = None, 1
        while (found := self.get(shift_id(shop, actor, beyond))).opened is not None:
            last, beyond = found, 2 * beyond
        known = beyond // 2
        while beyond - known > 1:
            middle = (known + beyond) // 2
            found = self.get(shift_id(shop, actor, middle))
            if found.opened is None:
                beyond = middle
            else:
                last, known = found, middle
        return last

    def open_of(self, shop: UUID, actor: str) -> Shift | None:
        """The shift that a person has open in a shop."""
        last = self.last_of(shop, actor)
        return last if last is not None and last.is_open else None

    def open_id(self, shop: UUID, actor: str) -> UUID:
        """The same, by its stream. Raises `ShiftOver` where none is open."""
        found = self.open_of(shop, actor)
        if found is None:
            raise ShiftOver
        return found.id

    def open(self, wish: TillWish, *, shop: UUID, slug: str, opening: Money) -> Shift:
        """A shift of whoever asks; the one that is open already, if one is."""
        _require_positive(opening)

        def attempt() -> Shift | Conflict:
            last = self.last_of(shop, wish.actor)
            if last is not None and last.is_open:
                return last
            number = last.begun.number + 1 if last is not None else 1
            fresh = Shift(id=shift_id(shop, wish.actor, number))
            stamp = ShiftOpened(shop=shop, shop_slug=slug, number=number, opening=opening)
            return self._appended(fresh, stamp, wish)

        return again_on_conflict(shop, attempt)

    def move_cash(
        self, shift: UUID, wish: TillWish, *, amount: Money, inward: bool, reason: str
    ) -> Shift:
        """Cash comes or goes beside sales. Raises `ShiftOver`, `UnknownShift`."""
        _require_positive(amount)
        stamp = CashMoved(amount=amount, inward=inward, reason=reason)
        return self._going_on(shift, stamp, wish)

    def close(self, shift: UUID, wish: TillWish, *, counted: Money) -> Shift:
        """The shift is over with this much cash; one that is over stays as it was counted."""
        _require_positive(counted)
        try:
            return self._going_on(shift, ShiftClosed(counted=counted), wish)
        except ShiftOver:
            return self.get(shift)

    def rung(self, shift: UUID, wish: TillWish) -> Callable[[SaleRung | SaleVoided], Append]:
        """What stamps a sale in a shift, or that it was none, in the append of its order.

        Raises `ShiftOver`.
        """

        def beside(sale: SaleRung | SaleVoided) -> Append:
            known = self.get(shift)
            require_open(known)
            return _append(known, sale, wish)

        return beside

    def _going_on(self, shift: UUID, stamp: TillStamp, wish: TillWish) -> Shift:
        def attempt() -> Shift | Conflict:
            known = self.get(shift)
            require_open(known)
            return self._appended(known, stamp, wish)

        return again_on_conflict(shift, attempt)

    def _appended(self, shift: Shift, stamp: TillStamp, wish: TillWish) -> Shift | Conflict:
        (outcome,) = self._store.append(_append(shift, stamp, wish))
        if isinstance(outcome, Conflict):
            return outcome
        if isinstance(outcome, Contradiction):
            raise KeyReused
        assert isinstance(outcome, Appended), outcome
        return self.get(outcome.recorded[0].stream)


def _append(shift: Shift, stamp: TillStamp, wish: TillWish) -> Append:
    draft: Draft[object] = Draft(
        stream=shift.id, stamp=stamp, correlation_id=wish.correlation_id, actor=wish.actor
    )
    return Append(drafts=[draft], expected={shift.id: shift.version})


def _require_positive(amount: Money) -> None:
    if amount.amount < 0:
        raise AmountNegative
