"""One payout of a provider's beside our books: to the cent, with its fees, and then stamped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol
from uuid import UUID, uuid5

from ledger.cases.stamps import CaseKind, CaseOpened, Severity
from ledger.inbox import payout_line
from ledger.inbox.receive import Intake
from ledger.kernel.money import Money, major, total, zero
from ledger.order.payouts import kept_before, payout_cause
from ledger.order.stamps import PaidOut
from ledger.reconciliation.compare import FINDINGS, StatementLine, Verdict
from ledger.reconciliation.records import (
    PAYOUT,
    BesideOrders,
    Holder,
    Kind,
    PayoutRow,
    Period,
    Row,
    Settlement,
    State,
    Unread,
)

_FAILED = UUID("0f0d3b36-6f0a-4d0c-8a55-0d5b5f6f3c11")


class PayoutBooks(Protocol):
    """What is needed of a provider that lists its payouts. Both calls raise `ProviderAway`."""

    def payouts(self, period: Period) -> Sequence[Settlement | Unread]:
        """The payouts that were made, or arrived, in a period, the oldest first."""
        ...

    def payout_rows(self, payout: Settlement) -> Iterator[PayoutRow]:
        """Everything that came with one of them; each row in its currency."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMoney:
    """What came with one payout. `ours` is payments less refunds by our books.

    `fees` are in major units, as exact as the provider tells them. `lines` is each row that moved
    money, with our side of it; `others` what came or was kept back beside that, among it refunds
    that failed and come `again`. What is `lost` did not arrive, where a provider says so by row.
    """

    settlement: Settlement
    payments: Money
    refunds: Money
    fees: Decimal
    ours: Money
    findings: Sequence[StatementLine]
    unread: Sequence[Unread] = ()
    lines: Sequence[tuple[Row, StatementLine]] = ()
    others: Sequence[BesideOrders] = ()
    again: Sequence[tuple[Row, StatementLine]] = ()
    lost: Sequence[tuple[Row, StatementLine]] = ()

    @property
    def theirs(self) -> Money:
        """Payments less refunds, before fees."""
        return self.payments - self.refunds

    @property
    def beside(self) -> Money:
        """What is no order's: disputes, corrections, fees of their own; often less than nothing."""
        return sum((one.amount for one in self.others), zero(self.payments.currency))

    @property
    def difference(self) -> Money:
        return self.theirs - self.ours

    @property
    def clean(self) -> bool:
        return not self.findings and not self.difference and not self.unread


def settled_money(
    settlement: Settlement,
    rows: Sequence[PayoutRow],
    *,
    line: Callable[[Row], StatementLine | Unread],
    currency: str,
) -> SettledMoney:
    """The rows of one payout added up, each beside what `line` finds of it in our books."""
    readable = [row for row in rows if isinstance(row, Row)]
    every = [(row, line(row)) for row in readable]
    compared = [(row, one) for row, one in every if row.state is not State.FAILED]
    read = [(row, one) for row, one in compared if isinstance(one, StatementLine)]
    told = [(row, one) for row, one in read if not _is_beside(row, one)]
    lines = [one for _, one in told]
    moved = [row for row, one in compared if not _is_beside(row, one)]
    nothing = zero(currency)
    unread = [one for one in (*rows, *(told for _, told in compared)) if isinstance(one, Unread)]
    found = SettledMoney(
        settlement=settlement,
        payments=sum((row.amount for row in moved if row.kind is Kind.PAYMENT), nothing),
        refunds=sum((row.amount for row in moved if row.kind is Kind.REFUND), nothing),
        fees=sum((row.fees for row in readable), Decimal(0)),
        ours=sum((_ours(one) for one in lines), nothing),
        findings=[one for one in lines if one.verdict in FINDINGS],
        unread=unread,
        lines=told,
        others=[
            *(one for one in rows if isinstance(one, BesideOrders)),
            *(_beside(row) for row, one in compared if _is_beside(row, one)),
        ],
        again=[(row, one) for row, one in read if row.again],
        lost=[
            (row, one)
            for row, one in every
            if row.state is State.FAILED and isinstance(one, StatementLine)
        ],
    )
    return found if unread else _adding_up(found)


def _is_beside(row: Row, line: StatementLine | Unread) -> bool:
    """A refund that failed after it was kept back: its money comes again, and is nobody's now."""
    if row.again or isinstance(line, Unread):
        return row.again
    sides = (line.theirs, line.ours)
    return row.kind is Kind.REFUND and all(one and one.state is State.FAILED for one in sides)


def _beside(row: Row) -> BesideOrders:
    amount = row.amount if row.again else row.amount * -1
    return BesideOrders(reference=row.reference, what="refund_failed", amount=amount)


def _adding_up(found: SettledMoney) -> SettledMoney:
    """A payout whose rows come to another sum than it tells leaves something out."""
    settlement = found.settlement
    if settlement.untold:
        return _with(found, settlement.untold)
    if settlement.amount is None:
        return found
    rows = major(found.theirs + found.beside) - found.fees
    if rows == major(settlement.amount):
        return found
    return _with(found, f"its rows come to {rows}, and it is {major(settlement.amount)}")


def _with(found: SettledMoney, why: str) -> SettledMoney:
    return replace(found, unread=[Unread(kind=PAYOUT, reference=found.settlement.id, why=why)])


def stamp_payout(settled: SettledMoney, holder: Holder, intake: Intake) -> int:
    """Tell each order which payout brought its money; how many stamps are new.

    Of a payout that is under way or failed nothing is stamped, nor what no order of ours has: that
    is a finding of the payout, or a case. Each row is kept as evidence first. Whatever was stamped
    before is silent, so a payout that is read twice, or cut off, counts once; the same money in
    another payout is a contradiction.
    """
    if settled.settlement.failed:
        _tell_failure(settled, holder, intake)
    return sum(
        _stamped(row, line, settled.settlement, holder=holder, intake=intake)
        for row, line in (*settled.lines, *settled.again)
    )


def _tell_failure(settled: SettledMoney, holder: Holder, intake: Intake) -> None:
    """One case for a payout that was stamped as paid, and failed days later; told once."""
    failed, rows = settled.settlement.id, settled.lost or settled.lines
    orders = {line.ours.order for _, line in rows if line.ours is not None}
    payouts = [one for order in orders for one in intake.orders.get(order).payouts.values()]
    stamped = [one for one in payouts if (one.provider, one.payout) == (holder.name, failed)]
    if not stamped:
        return
    text = "A payout was told as paid, and failed: a later one brings what it was stamped with"
    opened = CaseOpened(
        kind=CaseKind.CONTRADICTION,
        severity=Severity.WARNING,
        text=text,
        provider=holder.name,
        provider_reference=failed,
        amount=_together(stamped),
        about=f"payout/{failed}",
        account=holder.account,
        live=holder.live,
    )
    cause = uuid5(_FAILED, f"{holder.name}/{holder.account}/{failed}")
    intake.cases.open(opened, correlation_id=cause, actor=f"provider:{holder.name}")


def _together(stamped: Sequence[PaidOut]) -> Money:
    """What orders were told of it, before fees."""
    amounts = [one.amount * -1 if one.kept_back else one.amount for one in stamped]
    return total(amounts, amounts[0].currency)


def _stamped(
    row: Row, line: StatementLine, payout: Settlement, *, holder: Holder, intake: Intake
) -> bool:
    ours = line.ours
    if payout.settled_at is None or ours is None or (ours.state is State.FAILED) != row.again:
        return False
    stamp = PaidOut(
        provider=holder.name,
        provider_reference=ours.reference,
        amount=row.amount,
        payout=payout.id,
        bank_reference=payout.bank_reference,
        settled_at=payout.settled_at,
        fee_millionths=_millionths(row.fees),
        kept_back=row.kind is not Kind.PAYMENT and not row.again,
    )
    order = intake.orders.get(ours.order)
    if row.again and kept_before(order, stamp) is None:
        return False
    before = order.payouts.get(payout_cause(stamp, account=holder.account))
    if before is not None and before.payout == row.settlement != payout.id:
        return False  # that payout failed after it was told as paid: its own case tells it
    kept = payout_line.message(stamp, order=ours.order, account=holder.account, live=holder.live)
    intake.take(kept, find=lambda *_: ours.order)
    return before is None


def _millionths(fees: Decimal) -> int:
    return int((fees * 1_000_000).to_integral_value(ROUND_HALF_EVEN))


def _ours(line: StatementLine) -> Money:
    """What our books have of it; what a person settled stands on its case."""
    settled = line.theirs if line.verdict is Verdict.RESOLVED_CASE else None
    record = line.ours or settled
    if record is None or record.state is State.FAILED:
        return zero(line.either.amount.currency)
    return record.amount if record.kind is Kind.PAYMENT else record.amount * -1
