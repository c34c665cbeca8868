"""A shift at a till: what was sold and handed back, what cash should be there, what was counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.money import Money, total, zero
from ledger.kernel.refusals import ShiftOver, UnknownShift
from ledger.till.stamps import (
    CashMoved,
    SaleRung,
    SaleVoided,
    ShiftClosed,
    ShiftOpened,
    TillStamp,
    Way,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One order that was sold, and when."""

    stamp: SaleRung
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidedSale:
    """One order that was sold by mistake and given back here, and when."""

    stamp: SaleVoided
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMovement:
    """Cash that came or went beside sales, and when."""

    stamp: CashMoved
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A shift as it stands. `actor` is whose it is."""

    id: UUID
    version: int = 0
    opened: ShiftOpened | None = None
    actor: str = ""
    opened_at: datetime | None = None
    sales: tuple[Sale, ...] = ()
    voids: tuple[VoidedSale, ...] = ()
    movements: tuple[CashMovement, ...] = ()
    closed: ShiftClosed | None = None
    closed_at: datetime | None = None

    @property
    def begun(self) -> ShiftOpened:
        """How it began; raises `UnknownShift` for a stream that is none."""
        if self.opened is None:
            raise UnknownShift
        return self.opened

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.opened is not None and self.closed is None

    @property
    def currency(self) -> str:
        return self.begun.opening.currency

    def sold(self, way: Way) -> Money:
        """What was sold in one way of paying."""
        return total(
            [one.stamp.amount for one in self.sales if one.stamp.way == way], self.currency
        )

    def handed_back(self, way: Way) -> Money:
        """What went back for sales that were mistakes, as it had come."""
        return total(
            [one.stamp.amount for one in self.voids if one.stamp.way == way], self.currency
        )

    @property
    def put_in(self) -> Money:
        """Cash that was put into the till beside sales."""
        return self._moved(inward=True)

    @property
    def taken_out(self) -> Money:
        """Cash that was taken out of it."""
        return self._moved(inward=False)

    def _moved(self, *, inward: bool) -> Money:
        of = [one.stamp.amount for one in self.movements if one.stamp.inward is inward]
        return total(of, self.currency)

    @property
    def expected(self) -> Money:
        """The cash that should be there: opening and sales for cash, with what came and went."""
        sold = self.sold(Way.CASH) - self.handed_back(Way.CASH)
        return self.begun.opening + sold + self.put_in - self.taken_out

    @property
    def difference(self) -> Money | None:
        """Counted less expected; None while nobody has counted."""
        return self.closed.counted - self.expected if self.closed else None

    def by_rate(self) -> Mapping[tuple[str, Way], Money]:
        """What was sold by VAT rate and way of paying, VAT included, less what went back."""
        sums: dict[tuple[str, Way], Money] = {}
        nothing = zero(self.currency)
        for sale in self.sales:
            for key, gross in _rates(sale.stamp):
                sums[key] = sums.get(key, nothing) + gross
        for void in self.voids:
            for key, gross in _rates(void.stamp):
                sums[key] = sums.get(key, nothing) - gross
        return dict(sorted(sums.items()))


def _rates(one: SaleRung | SaleVoided) -> Iterator[tuple[tuple[str, Way], Money]]:
    for rate in one.rates:
        yield (rate.vat_percent, one.way), rate.gross


def fold_shift(id: UUID, history: Iterable[Recorded[object]]) -> Shift:
    """The shift as it stands after these stamps."""
    shift = Shift(id=id)
    for recorded in history:
        shift = evolve_shift(shift, recorded)
    return shift


def evolve_shift(shift: Shift, recorded: Recorded[object]) -> Shift:
    """The shift after one more stamp."""
    shift, stamp, at = (
        replace(shift, version=recorded.version),
        recorded.stamp,
        recorded.recorded_at,
    )
    if not isinstance(stamp, TillStamp):
        raise Foreign(stamp)
    match stamp:
        case ShiftOpened():
            return replace(shift, opened=stamp, actor=recorded.actor, opened_at=at)
        case SaleRung():
            return replace(shift, sales=(*shift.sales, Sale(stamp=stamp, at=at)))
        case SaleVoided():
            return replace(shift, voids=(*shift.voids, VoidedSale(stamp=stamp, at=at)))
        case CashMoved():
            moved = (*shift.movements, CashMovement(stamp=stamp, at=at))
            return replace(shift, movements=moved)
        case ShiftClosed():
            return replace(shift, closed=stamp, closed_at=at)
        case _:
            assert_never(stamp)


def require_open(shift: Shift) -> None:
    """Raises `UnknownShift`, `ShiftOver`."""
    if not shift.is_open:
        _ = shift.begun
        raise ShiftOver


def sales_of(shift: Shift) -> Sequence[UUID]:
    """The orders that were sold in it, in their order."""
    return [one.stamp.order for one in shift.sales]
