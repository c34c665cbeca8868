"""How orders were paid: what became of each, attempts by method, sales by provider."""

from collections.abc import Sequence

from projections.reports.figures import Kind, Outcome
from projections.reports.report import Frame, Numbers, Report, columns, currencies, line
from projections.reports.sheet import (
    Line,
    Picture,
    Series,
    Shape,
    Sheet,
    Unit,
    thousandths,
)
from projections.reports.sums import Figures, Sum, by

_OUTCOMES = (
    Outcome.NOT_ATTEMPTED,
    Outcome.UNDER_WAY,
    Outcome.FAILED,
    Outcome.PARTLY,
    Outcome.AFTER_FAILURES,
    Outcome.AT_FIRST,
    Outcome.FREE,
)


_OUTCOME_COLUMNS = columns(("outcome", Unit.WORD), ("orders", Unit.COUNT), ("share", Unit.SHARE))


def outcomes(figures: Figures, frame: Frame) -> Sheet:
    """Orders placed in a time by what became of their payment, whatever was refunded since."""
    sums = figures.sums(frame.asked(Kind.ORDERS))
    found = by(sums, "outcome")
    told = {one: Numbers(frame, found.get((str(one),), {}), outcome=str(one)) for one in _OUTCOMES}
    counts = {one: numbers.many(Kind.ORDERS) for one, numbers in told.items()}
    every = sum(counts.values())
    lines = [
        line(str(one), numbers.count(Kind.ORDERS), thousandths(counts[one], every))
        for one, numbers in told.items()
    ]
    whole = Numbers(frame, by(sums).get((), {}))
    lines.append(line("total", whole.count(Kind.ORDERS), thousandths(every, every), total=True))
    series = Series(name="orders", values=tuple(counts.values()))
    labels = tuple(str(one) for one in counts)
    return Sheet(
        columns=_OUTCOME_COLUMNS,
        lines=tuple(lines),
        pictures=(Picture(shape=Shape.BARS, unit=Unit.WORD, labels=labels, series=(series,)),),
    )


_BECAME = (Outcome.OK, Outcome.FAILED, Outcome.UNDER_WAY)


_METHOD_COLUMNS = columns(
    ("provider", Unit.WORD),
    ("method", Unit.WORD),
    ("ok", Unit.COUNT),
    ("failed", Unit.COUNT),
    ("under_way", Unit.COUNT),
    ("attempts", Unit.COUNT),
    ("failed_share", Unit.SHARE),
)


def attempts(figures: Figures, frame: Frame) -> Sheet:
    """Attempts to pay that began in a time, by provider and method. One page is one attempt."""
    sums = figures.sums(frame.asked(Kind.ATTEMPTS))
    methods = sorted({(one.which.provider, one.which.method) for one in sums})
    lines, counts = [], []
    for provider, method in methods:
        told = {"provider": provider, "method": method}
        became = _by_outcome(frame, _of(sums, **told), **told)
        lines.append(_tried(provider, method, became))
        counts.append([one.many(Kind.ATTEMPTS) for one in became])
    lines.append(_tried("total", "", _by_outcome(frame, sums), total=True))
    return Sheet(
        columns=_METHOD_COLUMNS,
        lines=tuple(lines),
        pictures=(
            Picture(
                shape=Shape.BARS,
                unit=Unit.WORD,
                labels=tuple(f"{provider} {method}".strip() for provider, method in methods),
                series=tuple(
                    Series(name=str(one), values=tuple(count[at] for count in counts))
                    for at, one in enumerate(_BECAME)
                ),
            ),
        ),
    )


def _of(sums: Sequence[Sum], **told: str) -> list[Sum]:
    wanted = told.items()
    return [one for one in sums if all(getattr(one.which, name) == of for name, of in wanted)]


def _by_outcome(frame: Frame, sums: Sequence[Sum], **told: str) -> list[Numbers]:
    """Those that came to something, those that failed, those under way, and all."""
    found = by(sums, "outcome")
    each = [Numbers(frame, found.get((str(one),), {}), outcome=str(one), **told) for one in _BECAME]
    return [*each, Numbers(frame, by(sums).get((), {}), **told)]


def _tried(provider: str, method: str, became: list[Numbers], *, total: bool = False) -> Line:
    """The share is of those that have come to an end."""
    ok, failed, *_ = (one.many(Kind.ATTEMPTS) for one in became)
    counts = [one.count(Kind.ATTEMPTS) for one in became]
    return line(provider, method, *counts, thousandths(failed, ok + failed), total=total)


_MOVED = (Kind.RECEIVED, Kind.REFUNDED, Kind.CHARGED_BACK)
_GONE = (Kind.REFUNDED, Kind.CHARGED_BACK)
_STANDING = (Kind.REFUND_PENDING, Kind.DISPUTED)


_PROVIDER_COLUMNS = columns(
    ("provider", Unit.WORD),
    ("payments", Unit.COUNT),
    ("received", Unit.MONEY),
    ("refunds", Unit.COUNT),
    ("refunded", Unit.MONEY),
    ("charged_back", Unit.MONEY),
    ("net", Unit.MONEY),
    ("refund_pending", Unit.MONEY),
    ("disputed", Unit.MONEY),
)


def providers(figures: Figures, frame: Frame) -> Sheet:
    """Money by the provider of the payment it came with: received, gone back, taken by banks.

    What is on its way back or disputed is told as it stands at the end of the time.
    """
    moved = figures.sums(frame.asked(*_MOVED))
    sums = [*moved, *figures.sums(frame.asked(*_STANDING, before=True))]
    found = by(sums, "currency", "provider")
    lines: list[Line] = []
    pictures: list[Picture] = []
    for currency in currencies(sums):
        names = sorted(str(name) for of, name in found if of == currency)
        told = [
            Numbers(frame, found[currency, name], currency=currency, provider=name)
            for name in names
        ]
        lines += [_by_provider(name, one) for name, one in zip(names, told, strict=True)]
        whole = by(sums, "currency")[currency,]
        lines.append(_by_provider("total", Numbers(frame, whole, currency=currency), total=True))
        pictures.append(
            Picture(
                shape=Shape.BARS,
                unit=Unit.WORD,
                labels=tuple(names),
                series=(
                    Series(
                        name="net",
                        values=tuple(one.amount(Kind.RECEIVED, less=_GONE) for one in told),
                    ),
                    Series(name="gone_back", values=tuple(one.amount(*_GONE) for one in told)),
                ),
                currency=currency,
            )
        )
    return Sheet(
        columns=_PROVIDER_COLUMNS,
        lines=tuple(lines),
        pictures=tuple(pictures),
    )


def _by_provider(name: str, told: Numbers, *, total: bool = False) -> Line:
    return line(
        name,
        told.count(Kind.RECEIVED),
        told.money(Kind.RECEIVED),
        told.count(Kind.REFUNDED),
        told.money(Kind.REFUNDED),
        told.money(Kind.CHARGED_BACK),
        told.money(Kind.RECEIVED, less=_GONE),
        told.standing(Kind.REFUND_PENDING),
        told.standing(Kind.DISPUTED),
        total=total,
    )


ORDERS_BY_OUTCOME = Report(name="orders-by-outcome", make=outcomes)
ATTEMPTS_BY_METHOD = Report(name="attempts-by-method", make=attempts)
SALES_BY_PROVIDER = Report(name="sales-by-provider", make=providers)
