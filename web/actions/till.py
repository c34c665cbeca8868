"""A box office: shifts of people at a till, what they sell, and the report that balances."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from uuid import UUID

from ledger.kernel.money import Money, major
from ledger.kernel.refusals import UnknownOrder, UnknownShift
from ledger.kernel.store import Append
from ledger.order.commands import DoorSale, Wanted
from ledger.order.decisions.sell_at_door import by_rate
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.order.stamps import Customer, OrderPlaced, OrderStamp
from ledger.shop.shop import Shop
from ledger.till.service import Tills, TillWish
from ledger.till.shift import Sale, Shift
from ledger.till.stamps import RateSum, SaleRung, Way
from web.actions.csv_cells import harmless
from web.actions.place import wish_of
from web.wiring.parts import Parts


def tills(parts: Parts) -> Tills:
    """All shifts."""
    return Tills(parts.store)


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Whose till it is, in which shop and shift."""

    shop: Shop
    actor: str
    shift: UUID


def sell(
    parts: Parts,
    till: Till,
    *,
    key: UUID,
    lines: Sequence[Wanted],
    way: Way,
    shown: Money,
    email: str,
    language: str,
) -> Order:
    """The order that was sold, paid and ticketed in one append with its line in the shift.

    The same key gives the first one back. Raises what placing raises, `ShiftOver`, and
    `CustomerInvalid` for an address that is none.
    """
    shop, customer = till.shop, Customer(first_name="", last_name="", email=email)
    count = sum(shop.products[one.product].tickets * one.quantity for one in lines)
    content = repr((shop.slug, [(one.product, one.quantity) for one in lines], way, email))
    wish = wish_of(
        parts,
        key,
        actor=till.actor,
        lines=lines,
        customer=customer,
        language=language,
        content=content.encode(),
    )
    wish = replace(
        wish,
        for_customer=True,
        expected_total=shown,
        email_index=wish.email_index if email else "",
        sale=DoorSale(way=str(way), tickets=parts.draw_tickets(count)),
    )
    if (first := parts.orders.placed_under(key)) is not None:
        return first
    asked = TillWish(correlation_id=key, actor=till.actor)
    rung = tills(parts).rung(till.shift, asked)
    return parts.orders.place(shop.slug, wish, rung=_beside(rung, wish.order, way))


def _beside(
    rung: Callable[[SaleRung], Append], order: UUID, way: Way
) -> Callable[[Sequence[OrderStamp]], Append | None]:
    def beside(stamps: Sequence[OrderStamp]) -> Append | None:
        placed = stamps[0]
        assert isinstance(placed, OrderPlaced)
        rates = tuple(
            RateSum(vat_percent=f"{rate:f}", gross=gross)
            for rate, gross in sorted(by_rate(placed).items())
        )
        return rung(SaleRung(order=order, amount=placed.total, way=way, rates=rates))

    return beside


def shift_of(parts: Parts, shop: Shop, shift: UUID) -> Shift:
    """A shift of this shop; raises `UnknownShift`."""
    found = tills(parts).get(shift)
    if found.opened is None or found.opened.shop != shop.id:
        raise UnknownShift
    return found


def shifts_of(parts: Parts, shop: Shop) -> Sequence[Shift]:
    """Everybody's shifts in a shop, the newest first."""
    actors = dict.fromkeys(one.actor for one in parts.staff.every())
    found = [one for actor in actors for one in tills(parts).of(shop.id, actor)]
    return sorted(found, key=lambda one: str(one.opened_at), reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleChecked:
    """A sale beside its order as it is today. `told`: what its order says came by hand then."""

    sale: Sale
    order: Order | None
    told: Money | None

    @property
    def balances(self) -> bool:
        """Whether the order's own stamps say the same."""
        return self.told == self.sale.stamp.amount


def checked(parts: Parts, shift: Shift) -> Sequence[SaleChecked]:
    """Each sale of a shift against the stamps of its order."""
    return [_checked(parts, one) for one in shift.sales]


def _checked(parts: Parts, sale: Sale) -> SaleChecked:
    try:
        order = parts.orders.get(sale.stamp.order)
    except UnknownOrder:
        return SaleChecked(sale=sale, order=None, told=None)
    if order.free_confirmed is not None:
        return SaleChecked(sale=sale, order=order, told=order.terms.total)
    came = [one for one in order.attempts.values() if one.provider == MANUAL and one.marked]
    told = came[0].marked if came and came[0].method == sale.stamp.way else None
    return SaleChecked(sale=sale, order=order, told=told)


def report_rows(parts: Parts, shift: Shift, *, person: str) -> Iterator[str]:
    """The report of a shift as CSV: one line for each figure, amounts in major units."""
    opened, currency = shift.begun, shift.currency
    rows: list[tuple[str, str, str, str]] = [
        ("figure", "way", "vat_percent", f"amount_{currency}"),
        ("person", "", "", harmless(person)),
        ("opened_at", "", "", shift.opened_at.isoformat() if shift.opened_at else ""),
        ("closed_at", "", "", shift.closed_at.isoformat() if shift.closed_at else ""),
        ("opening", "cash", "", _major(opened.opening)),
        *(("sales", str(way), "", _major(shift.sold(way))) for way in Way),
        *(
            ("sales_at_rate", str(way), rate, _major(m))
            for (rate, way), m in shift.by_rate().items()
        ),
        ("put_in", "cash", "", _major(shift.put_in)),
        ("taken_out", "cash", "", _major(shift.taken_out)),
        ("expected", "cash", "", _major(shift.expected)),
        ("counted", "cash", "", _major(shift.closed.counted) if shift.closed else ""),
        ("difference", "cash", "", _major(shift.difference) if shift.difference else ""),
    ]
    for one in checked(parts, shift):
        number = f"{one.order.number:06d}" if one.order else ""
        kind = "sale" if one.balances else "sale_differs"
        rows.append(
            (f"{kind} {number}", str(one.sale.stamp.way), "", _major(one.sale.stamp.amount))
        )
    for row in rows:
        line = StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


def _rate_rows(shift: Shift) -> Iterator[tuple[str, str, str, str]]:
    for (rate, way), gross in shift.by_rate().items():
        yield "sales_at_rate", str(way), rate, _major(gross)


def _major(amount: Money) -> str:
    return f"{major(amount):f}"
