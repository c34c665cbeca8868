"""The report of a shift: figures that balance, each sale beside its order. One builder for all."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any
from uuid import UUID

from ledger.kernel.money import Money, major, zero
from ledger.kernel.refusals import UnknownOrder, UnknownShift
from ledger.order.decisions.staff import MANUAL
from ledger.order.order import Order
from ledger.shop.shop import Shop
from ledger.till.shift import Sale, Shift, VoidedSale
from ledger.till.stamps import Way
from projections.order_json import moment
from web.actions.csv_cells import harmless
from web.actions.till import tills
from web.wiring.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSale:
    """A sale, or one that was given back, beside its order as it is today.

    `told`: what its order says came by hand then, or went back so.
    """

    sale: Sale | VoidedSale
    order: Order | None
    told: Money | None

    @property
    def balances(self) -> bool:
        """Whether the order's own stamps say the same."""
        return self.told == self.sale.stamp.amount

    @property
    def void(self) -> bool:
        """Whether it was given back here."""
        return isinstance(self.sale, VoidedSale)

    @property
    def lives(self) -> bool:
        """Whether its order lives, so that it may be given back still."""
        return self.order is not None and self.order.alive


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a report: of a way of paying, of a VAT rate in percent; empty: of all."""

    name: str
    way: str
    rate: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TillReport:
    """A shift with its figures and, one by one, what was sold and given back in it."""

    shift: Shift
    person: str
    figures: Sequence[Figure]
    sales: Sequence[CheckedSale]
    voids: Sequence[CheckedSale]

    @property
    def balances(self) -> bool:
        """Whether every sale is as its order tells it."""
        return all(one.balances for one in (*self.sales, *self.voids))


def shift_of(parts: Parts, shop: Shop, shift: UUID) -> Shift:
    """A shift of this shop; raises `UnknownShift`."""
    found = tills(parts).get(shift)
    if found.opened is None or found.opened.shop != shop.id:
        raise UnknownShift
    return found


def shifts_of(parts: Parts, shop: Shop, limit: int, *, offset: int = 0) -> Sequence[Shift]:
    """Everybody's shifts in a shop, the newest first."""
    return [tills(parts).get(one) for one in parts.views.shifts(shop.slug, limit, offset=offset)]


def people(parts: Parts) -> Mapping[str, str]:
    """What whoever sold is called, by how stamps name them."""
    return {one.actor: one.email for one in parts.staff.every() if one.email}


def report_of(parts: Parts, shift: Shift) -> TillReport:
    """The report of a shift as it stands."""
    return TillReport(
        shift=shift,
        person=people(parts).get(shift.actor, shift.actor),
        figures=[*_figures(shift)],
        sales=[_checked(parts, one) for one in shift.sales],
        voids=[_checked_void(parts, one) for one in shift.voids],
    )


def _figures(shift: Shift) -> Iterator[Figure]:
    def figure(name: str, amount: Money, way: str = "cash", rate: str = "") -> Figure:
        return Figure(name=name, way=way, rate=rate, amount=amount)

    yield figure("opening", shift.begun.opening)
    for way in Way:
        yield figure("sales", shift.sold(way), way)
        yield figure("handed_back", shift.handed_back(way), way)
    for (rate, way), gross in shift.by_rate().items():
        yield figure("sales_at_rate", gross, way, rate)
    yield figure("put_in", shift.put_in)
    yield figure("taken_out", shift.taken_out)
    yield figure("expected", shift.expected)
    if shift.closed is not None and shift.difference is not None:
        yield figure("counted", shift.closed.counted)
        yield figure("difference", shift.difference)


def _checked(parts: Parts, sale: Sale) -> CheckedSale:
    order = _order(parts, sale.stamp.order)
    if order is None:
        return CheckedSale(sale=sale, order=None, told=None)
    if order.free_confirmed is not None:
        return CheckedSale(sale=sale, order=order, told=order.terms.total)
    came = [one for one in order.attempts.values() if one.provider == MANUAL and one.marked]
    told = came[0].marked if came and came[0].method == sale.stamp.way else None
    return CheckedSale(sale=sale, order=order, told=told)


def _checked_void(parts: Parts, void: VoidedSale) -> CheckedSale:
    order = _order(parts, void.stamp.order)
    if order is None or order.alive or order.cancelled is None:
        return CheckedSale(sale=void, order=order, told=None)
    refund = order.refund_of(order.cancelled)
    went = refund.manual if refund else None
    return CheckedSale(sale=void, order=order, told=went or zero(order.currency))


def _order(parts: Parts, order: UUID) -> Order | None:
    try:
        return parts.orders.get(order)
    except UnknownOrder:
        return None


def report_rows(report: TillReport) -> Iterator[str]:
    """The report as CSV: one line for each figure and each sale, amounts in major units."""
    shift = report.shift
    rows: list[tuple[str, str, str, str]] = [
        ("figure", "way", "vat_percent", f"amount_{shift.currency}"),
        ("person", "", "", harmless(report.person)),
        ("opened_at", "", "", moment(shift.opened_at) or ""),
        ("closed_at", "", "", moment(shift.closed_at) or ""),
        *((one.name, one.way, one.rate, f"{major(one.amount):f}") for one in report.figures),
    ]
    for one in (*report.sales, *report.voids):
        number = f"{one.order.number:06d}" if one.order else ""
        kind = ("given_back" if one.void else "sale") + ("" if one.balances else "_differs")
        way, amount = str(one.sale.stamp.way), one.sale.stamp.amount
        rows.append((f"{kind} {number}", way, "", f"{major(amount):f}"))
    for row in rows:
        line = StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


def shift_document(shift: Shift) -> dict[str, Any]:
    """A shift as a document, without what was sold in it one by one."""
    return {
        "shift": str(shift.id),
        "actor": shift.actor,
        "open": shift.is_open,
        "opened_at": moment(shift.opened_at),
        "closed_at": moment(shift.closed_at),
        "currency": shift.currency,
        "expected": shift.expected.amount,
        "difference": shift.difference.amount if shift.difference is not None else None,
    }


def report_document(report: TillReport) -> dict[str, Any]:
    """The whole report as a document, amounts in minor units."""
    return {
        **shift_document(report.shift),
        "person": report.person,
        "balances": report.balances,
        "figures": [
            {
                "figure": f.name,
                "way": f.way,
                "vat_percent": f.rate or None,
                "amount": f.amount.amount,
            }
            for f in report.figures
        ],
        "sales": [_sale_document(one) for one in report.sales],
        "given_back": [_sale_document(one) for one in report.voids],
    }


def _sale_document(one: CheckedSale) -> dict[str, Any]:
    stamp = one.sale.stamp
    return {
        "order": str(stamp.order),
        "number": one.order.number if one.order else None,
        "at": moment(one.sale.at),
        "way": str(stamp.way),
        "amount": stamp.amount.amount,
        "balances": one.balances,
    }
