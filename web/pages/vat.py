"""The VAT that a sum of lines holds, as pages show it."""

from collections.abc import Iterable

from ledger.kernel.money import Money
from ledger.kernel.vat import gross_by_rate, shares


def by_rate(lines: Iterable[tuple[str, Money]]) -> list[tuple[str, Money]]:
    """(rate in percent, VAT inside) for each rate, highest first."""
    return [(one.rate, one.vat) for one in shares(gross_by_rate(lines))]
