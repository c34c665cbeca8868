"""What a provider's report tells, row by row: money by our names, without the provider's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ledger.kernel.money import Money
from ledger.reconciliation.records import Kind, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `names` are ours: whoever has one of them is told about.

    `number` is the provider's own name of the row, by which people find it there; `at` is as exact
    as the report is. `fees` are in major units, because a provider's fees know parts of a cent;
    `settlement` is the provider's payout that it came with, empty while it has not.
    """

    number: str
    kind: Kind
    names: Sequence[str]
    amount: Money
    state: State
    at: datetime
    said: str
    fees: Decimal = Decimal(0)
    settlement: str = ""
