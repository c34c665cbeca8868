"""The VAT that a sum of lines holds, per rate."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from ledger.money import Money, total, vat_included


def by_rate(lines: Iterable[tuple[str, Money]]) -> list[tuple[str, Money]]:
    """(rate in percent, VAT inside) for each rate, highest first; the sum is rounded once."""
    sums: defaultdict[str, list[Money]] = defaultdict(list)
    for rate, gross in lines:
        sums[rate].append(gross)
    rates = sorted(sums, key=Decimal, reverse=True)
    return [(rate, _vat(sums[rate], Decimal(rate))) for rate in rates]


def _vat(gross: list[Money], rate: Decimal) -> Money:
    return vat_included(total(gross, gross[0].currency), rate)
