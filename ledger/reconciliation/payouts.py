"""One payout of a provider's beside our books: to the cent, with the fees that it tells of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.kernel.money import Money, zero
from ledger.reconciliation.by_reference import Settlement
from ledger.reconciliation.compare import FINDINGS, StatementLine, Verdict
from ledger.reconciliation.records import Kind, Row, State, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMoney:
    """What came with one payout. `ours` is payments less refunds by our books.

    `fees` are in major units, as exact as the provider tells them; whether they were kept back or
    are billed, its report does not say.
    """

    settlement: Settlement
    payments: Money
    refunds: Money
    fees: Decimal
    ours: Money
    findings: Sequence[StatementLine]
    unread: Sequence[Unread] = ()

    @property
    def theirs(self) -> Money:
        """Payments less refunds, before fees."""
        return self.payments - self.refunds

    @property
    def difference(self) -> Money:
        return self.theirs - self.ours

    @property
    def clean(self) -> bool:
        return not self.findings and not self.difference and not self.unread


def settled_money(
    settlement: Settlement,
    rows: Sequence[Row | Unread],
    *,
    line: Callable[[Row], StatementLine | Unread],
    currency: str,
) -> SettledMoney:
    """The rows of one payout added up, each beside what `line` finds of it in our books."""
    readable = [row for row in rows if isinstance(row, Row)]
    moved = [row for row in readable if row.state is not State.FAILED]
    compared = [line(row) for row in moved]
    lines = [one for one in compared if isinstance(one, StatementLine)]
    nothing = zero(currency)
    return SettledMoney(
        settlement=settlement,
        payments=sum((row.amount for row in moved if row.kind is Kind.PAYMENT), nothing),
        refunds=sum((row.amount for row in moved if row.kind is Kind.REFUND), nothing),
        fees=sum((row.fees for row in readable), Decimal(0)),
        ours=sum((_ours(one) for one in lines), nothing),
        findings=[one for one in lines if one.verdict in FINDINGS],
        unread=[one for one in (*rows, *compared) if isinstance(one, Unread)],
    )


def _ours(line: StatementLine) -> Money:
    """What our books have of it; what a person settled stands on its case."""
    settled = line.theirs if line.verdict is Verdict.RESOLVED_CASE else None
    record = line.ours or settled
    if record is None or record.state is State.FAILED:
        return zero(line.either.amount.currency)
    return record.amount if record.kind is Kind.PAYMENT else record.amount * -1
