"""Vouchers by kind: issued, withdrawn, used, and what that is worth."""

from collections.abc import Mapping, Sequence

from projections.reports.figures import Kind
from projections.reports.report import Frame, Numbers, Report, columns, line
from projections.reports.sheet import Cell, Line, Picture, Series, Shape, Sheet, Unit
from projections.reports.sums import Figures, Sum, by
from projections.reports.voucher_figures import CODES, FOR_WHOM

_KINDS = (Kind.VOUCHERS_ISSUED, Kind.VOUCHERS_WITHDRAWN, Kind.VOUCHERS_USED)
_ORDER = (*FOR_WHOM.values(), CODES)
_COLUMNS = columns(
    ("voucher_kind", Unit.WORD),
    ("place", Unit.WORD),
    ("issued", Unit.COUNT),
    ("withdrawn", Unit.COUNT),
    ("uses", Unit.COUNT),
    ("worth_issued", Unit.MONEY),
    ("worth_used", Unit.MONEY),
)


def vouchers(figures: Figures, frame: Frame) -> Sheet:
    """Of this time, by kind and by where they live. Used ones that were given back are not used.

    People's vouchers are worth what the programme says; codes what orders paid less by them.
    """
    sums = figures.sums(frame.asked(*_KINDS))
    money = sorted({one.which.currency for one in sums if one.which.currency})
    # What was never in money has no currency: it stands with the only one there is.
    parts = [None] if len(money) < 2 else sorted({one.which.currency for one in sums})
    lines: list[Line] = []
    pictures: list[Picture] = []
    for currency in parts:
        here = [one for one in sums if currency in (None, one.which.currency)]
        in_money = currency if currency is not None else next(iter(money), "")
        lines += _lines(frame, here, currency, in_money)
        pictures += _pictures(here)
    return Sheet(columns=_COLUMNS, lines=tuple(lines), pictures=tuple(pictures))


def _lines(frame: Frame, sums: Sequence[Sum], currency: str | None, in_money: str) -> list[Line]:
    """A row for each kind and place, and the total of them."""
    told = {} if currency is None else {"currency": currency}
    found, amounts = by(sums, "method", "provider"), _amounts(sums, in_money)
    lines = []
    for kind, place in sorted(found, key=_place):
        which = {"method": kind, "provider": place}
        counts = Numbers(frame, found[kind, place], **told, **which)
        worth = Numbers(frame, amounts.get((kind, place), {}), currency=in_money, **which)
        lines.append(_line(str(kind), str(place), counts, worth if in_money else None))
    whole = Numbers(frame, by(sums).get((), {}), **told)
    worth = Numbers(frame, by(_of_currency(sums, in_money)).get((), {}), currency=in_money)
    lines.append(_line("total", "", whole, worth if in_money else None, total=True))
    return lines


def _of_currency(sums: Sequence[Sum], currency: str) -> Sequence[Sum]:
    return [one for one in sums if one.which.currency == currency]


def _amounts(
    sums: Sequence[Sum], currency: str
) -> Mapping[tuple[str | int, ...], Mapping[str, Sum]]:
    return by(_of_currency(sums, currency), "method", "provider")


def _place(at: tuple[str | int, ...]) -> tuple[int, str]:
    kind, place = str(at[0]), str(at[1])
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER)), place


def _line(
    kind: str, place: str, counts: Numbers, worth: Numbers | None, *, total: bool = False
) -> Line:
    issued, withdrawn, used = (counts.count(one) for one in _KINDS)
    nothing = Cell(value=None)
    return line(
        kind,
        place,
        issued,
        withdrawn,
        used,
        worth.money(Kind.VOUCHERS_ISSUED) if worth else nothing,
        worth.money(Kind.VOUCHERS_USED) if worth else nothing,
        total=total,
    )


def _pictures(sums: Sequence[Sum]) -> tuple[Picture, ...]:
    """One of each: what was issued and what was used are not parts of one whole."""
    found = by(sums, "method")
    kinds = sorted((str(one) for (one,) in found), key=lambda one: _place((one, "")))

    def values(kind: Kind) -> tuple[int, ...]:
        return tuple(found[one,][kind].many if kind in found[one,] else 0 for one in kinds)

    return tuple(
        Picture(
            shape=Shape.BARS,
            unit=Unit.WORD,
            labels=tuple(kinds),
            series=(Series(name=name, values=values(kind)),),
        )
        for name, kind in (("issued", Kind.VOUCHERS_ISSUED), ("uses", Kind.VOUCHERS_USED))
    )


VOUCHERS_BY_KIND = Report(name="vouchers", make=vouchers)
