"""A shift at a till: what was sold, what cash should be there, and what was counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from ledger.kernel.events import Foreign, Recorded
from ledger.kernel.money import Money, total
from ledger.kernel.refusals import ShiftOver, UnknownShift
from ledger.till.stamps import CashMoved, SaleRung, ShiftClosed, ShiftOpened, TillStamp, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One order that was sold, and when."""

    stamp: SaleRung
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
            [one.stamp.amount for one in self.sales if one.stamp.way is way], self.currency
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
        return self.begun.opening + self.sold(Way.CASH) + self.put_in - self.taken_out

    @property
    def difference(self) -> Money | None:
        """Counted less expected; None while nobody has counted."""
        return self.closed.counted - self.expected if self.closed else None

    def by_rate(self) -> Mapping[tuple[str, Way], Money]:
        """What was sold at each VAT rate in each way of paying, VAT included."""
        sums: dict[tuple[str, Way], Money] = {}
        for rate, way, gross in self._rates():
            sums[rate, way] = sums[rate, way] + gross if (rate, way) in sums else gross
        return dict(sorted(sums.items()))

    def _rates(self) -> Iterator[tuple[str, Way, Money]]:
        for sale in self.sales:
            for one in sale.stamp.rates:
                yield one.vat_percent, sale.stamp.way, one.gross


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
