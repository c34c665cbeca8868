"""The VAT inside a sum of lines, per rate: the one rule of page, letter and report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledger.kernel.money import Money, vat_included


@dataclass(frozen=True, slots=True, kw_only=True)
class VatShare:
    """The part of an amount that was sold at one rate: base + vat = what was paid for it."""

    rate: str
    base: Money
    vat: Money


def gross_by_rate(lines: Iterable[tuple[str, Money]]) -> Mapping[Decimal, Money]:
    """What was sold at each rate; `13.5` and `13.50` are the same one."""
    sums: dict[Decimal, Money] = {}
    for written, gross in lines:
        rate = Decimal(written)
        sums[rate] = sums[rate] + gross if rate in sums else gross
    return sums


def shares(gross: Mapping[Decimal, Money]) -> tuple[VatShare, ...]:
    """Base and VAT of each rate, the highest first; each sum is rounded once, 0 % is kept."""
    return tuple(_share(rate, gross[rate]) for rate in sorted(gross, reverse=True))


def rate_as_written(rate: Decimal) -> str:
    """Without zeros at its end (SPEC R3).

    >>> [rate_as_written(Decimal(one)) for one in ("13.50", "24.00", "10", "0")]
    ['13.5', '24', '10', '0']
    """
    return f"{rate.normalize():f}"


def _share(rate: Decimal, gross: Money) -> VatShare:
    vat = vat_included(gross, rate)
    return VatShare(rate=rate_as_written(rate), base=gross - vat, vat=vat)
