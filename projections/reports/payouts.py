"""Which payout of a provider brought which orders' money, with its fees, and what none has yet."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from ledger.order.decisions.staff import MANUAL
from projections.reports.figures import Kind
from projections.reports.report import Frame, Numbers, Report, columns, currencies, line
from projections.reports.sheet import Cell, Line, Picture, Series, Shape, Sheet, Unit
from projections.reports.sums import BEGINNING, Figures, Sum, by

_MOVED = (Kind.PAID_OUT, Kind.KEPT_BACK, Kind.PAYOUT_FEES, Kind.PAYOUT_DIFFERENCE)
_BACK = (Kind.REFUNDED, Kind.REFUND_PENDING)
# What went back by another way than the provider's: it keeps none of that back.
_GONE = (Kind.KEPT_BACK, Kind.HANDED_BACK)
_STANDING = (Kind.RECEIVED, *_BACK, Kind.PAID_OUT, *_GONE)
_COLUMNS = columns(
    ("provider", Unit.WORD),
    ("payout", Unit.WORD),
    ("bank_reference", Unit.TEXT),
    ("settled", Unit.DAY),
    ("payments", Unit.COUNT),
    ("paid_out", Unit.MONEY),
    ("refunds", Unit.COUNT),
    ("kept_back", Unit.MONEY),
    ("net", Unit.MONEY),
    ("payout_fees", Unit.MONEY),
    ("payout_difference", Unit.MONEY),
)


class _Payout(NamedTuple):
    """What tells payouts apart, the oldest first."""

    day: str
    provider: str
    payout: str
    bank_reference: str


def payouts(figures: Figures, frame: Frame) -> Sheet:
    """Payouts that the ledger learned of in a time, by what of each is money of these shops.

    What no payout brought is told as it stands at the end of the time, by provider. What came by
    hand is paid out by nobody, and what went back by hand, or was set against another order, is
    kept back by nobody.
    """
    moved = figures.sums(frame.asked(*_MOVED))
    standing = [
        one
        for one in figures.sums(frame.asked(*_STANDING, before=True))
        if one.which.provider not in ("", MANUAL)
    ]
    lines: list[Line] = []
    pictures: list[Picture] = []
    for currency in currencies([*moved, *standing]):
        lines += _paid_out(frame, moved, currency)
        lines += _not_yet(frame, standing, currency)
        pictures.append(_picture(frame, moved, currency))
    return Sheet(columns=_COLUMNS, lines=tuple(lines), pictures=tuple(pictures))


def _payouts(moved: Sequence[Sum], currency: str) -> Iterator[tuple[_Payout, Mapping[str, Sum]]]:
    found = by(moved, "currency", *_Payout._fields)
    for of, *told in sorted(found):
        if of == currency:
            payout = _Payout(*map(str, told))
            yield payout, found[currency, *payout]


def _paid_out(frame: Frame, moved: Sequence[Sum], currency: str) -> Iterator[Line]:
    for payout, found in _payouts(moved, currency):
        told = {"provider": payout.provider, "payout": payout.payout}
        numbers = Numbers(
            frame,
            found,
            currency=currency,
            day=payout.day,
            bank_reference=payout.bank_reference,
            **told,
        )
        yield line(*told.values(), payout.bank_reference, _day(frame, payout), *_sums(numbers))
    whole = Numbers(frame, by(moved, "currency").get((currency,), {}), currency=currency)
    yield line("total", "paid_out", "", None, *_sums(whole), total=True)


def _sums(told: Numbers) -> Sequence[Cell]:
    return (
        told.count(Kind.PAID_OUT),
        told.money(Kind.PAID_OUT),
        told.count(Kind.KEPT_BACK),
        told.money(Kind.KEPT_BACK),
        told.money(Kind.PAID_OUT, less=(Kind.KEPT_BACK,)),
        told.money(Kind.PAYOUT_FEES),
        told.money(Kind.PAYOUT_DIFFERENCE),
    )


def _not_yet(frame: Frame, standing: Sequence[Sum], currency: str) -> Iterator[Line]:
    """Money that came, or went back, of which no payout was told."""
    found = by(standing, "currency", "provider")
    for of, provider in sorted(found):
        told = Numbers(frame, found[of, provider], currency=of, provider=provider, since=BEGINNING)
        came, gone = (Kind.PAID_OUT,), _GONE
        if of == currency and _is_something(told):
            yield line(
                str(provider),
                "not_paid_out",
                "",
                None,
                told.count(Kind.RECEIVED, less=came),
                told.money(Kind.RECEIVED, less=came),
                told.count(*_BACK, less=gone),
                told.money(*_BACK, less=gone),
                told.money(Kind.RECEIVED, *gone, less=(*came, *_BACK)),
                None,
                None,
            )


def _is_something(told: Numbers) -> bool:
    kinds = ((Kind.RECEIVED,), (Kind.PAID_OUT,)), (_BACK, _GONE)
    return any(told.many(*more, less=less) or told.amount(*more, less=less) for more, less in kinds)


def _picture(frame: Frame, moved: Sequence[Sum], currency: str) -> Picture:
    told = [*_payouts(moved, currency)]
    numbers = [Numbers(frame, found, currency=currency) for _, found in told]
    net = (one.amount(Kind.PAID_OUT, less=(Kind.KEPT_BACK,)) for one in numbers)
    return Picture(
        shape=Shape.COLUMNS,
        unit=Unit.DAY,
        labels=tuple(_day(frame, payout) for payout, _ in told),
        series=(Series(name="net", values=tuple(net)),),
        currency=currency,
    )


def _day(frame: Frame, payout: _Payout) -> date | None:
    return datetime.fromisoformat(payout.day).astimezone(frame.zone).date() if payout.day else None


PAYOUTS_TO_ORDERS = Report(name="payouts-to-orders", make=payouts)
