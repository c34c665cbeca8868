"""One payout of a provider's beside our books: to the cent, with its fees, and then stamped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol
from uuid import UUID

from ledger.kernel.money import Money, zero
from ledger.order.order import Order
from ledger.order.payouts import payout_cause
from ledger.order.stamps import OrderStamp, PaidOut
from ledger.reconciliation.by_reference import Settlement
from ledger.reconciliation.compare import FINDINGS, StatementLine, Verdict
from ledger.reconciliation.records import Holder, Kind, Row, State, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMoney:
    """What came with one payout. `ours` is payments less refunds by our books.

    `fees` are in major units, as exact as the provider tells them; whether they were kept back or
    are billed, its report does not say. `lines` is each row that moved money, with our side of it.
    """

    settlement: Settlement
    payments: Money
    refunds: Money
    fees: Decimal
    ours: Money
    findings: Sequence[StatementLine]
    unread: Sequence[Unread] = ()
    lines: Sequence[tuple[Row, StatementLine]] = ()

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
    compared = [(row, line(row)) for row in moved]
    told = [(row, one) for row, one in compared if isinstance(one, StatementLine)]
    lines = [one for _, one in told]
    nothing = zero(currency)
    return SettledMoney(
        settlement=settlement,
        payments=sum((row.amount for row in moved if row.kind is Kind.PAYMENT), nothing),
        refunds=sum((row.amount for row in moved if row.kind is Kind.REFUND), nothing),
        fees=sum((row.fees for row in readable), Decimal(0)),
        ours=sum((_ours(one) for one in lines), nothing),
        findings=[one for one in lines if one.verdict in FINDINGS],
        unread=[one for one in (*rows, *(told for _, told in compared)) if isinstance(one, Unread)],
        lines=told,
    )


class Recorder(Protocol):
    """What stamping needs of the orders."""

    def get(self, order_id: UUID) -> Order: ...

    def record(
        self,
        order_id: UUID,
        fact: OrderStamp,
        *,
        correlation_id: UUID,
        actor: str,
        occurred_at: datetime | None = None,
    ) -> Order:
        """The order after a fact. Repeats are silent; contradictions open a case."""
        ...


def stamp_payout(settled: SettledMoney, holder: Holder, orders: Recorder) -> int:
    """Tell each order which payout brought its money; how many stamps are new.

    Of a payout that is under way nothing is stamped yet, nor what no order of ours has: that is a
    finding of the payout, or a case. Whatever was stamped before is silent, so a payout that is
    read twice, or cut off, counts once; the same money in another payout is a contradiction.
    """
    return sum(
        _stamped(row, line, settled.settlement, holder=holder, orders=orders)
        for row, line in settled.lines
    )


def _stamped(
    row: Row, line: StatementLine, payout: Settlement, *, holder: Holder, orders: Recorder
) -> bool:
    ours = line.ours
    if payout.settled_at is None or ours is None or ours.state is State.FAILED:
        return False
    stamp = PaidOut(
        provider=holder.name,
        provider_reference=ours.reference,
        amount=row.amount,
        payout=payout.id,
        bank_reference=payout.bank_reference,
        settled_at=payout.settled_at,
        fee_millionths=_millionths(row.fees),
        kept_back=row.kind is not Kind.PAYMENT,
    )
    cause = payout_cause(stamp, account=holder.account)
    new = cause not in orders.get(ours.order).payouts
    orders.record(
        ours.order,
        stamp,
        correlation_id=cause,
        actor=f"provider:{holder.name}",
        occurred_at=payout.settled_at,
    )
    return new


def _millionths(fees: Decimal) -> int:
    return int((fees * 1_000_000).to_integral_value(ROUND_HALF_EVEN))


def _ours(line: StatementLine) -> Money:
    """What our books have of it; what a person settled stands on its case."""
    settled = line.theirs if line.verdict is Verdict.RESOLVED_CASE else None
    record = line.ours or settled
    if record is None or record.state is State.FAILED:
        return zero(line.either.amount.currency)
    return record.amount if record.kind is Kind.PAYMENT else record.amount * -1
